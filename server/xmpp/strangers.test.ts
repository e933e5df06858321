/** Clients that nobody here wrote. */
import { client as createXmppClient, xml } from '@xmpp/client';
import { type Agent, createClient } from 'stanza';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { createTestDatabase } from '../database/test-database.ts';
import { TestAccounts, testDomain } from './test-accounts.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let database: Database;
let server: TestServer;
let accounts: TestAccounts;
const agents: Agent[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = new TestAccounts(['anna', 'ben', 'clara']);
  server = await startTestServer({ accounts, database });
});

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.disconnect();
  await server.service.flush();
});

afterAll(async () => {
  await server.stop();
  await database.close();
});

const once = <Value>(agent: Agent, event: string, accept: (value: Value) => boolean = () => true): Promise<Value> =>
  new Promise((resolve) => {
    const listener = (value: Value): void => {
      if (!accept(value)) return;
      agent.off(event as 'message', listener as never);
      resolve(value);
    };
    agent.on(event as 'message', listener as never);
  });

const login = async (user: string, device = 1): Promise<Agent> => {
  const agent = createClient({
    jid: `${user}@${testDomain}`,
    password: `${user}-${device}`,
    resource: `device-${device}`,
    transports: { websocket: server.url, bosh: false },
    autoReconnect: false,
  });
  agents.push(agent);
  const started = once(agent, 'session:started');
  agent.connect();
  await started;
  return agent;
};

describe('stanza', () => {
  it('logs in by SCRAM-SHA-256, gets the roster, presence and messages', async () => {
    const anna = await login('anna');
    expect(anna.jid).toBe(`anna@${testDomain}/device-1`);
    const roster = await anna.getRoster();
    expect(roster.items.map((item) => [item.jid, item.name, item.subscription])).toEqual([
      [`ben@${testDomain}`, 'Ben', 'both'],
      [`clara@${testDomain}`, 'Clara', 'both'],
    ]);
    anna.sendPresence();
    const ben = await login('ben');
    const annaSeen = once<{ from: string }>(ben, 'available', ({ from }) => from.startsWith('anna@'));
    const benSeen = once<{ from: string; show?: string; status?: string }>(anna, 'available', ({ from }) =>
      from.startsWith('ben@'),
    );
    ben.sendPresence({ show: 'away', status: 'gleich zurück' });
    expect((await annaSeen).from).toBe(anna.jid);
    expect(await benSeen).toMatchObject({ from: ben.jid, show: 'away', status: 'gleich zurück' });

    const received = once<{ body: string; from: string; stanzaIds: unknown[] }>(ben, 'chat');
    anna.sendMessage({ to: `ben@${testDomain}`, type: 'chat', body: 'Grüße & <Küsse>' });
    expect(await received).toMatchObject({ body: 'Grüße & <Küsse>', from: anna.jid });

    const gone = once<{ from: string }>(anna, 'unavailable', ({ from }) => from.startsWith('ben@'));
    ben.disconnect();
    expect((await gone).from).toBe(`ben@${testDomain}/device-1`);
  });

  it('reads the archive in both directions', async () => {
    const anna = await login('anna');
    const clara = await login('clara');
    await anna.sendPresence();
    const all = once(anna, 'chat', (message: { body: string }) => message.body === 'Nummer 29');
    for (let number = 0; number < 30; number += 1) {
      clara.sendMessage({ to: `anna@${testDomain}`, type: 'chat', body: `Nummer ${number}` });
    }
    await all;
    const bodies = (page: Awaited<ReturnType<Agent['searchHistory']>>): (string | undefined)[] =>
      (page.results ?? []).map((result) => result.item.message?.body);
    const range = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, index) => `Nummer ${from + index}`);
    const filter = { with: `clara@${testDomain}` };
    const newest = await anna.searchHistory({ ...filter, paging: { before: '', max: 10 } });
    expect(bodies(newest)).toEqual(range(20, 30));
    expect(newest.paging).toMatchObject({ count: 30, firstIndex: 20 });
    const older = await anna.searchHistory({ ...filter, paging: { before: newest.paging!.first!, max: 10 } });
    expect(bodies(older)).toEqual(range(10, 20));
    expect(older.complete).toBeFalsy();
    const onwards = await anna.searchHistory({ ...filter, paging: { after: older.paging!.last!, max: 20 } });
    expect(bodies(onwards)).toEqual(range(20, 30));
    expect(onwards.complete).toBe(true);
  });

  it('resumes after the connections were cut, with nothing lost or doubled', async () => {
    const anna = await login('anna');
    const ben = await login('ben');
    anna.sendPresence();
    ben.sendPresence();
    await anna.ping(testDomain);
    await ben.ping(testDomain);
    const bodies: string[] = [];
    ben.on('chat', (message) => bodies.push(message.body ?? ''));
    const disconnected = Promise.all([once(anna, 'disconnected'), once(ben, 'disconnected')]);
    server.cutAll();
    await disconnected;
    const resumed = once(anna, 'stream:management:resumed');
    anna.connect();
    await resumed;
    anna.sendMessage({ to: `ben@${testDomain}`, type: 'chat', body: 'während der Lücke' });
    await anna.ping(testDomain);
    const arrived = once(ben, 'chat');
    ben.connect();
    await arrived;
    await ben.ping(testDomain);
    expect(bodies).toEqual(['während der Lücke']);
  });
});

describe('stanza, further', () => {
  it('CHA-3 gets carbons, receipts, markers and chat states', async () => {
    const [anna, ben1, ben2] = [await login('anna'), await login('ben', 1), await login('ben', 2)];
    for (const agent of [anna, ben1, ben2]) {
      agent.sendPresence();
      await agent.enableCarbons();
    }
    const received = once<{ id: string; receipt: unknown }>(ben1, 'chat');
    const alsoReceived = once(ben2, 'chat');
    const id = anna.sendMessage({
      to: `ben@${testDomain}`,
      type: 'chat',
      body: 'mit Quittung',
      receipt: { type: 'request' },
      marker: { type: 'markable' },
    });
    expect((await received).id).toBe(id);
    await alsoReceived;
    const marked = once<{ marker: unknown; from: string }>(anna, 'message', (message) => message.marker !== undefined);
    ben1.markDisplayed({ id, from: anna.jid, to: ben1.jid, type: 'chat', marker: { type: 'markable' } });
    expect((await marked).from).toBe(ben1.jid);
    const carbon = once<{ carbon: { forward: { message: { body?: string } } } }>(
      ben2,
      'carbon:sent',
      ({ carbon: { forward } }) => forward.message.body !== undefined, // Not the marker's.
    );
    ben1.sendMessage({ to: `anna@${testDomain}`, type: 'chat', body: 'Antwort', chatState: 'active' });
    expect((await carbon).carbon.forward.message.body).toBe('Antwort');
  });

  it('CHA-4 gets what came while it was away, with the time it was sent', async () => {
    const anna = await login('anna');
    anna.sendMessage({ to: `clara@${testDomain}`, type: 'chat', body: 'für später' });
    await anna.ping(testDomain);
    await server.service.flush();
    const clara = await login('clara');
    const received = once<{ body: string; delay: { timestamp: Date } }>(clara, 'chat');
    clara.sendPresence();
    const message = await received;
    expect(message.body).toBe('für später');
    expect(Math.abs(message.delay.timestamp.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('CON-1 publishes a picture that others are told of and can fetch', async () => {
    const [anna, ben] = [await login('anna'), await login('ben')];
    anna.sendPresence();
    ben.sendPresence();
    await ben.ping(testDomain);
    const told = once<{ avatars: { id: string }[]; jid: string }>(ben, 'avatar');
    const data = Buffer.from('ein Bild');
    const id = 'c2f2f4e3a1f5c6d7e8f90123456789abcdef0123';
    await anna.publishAvatar(id, data);
    await anna.useAvatars([{ id, bytes: data.length, mediaType: 'image/png' }]);
    expect(await told).toMatchObject({ avatars: [{ id }] });
    const item = await ben.getAvatar(`anna@${testDomain}`, id);
    expect(Buffer.from((item.content as { data: Buffer }).data).toString()).toBe('ein Bild');
    const card = await ben.getVCard(`anna@${testDomain}`);
    expect(card.fullName).toBe('Anna');
  });

  it('is spared presence while inactive, and thrown out when its device is revoked', async () => {
    const [anna, ben] = [await login('anna', 3), await login('ben')];
    anna.sendPresence();
    ben.sendPresence();
    await anna.ping(testDomain);
    const presences: unknown[] = [];
    anna.on('presence', (presence) => presences.push(presence));
    // Its own markInactive() writes no frame.
    const indicate = (state: string): void => anna.send('csi' as never, { state } as never) as never;
    indicate('inactive');
    await anna.ping(testDomain); // An answer is important: it lets out what was held.
    presences.length = 0;
    ben.sendPresence({ show: 'away' });
    await ben.ping(testDomain);
    expect(presences).toEqual([]);
    const seen = once<{ show: string }>(anna, 'presence');
    indicate('active');
    expect((await seen).show).toBe('away');
    const ended = once<{ condition: string }>(anna, 'streamError');
    accounts.revoke('u-anna-3');
    expect((await ended).condition).toBe('not-authorized');
  });
});

describe('@xmpp/client', () => {
  const connect = (user: string, device: number, password = `${user}-${device}`) =>
    createXmppClient({
      service: server.url,
      domain: testDomain,
      username: user,
      password,
      resource: `xmpp-${device}`,
    });

  it('logs in by PLAIN, asks for the roster and exchanges messages', async () => {
    const ben = connect('ben', 2);
    ben.on('error', () => undefined);
    const address = await ben.start();
    expect(address.toString()).toBe(`ben@${testDomain}/xmpp-2`);
    const roster = await ben.iqCaller.get(xml('query', 'jabber:iq:roster'));
    expect(roster?.getChildren('item').length).toBe(2);
    await ben.send(xml('presence'));
    const received = new Promise<string>((resolve) => {
      ben.on('stanza', (stanza) => {
        // Others may still wait for Ben from the tests before.
        const text = stanza.getChildText('body');
        if (stanza.is('message') && text === 'an beide') resolve(text);
      });
    });
    const anna = await login('anna');
    anna.sendMessage({ to: `ben@${testDomain}`, type: 'chat', body: 'an beide' });
    expect(await received).toBe('an beide');
    await ben.stop();
  });

  it('is refused with a wrong password', async () => {
    const ben = connect('ben', 1, 'falsch');
    ben.on('error', () => undefined);
    await expect(ben.start()).rejects.toMatchObject({ condition: 'not-authorized' });
    await ben.stop();
  });
});
