import type { EngineCommands, Outcome } from '../../engine/client/commands.ts';
import type { EngineStore } from '../../engine/state/store.ts';
import { favouriteChanged } from '../../engine/state/contacts.ts';
import { settingsChanged } from '../../engine/state/settings.ts';

export interface RecordedCommand {
  name: string;
  args: unknown[];
}

/** Commands that only write down that they were given; settings and favourites take effect, so that one can play. */
export const recordCommands = (store: EngineStore): { commands: EngineCommands; recorded: RecordedCommand[] } => {
  const recorded: RecordedCommand[] = [];
  const note = (name: string, ...args: unknown[]): void => void recorded.push({ name, args });
  const succeed = (name: string, ...args: unknown[]): Promise<Outcome> => {
    note(name, ...args);
    return Promise.resolve({ ok: true });
  };
  const finish = (name: string, ...args: unknown[]): Promise<void> => {
    note(name, ...args);
    return Promise.resolve();
  };
  const commands: EngineCommands = {
    login: (request) => succeed('login', request.user),
    logout: (options) => finish('logout', options),
    secretStrength: () => Promise.resolve('strong'),
    updateSettings: (patch) => {
      store.dispatch(settingsChanged({ ...store.getState().settings, ...patch }));
      return finish('updateSettings', patch);
    },
    setAvailability: (availability) => succeed('setAvailability', availability),
    setStatusText: (availability, text) => succeed('setStatusText', availability, text),
    setAvatar: () => succeed('setAvatar'),
    setFavourite: (userId, favourite) => {
      store.dispatch(favouriteChanged({ userId, favourite }));
      return succeed('setFavourite', userId, favourite);
    },
    openConversation: (peer) => finish('openConversation', peer),
    loadOlderMessages: (peer) => finish('loadOlderMessages', peer),
    sendMessage: (peer, body) => {
      note('sendMessage', peer, body);
      return { ok: true };
    },
    retryMessage: (peer, id) => note('retryMessage', peer, id),
    setDraft: (peer, text) => note('setDraft', peer, text),
    setTyping: (peer, typing) => note('setTyping', peer, typing),
    markConversationRead: (peer) => note('markConversationRead', peer),
    leaveConversation: (peer) => note('leaveConversation', peer),
    dial: (target) => {
      note('dial', target);
      return Promise.resolve({ ok: true, callId: 'dialled' });
    },
    answerCall: (id) => succeed('answerCall', id),
    rejectCall: (id) => note('rejectCall', id),
    hangUpCall: (id) => note('hangUpCall', id),
    holdCall: (id) => note('holdCall', id),
    resumeCall: (id) => note('resumeCall', id),
    muteCall: (id, muted) => note('muteCall', id, muted),
    sendDigit: (id, digit) => note('sendDigit', id, digit),
    dismissCall: (id) => note('dismissCall', id),
    prepareAudio: () => succeed('prepareAudio'),
    takeDialRequest: () => null,
    loadOlderJournal: () => finish('loadOlderJournal'),
    markJournalSeen: () => note('markJournalSeen'),
    setWindowLayout: (layout) => note('setWindowLayout', layout),
    showWindow: () => note('showWindow'),
    quit: () => note('quit'),
  };
  return { commands, recorded };
};
