/** Directory, telephone states, profile, journal and phone book: read once, then kept in step by events. */
import type { ServerEvent } from '../../protocol/events.ts';
import {
  directoryEntrySchema,
  journalEntrySchema,
  listOf,
  phoneBookEntrySchema,
  phoneStatesSchema,
  profileSchema,
  type JournalEntry,
} from '../../protocol/rest.ts';
import type { RestClient } from '../session/rest-client.ts';
import {
  activityNoted,
  directoryEntryChanged,
  directoryEntryRemoved,
  directoryLoaded,
  favouriteChanged,
  phoneStatesChanged,
} from '../state/contacts.ts';
import { journalEntryAdded, journalFailed, journalLoading, journalPageLoaded, journalSeen } from '../state/journal.ts';
import { phoneBookLoaded } from '../state/phone-book.ts';
import { profileChanged } from '../state/session.ts';
import type { EngineStore } from '../state/store.ts';

export interface ServerData {
  /** Reads all snapshots again. False where the server did not answer all of them. */
  load(): Promise<boolean>;
  apply(event: ServerEvent): void;
  loadOlderJournal(): Promise<void>;
  markJournalSeen(): void;
}

const journalPage = listOf(journalEntrySchema);
const pageSize = 100;

/** `missed` is told of each new missed call. */
export const createServerData = (
  rest: RestClient,
  store: EngineStore,
  missed: (entry: JournalEntry) => void,
): ServerData => {
  const noteActivity = (entries: JournalEntry[]): void => {
    const { byId } = store.getState().contacts;
    for (const entry of entries) {
      const contact = entry.party.userId === null ? undefined : byId[entry.party.userId];
      if (contact) store.dispatch(activityNoted({ jid: contact.jid, at: Date.parse(entry.startedAt) }));
    }
  };
  const loadJournal = async (cursor: string | null): Promise<boolean> => {
    store.dispatch(journalLoading());
    const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await rest.get(`/api/v1/journal?limit=${pageSize}${query}`, journalPage);
    if (!answer.ok) store.dispatch(journalFailed());
    else {
      store.dispatch(journalPageLoaded({ ...answer.value, reset: cursor === null }));
      noteActivity(answer.value.entries);
    }
    return answer.ok;
  };
  const loadDirectory = async (): Promise<boolean> => {
    const [directory, phones] = await Promise.all([
      rest.getAll('/api/v1/directory', listOf(directoryEntrySchema)),
      rest.get('/api/v1/phone-states', phoneStatesSchema),
    ]);
    if (directory.ok) store.dispatch(directoryLoaded(directory.value));
    if (phones.ok) store.dispatch(phoneStatesChanged(phones.value.entries));
    return directory.ok && phones.ok;
  };
  const loadPhoneBook = async (): Promise<boolean> => {
    const answer = await rest.getAll('/api/v1/phone-book', listOf(phoneBookEntrySchema));
    if (answer.ok) store.dispatch(phoneBookLoaded(answer.value));
    return answer.ok;
  };
  const loadProfile = async (): Promise<boolean> => {
    const answer = await rest.get('/api/v1/profile', profileSchema);
    if (answer.ok) store.dispatch(profileChanged(answer.value));
    return answer.ok;
  };
  return {
    load: async () => {
      const directory = await loadDirectory();
      const others = await Promise.all([loadJournal(null), loadPhoneBook(), loadProfile()]);
      return directory && others.every(Boolean);
    },
    apply: (event) => {
      switch (event.type) {
        case 'phoneStateChanged':
          store.dispatch(phoneStatesChanged([{ userId: event.userId, state: event.state }]));
          break;
        case 'journalEntryAdded':
          store.dispatch(journalEntryAdded(event.entry));
          noteActivity([event.entry]);
          if (event.entry.result === 'missed' && !event.entry.seen) missed(event.entry);
          break;
        case 'journalSeen':
          store.dispatch(journalSeen({ upTo: event.upTo }));
          break;
        case 'profileChanged':
          store.dispatch(profileChanged(event.profile));
          break;
        case 'favouriteChanged':
          store.dispatch(favouriteChanged({ userId: event.userId, favourite: event.favourite }));
          break;
        case 'directoryEntryChanged':
          store.dispatch(directoryEntryChanged(event.entry));
          break;
        case 'directoryEntryRemoved':
          store.dispatch(directoryEntryRemoved(event.userId));
          break;
      }
    },
    loadOlderJournal: async () => {
      const { history, next } = store.getState().journal;
      if (history === 'loading' || history === 'complete') return;
      await loadJournal(next);
    },
    markJournalSeen: () => {
      const { entries } = store.getState().journal;
      const [newest] = entries;
      if (!newest || !entries.some((entry) => entry.result === 'missed' && !entry.seen)) return;
      store.dispatch(journalSeen({ upTo: newest.id }));
      void rest.tell('POST', '/api/v1/journal/seen', { upTo: newest.id });
    },
  };
};
