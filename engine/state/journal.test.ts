import { expect, test } from 'vitest';
import type { JournalEntry } from '../../protocol/rest.ts';
import { journalEntryAdded, journalPageLoaded } from './journal.ts';
import { createEngineStore } from './store.ts';

const entry = (id: number, seen = true): JournalEntry => ({
  id: String(id),
  direction: 'incoming',
  result: 'missed',
  party: { name: null, userId: null },
  number: '102',
  startedAt: new Date(id * 1_000).toISOString(),
  durationSeconds: 0,
  seen,
  kind: 'call',
  internal: true,
  team: null,
});
/** Newest first, from `newest` down to `oldest`. */
const page = (newest: number, oldest: number): JournalEntry[] =>
  Array.from({ length: newest - oldest + 1 }, (_, at) => entry(newest - at));

test('JOU-1 after a gap only what is new is taken over, and older pages stay', () => {
  const store = createEngineStore();
  const ids = () => store.getState().journal.entries.map(({ id }) => Number(id));
  store.dispatch(journalPageLoaded({ entries: page(20, 11), next: '11', reset: true }));
  store.dispatch(journalPageLoaded({ entries: page(10, 5), next: '5', reset: false }));
  store.dispatch(journalPageLoaded({ entries: page(24, 15), next: '15', reset: true }));
  expect(ids()).toEqual(page(24, 5).map(({ id }) => Number(id)));
  expect(store.getState().journal).toMatchObject({ next: '5', history: 'partial' });
  store.dispatch(journalEntryAdded(entry(24)));
  store.dispatch(journalEntryAdded(entry(25)));
  expect(ids()).toEqual(page(25, 5).map(({ id }) => Number(id)));
});

test('JOU-1 what was seen elsewhere during a gap is seen here', () => {
  const store = createEngineStore();
  store.dispatch(journalPageLoaded({ entries: [entry(2, false), entry(1)], next: '1', reset: true }));
  store.dispatch(journalPageLoaded({ entries: [entry(3), entry(2)], next: '2', reset: true }));
  expect(store.getState().journal.entries.every(({ seen }) => seen)).toBe(true);
});

test('JOU-1 a gap that is longer than a page leaves no hole', () => {
  const store = createEngineStore();
  store.dispatch(journalPageLoaded({ entries: page(10, 5), next: '5', reset: true }));
  store.dispatch(journalPageLoaded({ entries: page(40, 30), next: '30', reset: true }));
  expect(store.getState().journal).toMatchObject({ next: '30', history: 'partial' });
  expect(store.getState().journal.entries.at(-1)?.id).toBe('30');
});
