import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchivedMessage, ArchiveMethod, ArchiveRequest } from '../../../protocol/archive.ts';
import { archiveFileOf } from './archive-file.ts';
import { archiveService, type ArchiveService } from './archive.ts';

const account = 'anna@demo';
const ben = 'ben@demo';
let folder = '';
let service: ArchiveService;
let frames = 0;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kontor-archive-'));
  service = archiveService(folder, () => 42);
});
afterEach(() => {
  service.close();
  rmSync(folder, { recursive: true });
});

const call = <Method extends ArchiveMethod>(method: Method, params: ArchiveRequest<Method>): unknown => {
  const reply = service.answer({ id: (frames += 1), method, params });
  if (reply === null || 'error' in reply) throw new Error(reply?.error ?? 'no reply');
  expect(reply.id).toBe(frames);
  return reply.result;
};
const message = (id: string, timestamp: number, more: Partial<ArchivedMessage> = {}): ArchivedMessage => ({
  id,
  archiveId: null,
  peer: ben,
  direction: 'in',
  body: `text ${id}`,
  timestamp,
  delivery: 'received',
  ...more,
});
const put = (...messages: ArchivedMessage[]): unknown => call('putMessages', { messages });
const newest = (limit = 10, before: ArchiveRequest<'messages'>['before'] = null): unknown =>
  call('messages', { peer: ben, before, limit });

it('pages backwards through a conversation without gaps, also within one millisecond (CHA-3)', () => {
  call('open', { account });
  put(message('a', 1), message('d', 2), message('b', 2), message('c', 2), message('e', 3));
  expect(newest(2)).toEqual([message('d', 2), message('e', 3)]);
  expect(newest(2, { timestamp: 2, id: 'd' })).toEqual([message('b', 2), message('c', 2)]);
  expect(newest(2, { timestamp: 2, id: 'b' })).toEqual([message('a', 1)]);
});

it('sums up conversations with their last message and unread count, and marks them read (CHA-3)', () => {
  call('open', { account });
  put(message('a', 1), message('b', 2), message('c', 3, { peer: 'clara@demo', direction: 'out', delivery: 'sent' }));
  call('markRead', { peer: ben, timestamp: 1 });
  expect(call('conversations', null)).toEqual([
    { peer: ben, lastMessage: message('b', 2), unread: 1 },
    {
      peer: 'clara@demo',
      lastMessage: message('c', 3, { peer: 'clara@demo', direction: 'out', delivery: 'sent' }),
      unread: 0,
    },
  ]);
});

it('lets delivery marks only rise and takes the stamp of the server once it is known (CHA-4)', () => {
  call('open', { account });
  const own = message('a', 10, { direction: 'out', delivery: 'queued' });
  put(own);
  expect(call('queued', null)).toEqual([own]);
  put({ ...own, archiveId: '7', timestamp: 20, delivery: 'read' });
  put({ ...own, timestamp: 11, delivery: 'sent' });
  expect(call('queued', null)).toEqual([]);
  expect(newest()).toEqual([{ ...own, archiveId: '7', timestamp: 20, delivery: 'read' }]);
});

it('never lets an id chosen by the other side touch an own message', () => {
  call('open', { account });
  const own = message('a', 1, { direction: 'out', delivery: 'sent' });
  put(own, message('a', 2, { body: 'forged' }));
  expect(newest()).toEqual([own, message('a', 2, { body: 'forged' })]);
});

it('keeps small values by key and prefix', () => {
  call('open', { account });
  call('setValue', { key: 'draft_ben', value: 'Hello' });
  call('setValue', { key: 'draftXben', value: 'other' });
  expect(call('values', { prefix: 'draft_' })).toEqual({ draft_ben: 'Hello' });
  call('setValue', { key: 'draft_ben', value: null });
  expect(call('getValue', { key: 'draft_ben' })).toBeNull();
});

it('keeps accounts apart, survives a restart and forgets when told', () => {
  expect(call('open', { account })).toEqual({ recovered: false });
  put(message('a', 1));
  call('open', { account: ben });
  expect(newest()).toEqual([]);
  service.close();
  service = archiveService(folder, () => 42);
  expect(call('open', { account })).toEqual({ recovered: false });
  expect(newest()).toHaveLength(1);
  call('wipe', null);
  expect(newest()).toEqual([]);
});

it.skipIf(process.platform === 'win32')('is readable by the user alone and named after nobody', () => {
  call('open', { account });
  put(message('a', 1));
  for (const name of readdirSync(folder)) {
    expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
    expect(name).not.toContain('anna');
  }
});

it('sets a damaged file aside, starts anew and says so', () => {
  const file = archiveFileOf(folder, account);
  writeFileSync(file, 'this is no database, '.repeat(500));
  expect(call('open', { account })).toEqual({ recovered: true });
  put(message('a', 1));
  expect(newest()).toHaveLength(1);
  expect(readdirSync(folder)).toContain(`${path.basename(file)}.damaged-42`);
});

it('finds damage inside a file that was not closed', () => {
  call('open', { account });
  put(...Array.from({ length: 2000 }, (_, index) => message(`m${index}`, index)));
  service.close();
  const file = archiveFileOf(folder, account);
  const size = statSync(file).size;
  writeFileSync(file, Buffer.alloc(size / 2, 7), { flag: 'r+' });
  writeFileSync(file, 'SQLite format 3\0', { flag: 'r+' });
  writeFileSync(`${file}.open`, '');
  expect(call('open', { account })).toEqual({ recovered: true });
});

it('answers what it cannot do with a code and what is no frame not at all', () => {
  expect(service.answer({ id: 1, method: 'queued', params: null })).toEqual({ id: 1, error: 'archive.closed' });
  call('open', { account });
  expect(service.answer({ id: 2, method: 'messages', params: { peer: ben, before: null, limit: 0 } })).toEqual({
    id: 2,
    error: 'archive.badRequest',
  });
  expect(service.answer({ id: 3, method: 'constructor', params: null })).toBeNull();
  expect(service.answer('nonsense')).toBeNull();
});

it('lets a message that came back stay failed until it is tried again or has arrived after all (CHA-8)', () => {
  call('open', { account });
  const own = (delivery: ArchivedMessage['delivery']): ArchivedMessage =>
    message('a', 1, { direction: 'out', delivery });
  const after = (...deliveries: ArchivedMessage['delivery'][]): unknown => {
    for (const delivery of deliveries) put(own(delivery));
    return (newest() as ArchivedMessage[])[0]?.delivery;
  };
  expect(after('queued', 'sent', 'failed')).toBe('failed');
  expect(after('sent')).toBe('failed');
  expect(after('queued')).toBe('queued');
  expect(after('failed', 'delivered')).toBe('delivered');
  expect(after('failed')).toBe('delivered');
});
