import type { EngineCommands, Outcome } from '../../engine/client/commands.ts';
import { readPhoneBookFile } from '../../engine/phone-book-files/read-file.ts';
import type { EngineStore } from '../../engine/state/store.ts';
import type { PhoneBookEntry } from '../../protocol/phone-book.ts';
import { favouriteChanged } from '../../engine/state/contacts.ts';
import { settingsChanged } from '../../engine/state/settings.ts';
import { phoneBookEntries } from './state.ts';

export interface RecordedCommand {
  name: string;
  args: unknown[];
}

/** The entries of the pictures; none in the empty scene, 100,000 in the crowd. */
const many = (store: EngineStore): PhoneBookEntry[] => {
  const { contacts } = store.getState();
  if (contacts.ids.length === 0) return [];
  const [first] = phoneBookEntries;
  if (contacts.ids.length < 1_000 || !first) return phoneBookEntries;
  return Array.from({ length: 100_000 }, (_, at) => ({ ...first, id: `many-${at}`, name: `Firma ${at}` }));
};

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
    pickUp: (userId) => succeed('pickUp', userId),
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
    transferCall: () => ({ ok: true }),
    muteCall: (id, muted) => note('muteCall', id, muted),
    sendDigit: (id, digit) => note('sendDigit', id, digit),
    notices: {
      callBackWhenFree: (userId, wanted) => note('callBackWhenFree', userId, wanted),
      open: (id) => note('openNotice', id),
      dismiss: (id) => note('dismissNotice', id),
      keep: (id, kept) => note('keepNotice', id, kept),
      takeOpened: () => null,
      showInSystem: ({ id }) => note('showInSystem', id),
      closeInSystem: (id) => note('closeInSystem', id),
      playTone: (tone) => note('playTone', tone),
    },
    dismissCall: (id) => note('dismissCall', id),
    prepareAudio: () => succeed('prepareAudio'),
    takeDialRequest: () => null,
    pauseShortcuts: (paused) => note('pauseShortcuts', paused),
    phoneBook: {
      find: ({ query = '', book = 'all', favourites = false, offset = 0, limit = 100 }) => {
        const entries = many(store)
          .filter((entry) => book === 'all' || entry.book === book)
          .filter((entry) => !favourites || entry.favourite)
          .filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()));
        return Promise.resolve({
          ok: true,
          value: { entries: entries.slice(offset, offset + limit), next: null, total: entries.length },
        });
      },
      entry: (id) => {
        const entry = phoneBookEntries.find((each) => each.id === id);
        return Promise.resolve(
          entry ? { ok: true, value: entry } : { ok: false, failure: { code: 'entryGone' as const } },
        );
      },
      labels: () => Promise.resolve({ ok: true, value: ['Kunde', 'Projekt Nord'] }),
      save: (id, change) => {
        note('phoneBook.save', id, change);
        return Promise.resolve({
          ok: false,
          failure: { code: change.name === 'Konflikt' ? 'conflict' : 'notConnected' },
        });
      },
      remove: (entry) => succeed('phoneBook.remove', entry.id),
      restore: (entry) => {
        note('phoneBook.restore', entry.id);
        return Promise.resolve({ ok: true, value: entry });
      },
      readFile: async (file, columns) => readPhoneBookFile(new Uint8Array(await file.arrayBuffer()), columns),
      importEntries: ({ entries, preview }) => {
        note('phoneBook.import', entries.length, preview);
        return Promise.resolve({ ok: true, value: { added: entries.length - 1, replaced: 0, skipped: 1 } });
      },
      exportFile: () => Promise.resolve({ ok: true, value: new Blob([]) }),
      picture: () => Promise.resolve({ ok: false, failure: { code: 'pictureInvalid' } }),
      setFavourite: (id, favourite) => succeed('phoneBook.setFavourite', id, favourite),
    },
    findCalls: (query) => {
      const { entries } = store.getState().journal;
      return Promise.resolve({
        ok: true,
        value: entries.filter(({ party }) => party.name?.toLowerCase().includes(query.toLowerCase())),
      });
    },
    callDetails: (id) => {
      const { entries } = store.getState().journal;
      const entry = entries.find((each) => each.id === id);
      if (!entry) return Promise.resolve({ ok: false, failure: { code: 'notConnected' } });
      const at = entry.startedAt;
      return Promise.resolve({
        ok: true,
        value: {
          entry,
          path: [
            { step: 'called', at, party: { name: 'Anna Berger', number: '101' } },
            { step: 'ended', at, party: null },
          ],
          device: 'Kontor auf Linux',
          ringSeconds: 14,
          talkSeconds: 0,
          holdSeconds: 0,
          lastCalls: entries.slice(1, 4),
        },
      });
    },
    loadOlderJournal: () => finish('loadOlderJournal'),
    markJournalSeen: () => note('markJournalSeen'),
    markVoicemailHeard: (id, heard) => succeed('markVoicemailHeard', id, heard),
    removeVoicemail: (id) => succeed('removeVoicemail', id),
    restoreVoicemail: (id) => succeed('restoreVoicemail', id),
    voicemailAudio: () => Promise.resolve(null),
    voicemailFile: () => Promise.resolve(null),
    setVoicemailPreferences: (preferences) => succeed('setVoicemailPreferences', preferences),
    setVoicemailPin: () => succeed('setVoicemailPin'),
    setVoicemailGreeting: () => succeed('setVoicemailGreeting'),
    startGreeting: () => succeed('startGreeting'),
    finishGreeting: () => succeed('finishGreeting'),
    cancelGreeting: () => note('cancelGreeting'),
    setWindowLayout: (layout) => note('setWindowLayout', layout),
    showWindow: () => note('showWindow'),
    quit: () => note('quit'),
  };
  return { commands, recorded };
};
