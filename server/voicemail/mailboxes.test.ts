import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPasswords } from '../accounts/passwords.ts';
import { EventStore } from '../events/event-store.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { Mailboxes } from './mailboxes.ts';

const day = 86_400_000;
let server: TestServer;
let now = Date.parse('2026-06-01T12:00:00Z');
let mailboxes: Mailboxes;
let events: EventStore;

beforeAll(async () => {
  server = await startTestServer();
  events = new EventStore(server.database);
  mailboxes = new Mailboxes({
    database: server.database,
    events,
    accounts: server.accounts,
    passwords: await createPasswords(),
    limits: { bytes: 20_000 },
    now: () => now,
  });
});
afterAll(async () => {
  await server.close();
});

const add = (userId: string, ageDays: number, bytes = 800): Promise<boolean> =>
  mailboxes.add(userId, {
    partyUserId: 'demo-ben',
    partyName: 'Ben\u0000 Krüger',
    number: '102',
    receivedAt: new Date(now - ageDays * day),
    law: 'PCMU',
    audio: Buffer.alloc(bytes, 0xff),
  });
const ages = async (userId: string): Promise<number[]> =>
  (await mailboxes.page(userId, 10, null))!.entries.map(({ receivedAt }) => (now - Date.parse(receivedAt)) / day);

it('VOI-1 removes messages older than their owner keeps them, tells so, and keeps all where nothing is to go', async () => {
  for (const userId of ['demo-anna', 'demo-clara', 'demo-david'])
    for (const age of [1, 40, 400]) await add(userId, age);
  await mailboxes.putPreferences('demo-anna', { enabled: true, noAnswerSeconds: 20, keepDays: 30 });
  await mailboxes.putPreferences('demo-clara', { enabled: true, noAnswerSeconds: 20, keepDays: null });
  const before = await events.position();
  const changed: string[] = [];
  mailboxes.onChanged((userId) => changed.push(userId));
  await mailboxes.prune();
  expect(await ages('demo-anna')).toEqual([1]);
  expect(await ages('demo-clara')).toEqual([400, 40, 1]);
  // Nothing was set: 90 days.
  expect(await ages('demo-david')).toEqual([40, 1]);
  expect(changed.sort()).toEqual(['demo-anna', 'demo-david']);
  const replay = await events.replay('demo-anna', before, await events.position(), 10);
  expect(replay.kind === 'events' && replay.events.map(({ event }) => JSON.parse(event) as unknown)).toMatchObject([
    { type: 'voicemailMessageRemoved' },
    { type: 'voicemailMessageRemoved' },
  ]);
});

it('VOI-1 a removed message comes back within an hour, and not later', async () => {
  await add('demo-emma', 0);
  const [message] = (await mailboxes.page('demo-emma', 10, null))!.entries;
  expect(message?.party.name).not.toContain('\u0000');
  expect(await mailboxes.remove('demo-emma', message!.id)).toBe(true);
  now += 59 * 60_000;
  await mailboxes.prune();
  expect(await mailboxes.restore('demo-emma', message!.id)).toBe(true);
  expect(await mailboxes.remove('demo-emma', message!.id)).toBe(true);
  now += 61 * 60_000;
  await mailboxes.prune();
  expect(await mailboxes.restore('demo-emma', message!.id)).toBe(false);
});

it('VOI-1 a mailbox has room for so many bytes, and pages without gap or repetition', async () => {
  for (let count = 0; count < 5; count += 1) expect(await add('demo-felix', 0, 4_000)).toBe(true);
  expect(await add('demo-felix', 0)).toBe(false);
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Mailboxes['page']>> = await mailboxes.page('demo-felix', 2, cursor);
    ids.push(...page!.entries.map(({ id }) => id));
    cursor = page!.next;
  } while (cursor !== null);
  expect(ids).toEqual([...ids].sort((a, b) => Number(b) - Number(a)));
  expect(new Set(ids).size).toBe(5);
  expect(await mailboxes.page('demo-felix', 2, 'x')).toBeNull();
  expect(await add('nobody', 0)).toBe(false);
});
