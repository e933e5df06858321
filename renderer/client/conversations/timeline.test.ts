import { expect, test } from 'vitest';
import type { ArchivedMessage } from '../../../protocol/archive.ts';
import { buildTimeline, columnsFor } from './timeline.ts';

const message = (id: string, at: string, direction: 'in' | 'out' = 'in'): ArchivedMessage => ({
  id,
  archiveId: null,
  peer: 'ben@demo',
  direction,
  body: id,
  timestamp: new Date(at).getTime(),
  delivery: direction === 'in' ? 'received' : 'sent',
});
const shape = (rows: ReturnType<typeof buildTimeline>) =>
  rows.map((row) =>
    row.kind === 'message' ? `${row.message.id}${row.first ? '<' : ''}${row.last ? '>' : ''}` : row.kind,
  );

test('CHA-3 groups one sender within a minute and separates days', () => {
  const rows = buildTimeline(
    [
      message('a', '2026-03-02T09:02:01'),
      message('b', '2026-03-02T09:02:40'),
      message('c', '2026-03-02T09:02:50', 'out'),
      message('d', '2026-03-03T00:00:00', 'out'),
    ],
    null,
  );
  expect(shape(rows)).toEqual(['day', 'a<', 'b>', 'c<>', 'day', 'd<>']);
});

test('CHA-3 puts the unread line above the first unread message and ends the group there', () => {
  const rows = buildTimeline([message('a', '2026-03-02T09:02:01'), message('b', '2026-03-02T09:02:02')], 'b');
  expect(shape(rows)).toEqual(['day', 'a<>', 'unread', 'b<>']);
});

test('CHA-3 keeps the keys of known rows apart when older messages of the same day come in front', () => {
  const newer = [message('b', '2026-03-02T09:02:01')];
  const all = buildTimeline([message('a', '2026-03-02T08:00:00'), ...newer], null);
  expect(new Set(all.map((row) => row.key)).size).toBe(all.length);
  expect(all.at(-1)?.key).toBe(buildTimeline(newer, null).at(-1)?.key);
});

test('CHA-1 shows as many conversations as have room, at least one', () => {
  expect([columnsFor(300, 3), columnsFor(760, 3), columnsFor(2000, 3)]).toEqual([1, 2, 3]);
});
