import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabaseLocation, type TestDatabaseLocation } from '../database/test-database.ts';
import { EventStore } from '../events/event-store.ts';
import { startServer, type RunningServer } from '../server.ts';
import type { CallRecord } from './call-recorder.ts';
import { Journal } from './journal.ts';

describe('journal', () => {
  let place: TestDatabaseLocation;
  let server: RunningServer;
  let events: EventStore;
  let journal: Journal;
  beforeAll(async () => {
    place = await createTestDatabaseLocation();
    server = await startServer({ demo: true, database: place.location });
    events = new EventStore(server.database);
    journal = new Journal({ database: server.database, events, accounts: server.accounts });
  });
  afterAll(async () => {
    await server.close();
    await place.remove();
  });

  const start = Date.parse('2026-01-01T10:00:00.123Z');
  const record = (callKey: string, change: Partial<CallRecord> = {}): CallRecord => ({
    callKey,
    userId: 'demo-anna',
    direction: 'incoming',
    result: 'answered',
    partyUserId: 'demo-ben',
    partyName: 'Ben Krüger',
    number: '102',
    startedAt: new Date(start),
    answeredAt: new Date(start + 5_000),
    endedAt: new Date(start + 67_900),
    ...change,
  });
  const eventsOf = async (userId: string, after: number) => {
    const replay = await events.replay(userId, after, await events.position(), 100);
    return replay.kind === 'events' ? replay.events.map(({ event }) => JSON.parse(event) as unknown) : null;
  };

  it('JOU-1 writes exactly one entry per call and party, however often it is reported', async () => {
    const before = await events.position();
    await Promise.all([1, 2, 3, 4].map(() => journal.callEnded(record('once'))));
    await journal.callEnded(record('once', { result: 'missed', number: '999' }));
    await journal.callEnded(record('once', { userId: 'demo-ben', direction: 'outgoing', partyUserId: 'demo-anna' }));
    const { entries } = (await journal.page('demo-anna', 10, null))!;
    expect(entries).toEqual([
      {
        id: entries[0]!.id,
        direction: 'incoming',
        result: 'answered',
        party: { name: 'Ben Krüger', userId: 'demo-ben' },
        number: '102',
        startedAt: '2026-01-01T10:00:00.123Z',
        durationSeconds: 62,
        seen: true,
        kind: 'call',
        internal: true,
        team: null,
      },
    ]);
    expect((await journal.page('demo-ben', 10, null))!.entries).toHaveLength(1);
    expect(await eventsOf('demo-anna', before)).toEqual([{ type: 'journalEntryAdded', entry: entries[0] }]);
  });

  it('keeps running calls until they end, also when reports arrive late', async () => {
    const ended = record('running', { userId: 'demo-clara' });
    const { callKey, userId, direction, partyUserId, partyName, number, startedAt } = ended;
    const running = { callKey, userId, direction, partyUserId, partyName, number, startedAt, answeredAt: null };
    await journal.callProgressed(running);
    await journal.callProgressed({ ...running, answeredAt: new Date(start + 1_000) });
    await journal.callProgressed(running);
    expect(await journal.runningCalls()).toEqual([{ ...running, answeredAt: new Date(start + 1_000) }]);
    await journal.callEnded(ended);
    await journal.callProgressed(running);
    expect(await journal.runningCalls()).toEqual([]);
  });

  it('pages newest first without gap or repetition, also among equal times', async () => {
    for (let index = 0; index < 25; index += 1) {
      const startedAt = new Date(start + Math.floor(index / 5) * 1000);
      await journal.callEnded(record(`page-${index}`, { userId: 'demo-david', startedAt }));
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Journal['page']>> = await journal.page('demo-david', 4, cursor);
      seen.push(...page!.entries.map(({ id }) => id));
      cursor = page!.next;
    } while (cursor !== null);
    expect(seen).toEqual([...seen].sort((a, b) => Number(b) - Number(a)));
    expect(new Set(seen).size).toBe(25);
    expect(await journal.page('demo-david', 4, 'x')).toBeNull();
    expect(await journal.page('demo-anna', 4, seen[0]!)).toBeNull();
  });

  it('NOT-1 marks missed calls as seen up to a row, once, on all devices', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const missed = { userId: 'demo-emma', result: 'missed' as const, answeredAt: null };
      await journal.callEnded(record(`missed-${index}`, { ...missed, startedAt: new Date(start + index) }));
      ids.push((await journal.page('demo-emma', 1, null))!.entries[0]!.id);
    }
    const before = await events.position();
    expect(await journal.markSeen('demo-emma', ids[1]!)).toBe(true);
    expect(await journal.markSeen('demo-emma', ids[1]!)).toBe(true);
    const { entries } = (await journal.page('demo-emma', 10, null))!;
    expect(entries.map(({ seen, durationSeconds }) => [seen, durationSeconds])).toEqual([
      [false, 0],
      [true, 0],
      [true, 0],
    ]);
    expect(await eventsOf('demo-emma', before)).toEqual([{ type: 'journalSeen', upTo: ids[1] }]);
    expect(await journal.markSeen('demo-anna', ids[1]!)).toBe(false);
    expect(await journal.markSeen('demo-emma', 'abc')).toBe(false);
  });

  it('names the user id of the other side only where it is visible', async () => {
    await journal.callEnded(record('stranger', { userId: 'demo-felix', partyUserId: 'somebody-elsewhere' }));
    const { entries } = (await journal.page('demo-felix', 1, null))!;
    expect(entries[0]!.party).toEqual({ name: 'Ben Krüger', userId: null });
  });

  it('keeps a call whose name no database stores', async () => {
    await journal.callEnded(record('odd', { userId: 'demo-hugo', partyName: 'A\0\uD800', number: '1\0' }));
    const { entries } = (await journal.page('demo-hugo', 1, null))!;
    expect(entries[0]).toMatchObject({ party: { name: 'A\uFFFD' }, number: '1' });
  });

  it('JOU-4 tells path, team, device, seconds and the other calls with that party', async () => {
    await server.sessions.logIn({
      user: 'greta',
      password: 'demo1234',
      device: { name: 'Kontor on Linux', kind: 'desktop' },
      addressKey: 'test',
    });
    const [device] = await server.database.query<{ id: string }>("SELECT id FROM devices WHERE user_id = 'demo-greta'");
    const greta = { userId: 'demo-greta', partyUserId: null, partyName: 'Martina Lorenz' };
    await journal.callEnded(record('before', { ...greta, number: '030 23125 100' }));
    await journal.callEnded(record('other', { ...greta, number: '+49 30 23125 101' }));
    const call = record('detailed', { ...greta, number: '+49 30 23125100', startedAt: new Date(start + 1) });
    const at = new Date(start).toISOString();
    const path = [
      { step: 'called' as const, at, party: { name: 'Support', number: '201' } },
      { step: 'takenByColleague' as const, at, party: { name: 'Greta\0', number: '107' } },
    ];
    await journal.callProgressed({ ...call, details: { deviceId: device!.id, team: { id: 't', name: 'Support' } } });
    expect((await journal.runningCalls())[0]?.details).toEqual({
      deviceId: device!.id,
      team: { id: 't', name: 'Support' },
    });
    await journal.callEnded({ ...call, details: { holdSeconds: 12, path } });
    const [newest] = (await journal.page('demo-greta', 1, null))!.entries;
    const details = (await journal.details('demo-greta', newest!.id))!;
    expect(details).toMatchObject({
      entry: { id: newest!.id, internal: false, kind: 'call', team: { id: 't', name: 'Support' } },
      device: 'Kontor on Linux',
      ringSeconds: 4,
      talkSeconds: 50,
      holdSeconds: 12,
      path: [{ step: 'called' }, { step: 'takenByColleague', party: { name: 'Greta' } }],
    });
    expect(details.lastCalls.map(({ number }) => number)).toEqual(['030 23125 100']);
    expect(await journal.details('demo-anna', newest!.id)).toBeNull();
    expect(await journal.details('demo-greta', '0; DROP')).toBeNull();
  });

  it('JOU-4 tells of an unanswered call how long it rang', async () => {
    const missed = { userId: 'demo-clara', result: 'missed' as const, answeredAt: null, number: '' };
    await journal.callEnded(record('rang', { ...missed, details: { kind: 'service', holdSeconds: 99 } }));
    const [entry] = (await journal.page('demo-clara', 1, null))!.entries;
    expect(entry).toMatchObject({ kind: 'service', internal: true });
    expect(await journal.details('demo-clara', entry!.id)).toMatchObject({
      ringSeconds: 67,
      talkSeconds: 0,
      holdSeconds: 0,
      path: [{ step: 'called' }, { step: 'ended' }],
      lastCalls: [],
    });
  });

  it('SEA-1 finds calls by name and number', async () => {
    const find = async (query: string) => (await journal.page('demo-greta', 10, null, query))!.entries.length;
    expect(await find('mart lor')).toBe(3);
    expect(await find('artina')).toBe(0);
    expect(await find('030 23125')).toBe(3);
    expect(await find('23125101')).toBe(1);
    for (const odd of ['%', '\\m', '(((', '[', '.*']) expect(await find(odd)).toBe(3);
  });

  it('ignores a call of a user who has been removed', async () => {
    await journal.callProgressed(record('gone', { userId: 'nobody' }));
    await journal.callEnded(record('gone', { userId: 'nobody' }));
    expect(await journal.runningCalls()).toEqual([]);
  });
});
