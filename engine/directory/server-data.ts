/** Directory, telephone states, profile and journal: read once, then kept in step by events. */
import type { ServerEvent } from '../../protocol/events.ts';
import {
  directoryEntrySchema,
  journalDetailsSchema,
  journalEntrySchema,
  listOf,
  phoneStatesSchema,
  profileSchema,
  type JournalDetails,
  type JournalEntry,
} from '../../protocol/rest.ts';
import type { Answer } from '../client/outcome.ts';
import type { RestClient } from '../session/rest-client.ts';
import type { PhoneBook } from './phone-book.ts';
import {
  activityNoted,
  contactOf,
  directoryEntryChanged,
  directoryEntryRemoved,
  directoryLoaded,
  favouriteChanged,
  phoneStatesChanged,
} from '../state/contacts.ts';
import { journalEntryAdded, journalFailed, journalLoading, journalPageLoaded, journalSeen } from '../state/journal.ts';
import { pickUpEnded, pickUpOffered, pickUpsLoaded } from '../state/pick-ups.ts';
import { profileChanged } from '../state/session.ts';
import type { EngineStore } from '../state/store.ts';

export interface ServerData {
  /** Reads all snapshots again. False where the server did not answer all of them. */
  load(): Promise<boolean>;
  apply(event: ServerEvent): void;
  loadOlderJournal(): Promise<void>;
  markJournalSeen(): void;
  findCalls(query: string, limit: number): Promise<Answer<JournalEntry[]>>;
  callDetails(journalEntryId: string): Promise<Answer<JournalDetails>>;
}

const journalPage = listOf(journalEntrySchema);
const pageSize = 100;
const failed = { ok: false as const, failure: { code: 'notConnected' as const } };

/** `missed` is told of each new missed call. */
export const createServerData = (
  rest: RestClient,
  store: EngineStore,
  phoneBook: PhoneBook,
  missed: (entry: JournalEntry) => void,
): ServerData => {
  const noteActivity = (entries: JournalEntry[]): void => {
    for (const entry of entries) {
      const contact =
        entry.party.userId === null ? undefined : contactOf(store.getState().contacts, entry.party.userId);
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
    if (phones.ok) {
      store.dispatch(phoneStatesChanged(phones.value.entries));
      store.dispatch(pickUpsLoaded(phones.value.pickUps));
    }
    return directory.ok && phones.ok;
  };
  const loadProfile = async (): Promise<boolean> => {
    const answer = await rest.get('/api/v1/profile', profileSchema);
    if (answer.ok) store.dispatch(profileChanged(answer.value));
    return answer.ok;
  };
  return {
    load: async () => {
      const directory = await loadDirectory();
      const others = await Promise.all([loadJournal(null), phoneBook.load(), loadProfile()]);
      return directory && others.every(Boolean);
    },
    apply: (event) => {
      switch (event.type) {
        case 'phoneStateChanged':
          store.dispatch(phoneStatesChanged([{ userId: event.userId, state: event.state }]));
          break;
        case 'pickUpOffered':
          store.dispatch(pickUpOffered(event.offer));
          break;
        case 'pickUpEnded':
          store.dispatch(pickUpEnded(event.callKey));
          break;
        case 'journalEntryAdded':
          store.dispatch(journalEntryAdded(event.entry));
          noteActivity([event.entry]);
          if (event.entry.result === 'missed' && !event.entry.seen)
            void phoneBook.looked(event.entry.number).then(() => missed(event.entry));
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
        case 'phoneBookChanged':
          phoneBook.changed();
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
    findCalls: async (query, limit) => {
      const parameters = new URLSearchParams({ query, limit: String(limit) });
      const answer = await rest.get(`/api/v1/journal?${parameters.toString()}`, journalPage);
      return answer.ok ? { ok: true, value: answer.value.entries } : failed;
    },
    callDetails: async (id) => {
      const answer = await rest.get(`/api/v1/journal/${encodeURIComponent(id)}`, journalDetailsSchema);
      return answer.ok ? answer : failed;
    },
  };
};
