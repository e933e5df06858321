/** The phone book as this client uses it: lists from the server page by page, favourites and names at hand. */
import {
  importResultSchema,
  phoneBookEntrySchema,
  phoneBookLabelsSchema,
  phoneBookPageSchema,
  resolveResponseSchema,
  type PhoneBookChange,
  type PhoneBookEntry,
  type PhoneBookPage,
} from '../../protocol/phone-book.ts';
import type { Answer } from '../client/outcome.ts';
import type { ExportFormat, PhoneBookCommands, PhoneBookSearch } from '../client/phone-book-commands.ts';
import { writeRows } from '../phone-book-files/csv-entries.ts';
import { largestFile, readPhoneBookFile } from '../phone-book-files/read-file.ts';
import { writeVcards } from '../phone-book-files/vcard-entries.ts';
import { scaledPicture } from '../chat/own-picture.ts';
import type { RestClient, RestFailure, RestResult } from '../session/rest-client.ts';
import { partiesResolved, phoneBookChanged, phoneBookFavouritesLoaded } from '../state/phone-book.ts';
import { selectParty } from '../state/selectors.ts';
import type { EngineStore } from '../state/store.ts';
import type { Failure } from '../state/types.ts';

export interface PhoneBook extends PhoneBookCommands {
  /** Reads again what is kept here. False where the server did not answer. */
  load(): Promise<boolean>;
  changed(): void;
  /** Resolves when it is known whose the number is, or that it cannot be known. */
  looked(number: string): Promise<void>;
  dispose(): void;
}

const base = '/api/v1/phone-book';
const numbersAtOnce = 200;
const mostFavourites = 500;
/** Three quarters of what the picture may be as text. */
const pictureBytes = 24_000;

/** What the server's refusal means to somebody who edits an entry. */
export const phoneBookFailure = (failure: RestFailure): Failure => {
  if (failure.kind !== 'refused') return { code: 'notConnected' };
  switch (failure.code) {
    case 'conflict':
    case 'limitReached':
    case 'forbidden':
      return { code: failure.code };
    case 'notFound':
      return { code: 'entryGone' };
    case 'invalidRequest':
    case 'payloadTooLarge':
      return { code: 'entryInvalid' };
    case 'rateLimited':
      return { code: 'tooManyAttempts' };
    default:
      return { code: 'internal' };
  }
};
const queryOf = (search: PhoneBookSearch): string =>
  new URLSearchParams(Object.entries(search).map(([name, value]) => [name, String(value)])).toString();
const fileOf = (entries: readonly PhoneBookEntry[], format: ExportFormat): Blob =>
  format === 'csv'
    ? // Spreadsheets take a table without this mark for one in the encoding of their system.
      new Blob(['\ufeff', writeRows(entries)], { type: 'text/csv;charset=utf-8' })
    : new Blob([writeVcards(entries, format === 'vcard4' ? '4.0' : '3.0')], { type: 'text/vcard;charset=utf-8' });
const answerOf = <Value>(result: RestResult<Value>): Answer<Value> =>
  result.ok ? result : { ok: false, failure: phoneBookFailure(result.failure) };

// A file that is far too large is not even read.
const readFile: PhoneBookCommands['readFile'] = async (file, columns) =>
  file.size > largestFile
    ? { kind: 'refused', reason: 'tooLarge' }
    : readPhoneBookFile(new Uint8Array(await file.arrayBuffer()), columns);

export const createPhoneBook = (rest: RestClient, store: EngineStore): PhoneBook => {
  const path = (id: string): string => `${base}/${encodeURIComponent(id)}`;
  const put = async (id: string, change: PhoneBookChange): Promise<Answer<PhoneBookEntry>> =>
    answerOf(await rest.send('PUT', path(id), change, phoneBookEntrySchema));

  const loadFavourites = async (): Promise<boolean> => {
    const answer = await rest.get(`${base}?favourites=true&limit=${mostFavourites}`, phoneBookPageSchema);
    if (answer.ok) store.dispatch(phoneBookFavouritesLoaded(answer.value.entries));
    return answer.ok;
  };

  /** Numbers that were asked for since the last change of the phone book. */
  let asked = new Set<string>();
  let waiting = new Set<string>();
  const askNow = async (): Promise<void> => {
    const numbers = [...waiting].slice(0, numbersAtOnce);
    for (const number of numbers) waiting.delete(number);
    const asking = asked;
    const answer = await rest.send('POST', `${base}/resolve`, { numbers }, resolveResponseSchema);
    // An answer from before a change would hide the answer from after it.
    if (asking === asked && answer.ok) store.dispatch(partiesResolved(answer.value.entries));
    if (waiting.size > 0) await askNow();
  };
  const ask = (numbers: readonly string[]): void => {
    const state = store.getState();
    const isIdle = waiting.size === 0;
    for (const number of numbers) {
      if (number === '' || number.length > 128 || asked.has(number)) continue;
      asked.add(number);
      // A colleague's number needs no phone book.
      if (selectParty(number)(state).userId === null) waiting.add(number);
    }
    // All numbers of one change of the state go in one question.
    if (isIdle && waiting.size > 0) queueMicrotask(() => void askNow());
  };
  let known: { calls: unknown; journal: unknown } = { calls: null, journal: null };
  const look = (): void => {
    const { calls, journal } = store.getState();
    if (calls.byId !== known.calls) ask(calls.ids.flatMap((id) => calls.byId[id]?.party.number ?? []));
    if (journal.entries !== known.journal) ask(journal.entries.map(({ number }) => number));
    known = { calls: calls.byId, journal: journal.entries };
  };
  const stop = store.subscribe(look);
  const askAgain = (): void => {
    asked = new Set();
    waiting = new Set();
    known = { calls: null, journal: null };
    look();
  };

  return {
    find: async (search) => {
      return answerOf(await rest.get(`${base}?${queryOf(search)}`, phoneBookPageSchema));
    },
    entry: async (id) => answerOf(await rest.get(path(id), phoneBookEntrySchema)),
    labels: async () => {
      const answer = await rest.get(`${base}/labels`, phoneBookLabelsSchema);
      return answer.ok ? { ok: true, value: answer.value.entries.map(({ label }) => label) } : answerOf(answer);
    },
    save: (id, change) => put(id ?? crypto.randomUUID(), change),
    restore: (entry) => put(entry.id, { ...entry, version: null }),
    remove: async ({ id, version }) => {
      const answer = await rest.tell('DELETE', `${path(id)}?version=${version}`);
      return answer.ok ? { ok: true } : { ok: false, failure: phoneBookFailure(answer.failure) };
    },
    picture: async (file) => {
      const picture = await scaledPicture(file, pictureBytes);
      if (picture === null) return { ok: false, failure: { code: 'pictureInvalid' } };
      const bytes = Array.from(picture.bytes, (byte) => String.fromCharCode(byte)).join('');
      return { ok: true, value: `data:${picture.mediaType};base64,${btoa(bytes)}` };
    },
    readFile,
    importEntries: async (request) => answerOf(await rest.send('POST', `${base}/import`, request, importResultSchema)),
    exportFile: async (search, format) => {
      const parameters = queryOf({ ...search, limit: 1_000 });
      const entries: PhoneBookEntry[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: RestResult<PhoneBookPage> = await rest.get(`${base}?${parameters}${next}`, phoneBookPageSchema);
        if (!page.ok) return answerOf(page);
        entries.push(...page.value.entries);
        cursor = page.value.next;
      }
      return { ok: true, value: fileOf(entries, format) };
    },
    setFavourite: async (id, favourite) => {
      const answer = await rest.tell(favourite ? 'PUT' : 'DELETE', `${path(id)}/favourite`);
      return answer.ok ? { ok: true } : { ok: false, failure: phoneBookFailure(answer.failure) };
    },
    load: () => {
      store.dispatch(phoneBookChanged());
      askAgain();
      return loadFavourites();
    },
    changed: () => {
      store.dispatch(phoneBookChanged());
      askAgain();
      void loadFavourites();
    },
    looked: async (number) => {
      const state = store.getState();
      if (state.phoneBook.parties[number] !== undefined || selectParty(number)(state).userId !== null) return;
      const answer = await rest.send('POST', `${base}/resolve`, { numbers: [number] }, resolveResponseSchema);
      if (answer.ok) store.dispatch(partiesResolved(answer.value.entries));
    },
    dispose: stop,
  };
};

/** The commands for windows, whoever is logged in now. */
export const phoneBookCommands = (current: () => PhoneBook | null): PhoneBookCommands => {
  const missing = { ok: false as const, failure: { code: 'notConnected' as const } };
  const withBook = <Result>(act: (book: PhoneBook) => Promise<Result>): Promise<Result | typeof missing> => {
    const book = current();
    return book ? act(book) : Promise.resolve(missing);
  };
  return {
    find: (search) => withBook((book) => book.find(search)),
    entry: (id) => withBook((book) => book.entry(id)),
    labels: () => withBook((book) => book.labels()),
    save: (id, change) => withBook((book) => book.save(id, change)),
    remove: (entry) => withBook((book) => book.remove(entry)),
    readFile,
    importEntries: (request) => withBook((book) => book.importEntries(request)),
    exportFile: (search, format) => withBook((book) => book.exportFile(search, format)),
    picture: (file) => withBook((book) => book.picture(file)),
    restore: (entry) => withBook((book) => book.restore(entry)),
    setFavourite: (id, favourite) => withBook((book) => book.setFavourite(id, favourite)),
  };
};
