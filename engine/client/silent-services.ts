/** Telephony and chat for a server that does not offer them: nothing starts and nothing is lost. */
import type { CallService } from '../calls/call-service.ts';
import type { EngineCommands } from './commands.ts';

const nothing = (): undefined => undefined;
const refused = { ok: false, failure: { code: 'notConnected' } } as const;

export const silentCalls: CallService = {
  start: () => Promise.resolve(),
  wake: nothing,
  stop: nothing,
  dial: () => Promise.resolve(refused),
  answerCall: () => Promise.resolve(refused),
  rejectCall: nothing,
  hangUpCall: nothing,
  holdCall: nothing,
  resumeCall: nothing,
  muteCall: nothing,
  sendDigit: nothing,
  dismissCall: nothing,
  prepareAudio: () => Promise.resolve(refused),
};

export type ChatCommands = Pick<
  EngineCommands,
  | 'openConversation'
  | 'loadOlderMessages'
  | 'sendMessage'
  | 'retryMessage'
  | 'setDraft'
  | 'setTyping'
  | 'markConversationRead'
  | 'leaveConversation'
  | 'setAvatar'
>;
export const silentChat: ChatCommands = {
  openConversation: () => Promise.resolve(),
  loadOlderMessages: () => Promise.resolve(),
  sendMessage: () => refused,
  retryMessage: nothing,
  setDraft: nothing,
  setTyping: nothing,
  markConversationRead: nothing,
  leaveConversation: nothing,
  setAvatar: () => Promise.resolve(refused),
};
