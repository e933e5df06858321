import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../protocol/rest.ts';
import { parseJournalFilter, passes, wholeJournal, type JournalFilter } from './journal-filter.ts';
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
const keys = (view: JournalFilter['view']) =>
  buildJournalRows(entries, { ...wholeJournal, view }).map((row) => (row.kind === 'day' ? 'day' : row.key));

test('JOU-1 lists by day, newest first', () => {
  expect(keys('all')).toEqual(['day', 'd', 'c', 'day', 'b']);
});
test('JOU-2 filters; a call out that nobody answered is not missed', () => {
  expect(keys('missed')).toEqual(['day', 'd']);
  expect(keys('outgoing')).toEqual(['day', 'c']);
  expect(keys('incoming')).toEqual(['day', 'd', 'day', 'b']);
});
test('JOU-2 filters by result, origin, team and fax, and hides services by setting', () => {
  const at = '2026-03-02T10:00:00';
  const passing = (filter: Partial<JournalFilter>, change: Partial<JournalEntry>, hidesServices = false) =>
    passes(entry('x', at, change), { ...wholeJournal, ...filter }, hidesServices);
  expect(passing({ result: 'voicemail' }, { result: 'voicemail' })).toBe(true);
  expect(passing({ result: 'voicemail' }, { result: 'missed' })).toBe(false);
  expect(passing({ result: 'answered' }, { result: 'transferred' })).toBe(true);
  expect(passing({ result: 'takenByColleague' }, { result: 'answered' })).toBe(false);
  expect(passing({ origin: 'internal' }, { internal: false })).toBe(false);
  expect(passing({ origin: 'external' }, { internal: false })).toBe(true);
  expect(passing({ team: 't' }, { team: { id: 't', name: 'Support' } })).toBe(true);
  expect(passing({ team: 't' }, { team: null })).toBe(false);
  expect(passing({ faxOnly: true }, { kind: 'call' })).toBe(false);
  expect(passing({}, { kind: 'service' })).toBe(true);
  expect(passing({}, { kind: 'service' }, true)).toBe(false);
});
test('JOU-2 keeps the last filter and survives a damaged one', () => {
  const filter: JournalFilter = { ...wholeJournal, view: 'missed', origin: 'external', team: 't' };
  expect(parseJournalFilter(JSON.stringify(filter))).toEqual(filter);
  for (const stored of [null, '', 'missed', '{', '{"view":"none"}'])
    expect(parseJournalFilter(stored)).toEqual(wholeJournal);
});
test('JOU-1 colours by result', () => {
  expect(entries.map(journalTone)).toEqual(['bad', 'quiet', 'warn']);
});
test('JOU-1 words a talking time', () => {
  expect(talkText(0)).toBeNull();
  expect(talkText(252)).toEqual({ key: 'durationMinutes', values: { minutes: 4, seconds: 12 } });
  expect(talkText(3725)).toEqual({ key: 'durationHours', values: { hours: 1, minutes: 2 } });
});
