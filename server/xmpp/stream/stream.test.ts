import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../database/database.ts';
import { createTestDatabase } from '../../database/test-database.ts';
import { ns } from '../namespaces.ts';
import { TestAccounts, testDomain } from '../test-accounts.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../test-server.ts';
import { TestStream } from '../test-stream.ts';
import type { XmlElement } from '../xml/element.ts';

let database: Database;
let accounts: TestAccounts;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.close());

const start = async (options: Partial<TestServerOptions> = {}): Promise<void> => {
  accounts = new TestAccounts(['anna', 'ben']);
  server = await startTestServer({ accounts, database, ...options });
};

afterEach(async () => {
  await server.stop();
  await database.query('DELETE FROM xmpp_messages');
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const isSasl = (element: XmlElement): boolean => element.namespace === ns.sasl;
const conditionOf = (element: XmlElement | undefined): string | undefined => element?.elements()[0]?.name;

/** The condition a stream ended with. */
const ending = async (stream: TestStream): Promise<string | undefined> =>
  conditionOf((await stream.closed).find((element) => element.is('error', ns.streams)));

const auth = async (stream: TestStream, mechanism: string, text: string): Promise<XmlElement> => {
  stream.send(`<auth xmlns="${ns.sasl}" mechanism="${mechanism}">${base64(text)}</auth>`);
  return stream.next(isSasl);
};

interface Scram {
  challenge: string;
  answer: XmlElement;
}

const scram = async (
  stream: TestStream,
  user: string,
  password: string,
  { gs2, binding }: { gs2: string; binding: string } = { gs2: 'n,,', binding: 'n,,' },
): Promise<Scram> => {
  const bare = `n=${user},r=nonce`;
  const first = await auth(stream, 'SCRAM-SHA-256', gs2 + bare);
  if (first.name !== 'challenge') return { challenge: '', answer: first };
  const challenge = Buffer.from(first.text(), 'base64').toString();
  const [nonce = '', salt = '', iterations = ''] = challenge.split(',').map((part) => part.slice(2));
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const withoutProof = `c=${base64(binding)},r=${nonce}`;
  const stored = createHash('sha256').update(clientKey).digest();
  const signature = hmac(stored, `${bare},${challenge},${withoutProof}`);
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!)).toString('base64');
  stream.send(`<response xmlns="${ns.sasl}">${base64(`${withoutProof},p=${proof}`)}</response>`);
  return { challenge, answer: await stream.next(isSasl) };
};

describe('login', () => {
  it('tells by the proof which device it is', async () => {
    await start();
    for (const device of ['2', '3']) {
      const stream = await TestStream.open(server.url);
      expect(
        (
          await scram(stream, 'anna', `anna-${device}`, {
            gs2: `y,a=anna@${testDomain},`,
            binding: `y,a=anna@${testDomain},`,
          })
        ).answer.name,
      ).toBe('success');
      await stream.reopen();
      await stream.bind(`r${device}`);
      const closed = ending(stream);
      accounts.revoke(`u-anna-${device}`);
      expect(await closed).toBe('not-authorized');
    }
  });

  it('refuses channel binding, other identities, changed bindings and wrong passwords', async () => {
    await start();
    const refusals = async (gs2: string, binding = gs2, password = 'anna-1'): Promise<string | undefined> => {
      const stream = await TestStream.open(server.url);
      const { answer } = await scram(stream, 'anna', password, { gs2, binding });
      await stream.close();
      return answer.name === 'success' ? 'success' : conditionOf(answer);
    };
    expect(await refusals('p=tls-unique,,')).toBe('malformed-request');
    expect(await refusals(`n,a=ben@${testDomain},`)).toBe('invalid-authzid');
    expect(await refusals('y,,', 'n,,')).toBe('not-authorized');
    expect(await refusals('n,,', 'n,,', 'falsch')).toBe('not-authorized');
    expect(await refusals('n,,')).toBe('success');
  });

  it('takes the same course for users that do not exist', async () => {
    await start();
    const challenges: string[] = [];
    for (const user of ['niemand', 'niemand', 'anna']) {
      const stream = await TestStream.open(server.url);
      const { challenge, answer } = await scram(stream, user, 'falsch');
      expect(conditionOf(answer)).toBe('not-authorized');
      challenges.push(challenge.replace(/^r=[^,]+,/, ''));
      await stream.close();
    }
    expect(challenges[0]).toBe(challenges[1]);
    expect(challenges[0]).toHaveLength(challenges[2]!.length);
  });

  it('offers PLAIN only where nobody can listen', async () => {
    await start({ secure: false });
    const stream = await TestStream.connect(server.url);
    const features = await stream.reopen();
    expect(
      features
        .child('mechanisms', ns.sasl)
        ?.elements()
        .map((one) => one.text()),
    ).toEqual(['SCRAM-SHA-256']);
    expect(conditionOf(await stream.plain('anna', 'anna-1'))).toBe('encryption-required');
  });

  it('ends a connection that guesses, and slows the address down for that account only', async () => {
    await start();
    for (let connection = 0; connection < 2; connection += 1) {
      const stream = await TestStream.open(server.url);
      for (let guess = 0; guess < 5; guess += 1) await stream.plain('anna', `falsch-${guess}`);
      expect(await ending(stream)).toBe('policy-violation');
    }
    const anna = await TestStream.open(server.url);
    expect(conditionOf(await anna.plain('anna', 'anna-1'))).toBe('temporary-auth-failure');
    const ben = await TestStream.open(server.url);
    expect((await ben.plain('ben', 'ben-1')).name).toBe('success');
  });

  it('has its time', async () => {
    await start({ tuning: { loginSeconds: 0.05 } });
    const stream = await TestStream.open(server.url);
    expect(await ending(stream)).toBe('connection-timeout');
  });
});

describe('resources', () => {
  it('are chosen by the server on request, and taken back by the device they belong to', async () => {
    await start();
    const stream = await TestStream.authenticated(server.url, 'anna');
    const answer = await stream.query(`<bind xmlns="${ns.bind}"/>`, 'set');
    const jid = answer.child('bind', ns.bind)?.child('jid', ns.bind)?.text();
    expect(jid?.startsWith(`anna@${testDomain}/`)).toBe(true);
    expect(jid).toMatch(/\/[\w-]{12}$/);
    const first = await TestStream.login(server.url, 'anna', 1, 'tisch');
    const other = await TestStream.authenticated(server.url, 'anna', 2);
    const taken = (await other.bind('tisch')).child('bind', ns.bind)?.child('jid', ns.bind)?.text();
    expect(taken).toMatch(/\/tisch-[\w-]{12}$/);
    await TestStream.login(server.url, 'anna', 1, 'tisch');
    expect(await ending(first)).toBe('conflict');
  });

  it('are limited in number', async () => {
    await start({ limits: { connectionsPerAccount: 2 } });
    await TestStream.login(server.url, 'anna', 1);
    await TestStream.login(server.url, 'anna', 2);
    const third = await TestStream.authenticated(server.url, 'anna', 3);
    const refused = await third.bind('r3');
    expect(conditionOf(refused.child('error', ns.client))).toBe('resource-constraint');
  });
});

describe('frames', () => {
  it('that are no XMPP end the stream with the reason', async () => {
    await start({ limits: { stanzaBytes: 10_000 } });
    const bad: [string, string][] = [
      ['<message xmlns="jabber:client">', 'not-well-formed'],
      ['<a xmlns="jabber:client"/><b xmlns="jabber:client"/>', 'not-well-formed'],
      ['<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', 'restricted-xml'],
      ['<?xml version="1.0"?><message xmlns="jabber:client"/>', 'restricted-xml'],
      ['<message xmlns="jabber:client"><!-- --></message>', 'restricted-xml'],
      ['<message xmlns="jabber:client"><?php ?></message>', 'restricted-xml'],
      ['<x:message/>', 'not-well-formed'],
      ['<message xmlns="jabber:server"/>', 'invalid-namespace'],
      ['<nonsense xmlns="jabber:client"/>', 'unsupported-stanza-type'],
      [`<message xmlns="jabber:client">${'<a>'.repeat(100)}${'</a>'.repeat(100)}</message>`, 'policy-violation'],
      [`<message xmlns="jabber:client"><body>${'x'.repeat(10_000)}</body></message>`, 'policy-violation'],
    ];
    for (const [frame, condition] of bad) {
      const stream = await TestStream.login(server.url, 'anna');
      stream.send(frame);
      expect([frame, await ending(stream)]).toEqual([frame, condition]);
    }
    const binary = await TestStream.login(server.url, 'anna');
    binary.socket.send(Buffer.from('<presence xmlns="jabber:client"/>'));
    expect(await ending(binary)).toBe('not-well-formed');
    const early = await TestStream.open(server.url);
    early.send('<presence xmlns="jabber:client"/>');
    expect(await ending(early)).toBe('not-authorized');
  });

  it('that come too fast wait, in order', async () => {
    await start({ limits: { stanzasPerSecond: 50 } });
    const anna = await TestStream.login(server.url, 'anna');
    const begin = performance.now();
    const answers = Array.from({ length: 260 }, () => anna.query(`<ping xmlns="${ns.ping}"/>`));
    await Promise.all(answers);
    expect(performance.now() - begin).toBeGreaterThan(800);
  });

  it('that pile up violate the policy', async () => {
    await start({ limits: { stanzasPerSecond: 1 } });
    const anna = await TestStream.login(server.url, 'anna');
    for (let number = 0; number < 40_000; number += 1) anna.send('<a/>');
    expect(await ending(anna)).toBeDefined();
    await TestStream.login(server.url, 'anna');
  });
});

const resume = async (user: string, id: string, h: number): Promise<{ stream: TestStream; answer: XmlElement }> => {
  const stream = await TestStream.authenticated(server.url, user);
  stream.send(`<resume xmlns="${ns.streamManagement}" previd="${id}" h="${h}"/>`);
  return { stream, answer: await stream.next(({ namespace }) => namespace === ns.streamManagement) };
};

describe('stream management', () => {
  it('CHA-8 delivers after resumption what the lost connection did not', async () => {
    await start();
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    const id = await ben.manage();
    anna.chat('ben', 'eins');
    await ben.message('eins');
    await ben.cut();
    anna.chat('ben', 'zwei');
    anna.chat('ben', 'drei');
    await anna.sync();
    const { stream, answer } = await resume('ben', id, 1);
    expect([answer.name, answer.attribute('h')]).toEqual(['resumed', '0']);
    await stream.message('zwei');
    await stream.message('drei');
    await stream.sync();
    expect(stream.unread.filter(({ name }) => name === 'message' || name === 'presence')).toEqual([]);
    // Nobody saw Ben leave.
    expect(anna.unread.filter((element) => element.attribute('type') === 'unavailable')).toEqual([]);
  });

  it('takes a stream over whose connection only seems alive', async () => {
    await start();
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    const id = await ben.manage();
    ben.send('<presence xmlns="jabber:client"><show>away</show></presence>');
    await anna.next((element) => element.child('show', ns.client)?.text() === 'away');
    const { stream, answer } = await resume('ben', id, 0);
    expect([answer.name, answer.attribute('h')]).toEqual(['resumed', '1']);
    await ben.closed;
    anna.chat('ben', 'hier');
    await stream.message('hier');
  });

  it('does not give a stream to another device, nor with an impossible count', async () => {
    await start();
    const ben = await TestStream.available(server.url, 'ben');
    const id = await ben.manage();
    await ben.cut();
    expect((await resume('anna', id, 0)).answer.name).toBe('failed');
    expect((await resume('ben', id, 77)).answer.name).toBe('failed');
    expect((await resume('ben', 'unknown', 0)).answer.name).toBe('failed');
    expect((await resume('ben', id, 0)).answer.name).toBe('resumed');
  });

  it('CHA-4 keeps for the next login what a stream that is never resumed did not get', async () => {
    await start({ tuning: { resumeSeconds: 0.2 } });
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    await ben.manage();
    await ben.cut();
    anna.chat('ben', 'liegt noch');
    anna.send(
      `<iq xmlns="jabber:client" type="get" id="hin" to="ben@${testDomain}/r1"><ping xmlns="${ns.ping}"/></iq>`,
    );
    await anna.next((element) => element.attribute('type') === 'unavailable');
    const bounced = await anna.next((element) => element.attribute('id') === 'hin');
    expect(conditionOf(bounced.child('error', ns.client))).toBe('recipient-unavailable');
    await server.service.flush();
    const again = await TestStream.login(server.url, 'ben');
    again.send('<presence xmlns="jabber:client"/>');
    expect((await again.message('liegt noch')).child('delay', ns.delay)).toBeDefined();
  });

  it('ends a client that claims to have got more than was sent', async () => {
    await start();
    const ben = await TestStream.available(server.url, 'ben');
    await ben.manage();
    ben.send(`<a xmlns="${ns.streamManagement}" h="5"/>`);
    expect(await ending(ben)).toBe('undefined-condition');
  });

  it('ends a client that never acknowledges before it costs too much, and keeps its messages', async () => {
    await start({ tuning: { queueStanzas: 20 } });
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    await ben.manage();
    await ben.cut();
    for (let number = 0; number < 30; number += 1) anna.chat('ben', String(number));
    await anna.next((element) => element.attribute('type') === 'unavailable');
    await server.service.flush();
    const again = await TestStream.login(server.url, 'ben');
    again.send('<presence xmlns="jabber:client"/>');
    for (let number = 0; number < 30; number += 1) await again.message(String(number));
  });
});

describe('revoked devices', () => {
  it('are thrown out at once, also while they wait to be resumed', async () => {
    await start();
    const ben = await TestStream.available(server.url, 'ben');
    const anna1 = await TestStream.available(server.url, 'anna', 1);
    const anna2 = await TestStream.available(server.url, 'anna', 2);
    await anna2.manage();
    await anna2.cut();
    ben.unread = [];
    accounts.revoke('u-anna-1');
    accounts.revoke('u-anna-2');
    expect(await ending(anna1)).toBe('not-authorized');
    for (const device of ['r1', 'r2']) {
      await ben.next(
        (element) =>
          element.attribute('type') === 'unavailable' && element.attribute('from') === `anna@${testDomain}/${device}`,
      );
    }
  });
});

describe('the end of the service', () => {
  it('is told, and undelivered messages wait', async () => {
    await start();
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    await ben.manage();
    await ben.cut();
    anna.chat('ben', 'bis gleich');
    await anna.sync();
    const closed = ending(anna);
    await server.stop();
    expect(await closed).toBe('system-shutdown');
    server = await startTestServer({ accounts, database });
    const again = await TestStream.login(server.url, 'ben');
    again.send('<presence xmlns="jabber:client"/>');
    await again.message('bis gleich');
  });
});
