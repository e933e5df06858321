/** Chat for a server that does not offer it: nothing starts and nothing is lost. */
import type { EngineCommands } from './commands.ts';

const nothing = (): undefined => undefined;
const refused = { ok: false, failure: { code: 'notConnected' } } as const;

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
