import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../protocol/rest.ts';
import { buildJournalRows, journalTone, talkText } from './journal-rows.ts';

const entry = (id: string, at: string, change: Partial<JournalEntry> = {}): JournalEntry => ({
  id,
  direction: 'incoming',
  result: 'answered',
  party: { name: null, userId: null },
  number: '101',
  startedAt: new Date(at).toISOString(),
  durationSeconds: 0,
  seen: true,
  kind: 'call',
  internal: true,
  team: null,
  ...change,
});
const entries = [
  entry('d', '2026-03-02T10:00:00', { result: 'missed' }),
  entry('c', '2026-03-02T09:00:00', { direction: 'outgoing', result: 'missed' }),
  entry('b', '2026-03-01T09:00:00', { result: 'answeredElsewhere' }),
];
const keys = (filter: Parameters<typeof buildJournalRows>[1]) =>
  buildJournalRows(entries, filter).map((row) => (row.kind === 'day' ? 'day' : row.key));

test('JOU-1 lists by day, newest first', () => {
  expect(keys('all')).toEqual(['day', 'd', 'c', 'day', 'b']);
});
test('JOU-2 filters; a call out that nobody answered is not missed', () => {
  expect(keys('missed')).toEqual(['day', 'd']);
  expect(keys('outgoing')).toEqual(['day', 'c']);
  expect(keys('incoming')).toEqual(['day', 'd', 'day', 'b']);
});
test('JOU-1 colours by result', () => {
  expect(entries.map(journalTone)).toEqual(['bad', 'quiet', 'warn']);
});
test('JOU-1 words a talking time', () => {
  expect(talkText(0)).toBeNull();
  expect(talkText(252)).toEqual({ key: 'durationMinutes', values: { minutes: 4, seconds: 12 } });
  expect(talkText(3725)).toEqual({ key: 'durationHours', values: { hours: 1, minutes: 2 } });
});
