import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../database/database.ts';
import { createTestDatabase } from '../../database/test-database.ts';
import { ns } from '../namespaces.ts';
import { TestAccounts, testDomain } from '../test-accounts.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { TestStream } from '../test-stream.ts';
import type { XmlElement } from '../xml/element.ts';

let database: Database;
let accounts: TestAccounts;
let server: TestServer;
const streams: TestStream[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.close());

const start = async (): Promise<void> => {
  accounts = new TestAccounts(['anna', 'ben', 'clara']);
  server = await startTestServer({ accounts, database });
};

afterEach(async () => {
  streams.splice(0);
  await server.stop();
  await database.query('DELETE FROM xmpp_messages');
});

const online = async (user: string, device = 1): Promise<TestStream> => {
  const stream = await TestStream.available(server.url, user, device);
  streams.push(stream);
  return stream;
};

const bodiesOf = (stanzas: XmlElement[]): string[] =>
  stanzas.flatMap((stanza) => (stanza.name === 'message' ? (stanza.child('body', ns.client)?.text() ?? []) : []));

const archiveOf = async (stream: TestStream): Promise<XmlElement[]> => {
  const before = stream.unread;
  stream.unread = [];
  await stream.query(`<query xmlns="${ns.mam}"/>`, 'set');
  const results = stream.unread.flatMap((stanza) => stanza.child('result', ns.mam) ?? []);
  stream.unread = before;
  return results;
};

const forwardedIn = (wrapper: XmlElement | undefined): XmlElement | undefined =>
  wrapper?.child('forwarded', ns.forward)?.child('message', ns.client);

describe('messages', () => {
  it('CHA-4 reach all devices of the recipient and carbons those of the sender', async () => {
    await start();
    const [anna1, anna2, ben1, ben2] = [
      await online('anna'),
      await online('anna', 2),
      await online('ben'),
      await online('ben', 2),
    ];
    await anna2.query(`<enable xmlns="${ns.carbons}"/>`, 'set');
    anna1.chat('ben', 'hallo');
    const stanzaId = (await ben1.message('hallo')).child('stanza-id', ns.stanzaId);
    expect(stanzaId?.attribute('by')).toBe(`ben@${testDomain}`);
    await ben2.message('hallo');
    const copy = await anna2.named('message');
    expect(copy.attribute('from')).toBe(`anna@${testDomain}`);
    expect(forwardedIn(copy.child('sent', ns.carbons))?.child('body', ns.client)?.text()).toBe('hallo');
    expect((await archiveOf(ben1)).map((result) => result.attribute('id'))).toEqual([stanzaId?.attribute('id')]);
    expect(await archiveOf(anna1)).toHaveLength(1);
  });

  it('to one device are copied to the others, but not when they are private', async () => {
    await start();
    const [anna, ben1, ben2] = [await online('anna'), await online('ben'), await online('ben', 2)];
    await ben2.query(`<enable xmlns="${ns.carbons}"/>`, 'set');
    anna.chat(`ben@${testDomain}/r1`, 'nur hier', `<private xmlns="${ns.carbons}"/>`);
    anna.chat(`ben@${testDomain}/r1`, 'auch dort');
    expect((await ben1.message('nur hier')).child('private', ns.carbons)).toBeUndefined();
    await ben1.message('auch dort');
    const copy = await ben2.named('message');
    expect(forwardedIn(copy.child('received', ns.carbons))?.child('body', ns.client)?.text()).toBe('auch dort');
    await ben2.sync();
    expect(ben2.unread).toEqual([]);
  });

  it('CHA-4 to people who are offline arrive once at the next login, with their time', async () => {
    await start();
    const anna = await online('anna');
    for (const text of ['eins', 'zwei', 'drei']) anna.chat('ben', text);
    await anna.sync();
    const ben = await TestStream.login(server.url, 'ben');
    ben.send('<presence xmlns="jabber:client"/>');
    const first = await ben.message('eins');
    expect(first.child('delay', ns.delay)?.attribute('stamp')).toMatch(/^\d{4}-.*Z$/);
    expect(first.child('stanza-id', ns.stanzaId)?.attribute('id')).toMatch(/^\d{16}$/);
    await ben.message('zwei');
    await ben.message('drei');
    const again = await TestStream.login(server.url, 'ben', 2);
    again.send('<presence xmlns="jabber:client"/>');
    await again.sync();
    expect(bodiesOf(again.unread)).toEqual([]);
  });

  it('stay in order and single while the recipient comes and goes', async () => {
    await start();
    const anna = await online('anna');
    const bodies: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      for (let number = 0; number < 20; number += 1) anna.chat('ben', String(round * 20 + number));
      const ben = await TestStream.login(server.url, 'ben');
      ben.send('<presence xmlns="jabber:client"/>');
      await anna.sync();
      await ben.sync();
      await server.service.flush();
      await ben.sync();
      bodies.push(...bodiesOf(ben.unread));
      ben.send(`<close xmlns="${ns.framing}"/>`);
      await ben.closed;
      await server.service.flush();
    }
    expect(bodies).toEqual(Array.from({ length: 160 }, (_, number) => String(number)));
  });

  it('CHA-8 that are sent again with the same origin id are stored and delivered once', async () => {
    await start();
    const [anna, anna2, ben] = [await online('anna'), await online('anna', 2), await online('ben')];
    await anna2.query(`<enable xmlns="${ns.carbons}"/>`, 'set');
    await anna.manage();
    const originId = `<origin-id xmlns="${ns.stanzaId}" id="einmal"/>`;
    for (let time = 0; time < 3; time += 1) anna.chat('ben', 'einmal', originId);
    anna.send(`<r xmlns="${ns.streamManagement}"/>`);
    expect((await anna.named('a')).attribute('h')).toBe('3');
    await ben.sync();
    await anna2.sync();
    expect(bodiesOf(ben.unread)).toEqual(['einmal']);
    expect(anna2.unread.filter(({ name }) => name === 'message')).toHaveLength(1);
    expect(await archiveOf(ben)).toHaveLength(1);
  });

  it('CHA-3 receipts and markers are archived, chat states and what must not be stored are not', async () => {
    await start();
    const [anna, ben] = [await online('anna'), await online('ben')];
    anna.chat('ben', 'bitte bestätigen', `<request xmlns="${ns.receipts}"/><markable xmlns="${ns.markers}"/>`);
    await ben.message('bitte bestätigen');
    ben.chat('anna', '', `<received xmlns="${ns.receipts}" id="x"/>`);
    ben.chat('anna', '', `<displayed xmlns="${ns.markers}" id="x"/>`);
    ben.chat('anna', '', `<composing xmlns="${ns.chatStates}"/>`);
    ben.chat('anna', 'flüchtig', `<no-store xmlns="${ns.hints}"/>`);
    await anna.next((stanza) => stanza.child('received', ns.receipts) !== undefined);
    await anna.next((stanza) => stanza.child('displayed', ns.markers) !== undefined);
    await anna.next((stanza) => stanza.child('composing', ns.chatStates) !== undefined);
    await anna.message('flüchtig');
    expect(await archiveOf(anna)).toHaveLength(3);
  });

  it('lose the stanza ids, wrappers and server delays a client makes up, and a false sender', async () => {
    await start();
    const [anna, ben] = [await online('anna'), await online('ben')];
    anna.send(
      `<message xmlns="jabber:client" type="chat" from="clara@${testDomain}" to="ben@${testDomain}"><body>echt</body>
       <stanza-id xmlns="${ns.stanzaId}" by="ben@${testDomain}" id="falsch"/><origin-id xmlns="${ns.stanzaId}" id="o1"/>
       <received xmlns="${ns.carbons}"/><result xmlns="${ns.mam}"/>
       <delay xmlns="${ns.delay}" from="${testDomain}" stamp="2001-01-01T00:00:00Z"/></message>`,
    );
    const message = await ben.message('echt');
    expect(message.attribute('from')).toBe(`anna@${testDomain}/r1`);
    const children = message.elements().map(({ name }) => name);
    expect(children).toEqual(['body', 'origin-id', 'stanza-id']);
    expect(message.child('stanza-id', ns.stanzaId)?.attribute('id')).not.toBe('falsch');
  });

  it('CON-11 to nobody and to somebody invisible are refused alike', async () => {
    await start();
    accounts.hide('anna', 'clara');
    const anna = await online('anna');
    const answers: XmlElement[] = [];
    for (const to of ['clara', 'niemand', 'x@elsewhere.example']) {
      anna.chat(to, 'psst');
      answers.push(await anna.next(({ name }) => name === 'message'));
    }
    const conditions = answers.map((answer) => answer.child('error', ns.client)?.elements()[0]?.name);
    expect(conditions).toEqual(Array(3).fill('service-unavailable'));
    expect(await database.query('SELECT 1 AS row FROM xmpp_messages')).toEqual([]);
  });

  it('are acknowledged only when they are durable', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    accounts = new TestAccounts(['anna', 'ben']);
    const slow: Database = {
      ...database,
      query: async (sql, parameters) => {
        if (sql.includes('INSERT INTO xmpp_messages')) await gate;
        return database.query(sql, parameters);
      },
    };
    server = await startTestServer({ accounts, database: slow });
    const [anna, ben] = [await online('anna'), await online('ben')];
    await anna.manage();
    anna.chat('ben', 'dauerhaft');
    anna.send(`<r xmlns="${ns.streamManagement}"/>`);
    // Another stanza on the same stream is answered meanwhile.
    await anna.query(`<ping xmlns="${ns.ping}"/>`, 'get', testDomain);
    expect(anna.unread.filter(({ name }) => name === 'a')).toEqual([]);
    expect(bodiesOf(ben.unread)).toEqual([]);
    release();
    expect((await anna.named('a')).attribute('h')).toBe('2');
    await ben.message('dauerhaft');
  });

  it('that cannot be stored come back as an error and harm no others', async () => {
    accounts = new TestAccounts(['anna', 'ben']);
    const faulty: Database = {
      ...database,
      query: (sql, parameters) =>
        String(parameters?.[0] ?? '').includes('Gift')
          ? Promise.reject(new Error('no'))
          : database.query(sql, parameters),
    };
    server = await startTestServer({ accounts, database: faulty });
    const [anna, ben] = [await online('anna'), await online('ben')];
    for (const text of ['vorher', 'Gift', 'nachher']) anna.chat('ben', text);
    const error = await anna.next(({ name }) => name === 'message');
    expect(error.child('error', ns.client)?.elements()[0]?.name).toBe('internal-server-error');
    await ben.message('vorher');
    await ben.message('nachher');
    expect(await archiveOf(ben)).toHaveLength(2);
  });
});

describe('the archive', () => {
  it('filters by contact and time, pages and knows its borders', async () => {
    await start();
    const anna = await online('anna');
    for (let number = 0; number < 10; number += 1) anna.chat(number % 2 ? 'ben' : 'clara', String(number));
    await anna.sync();
    const all = await archiveOf(anna);
    const ids = all.map((result) => result.attribute('id') ?? '');
    expect(ids).toEqual([...ids].sort());
    const field = (name: string, value: string): string => `<field var="${name}"><value>${value}</value></field>`;
    const query = async (fields: string, set = ''): Promise<{ texts: string[]; fin: XmlElement }> => {
      anna.unread = [];
      const form = `<x xmlns="${ns.dataForms}" type="submit">${field('FORM_TYPE', ns.mam)}${fields}</x>`;
      const fin = await anna.query(
        `<query xmlns="${ns.mam}">${form}<set xmlns="${ns.rsm}">${set}</set></query>`,
        'set',
      );
      const messages = anna.unread.flatMap((stanza) => forwardedIn(stanza.child('result', ns.mam)) ?? []);
      return { texts: bodiesOf(messages), fin };
    };
    expect((await query(field('with', `ben@${testDomain}`))).texts).toEqual(['1', '3', '5', '7', '9']);
    expect((await query('', `<max>3</max><after>${ids[4]}</after>`)).texts).toEqual(['5', '6', '7']);
    expect((await query('', `<max>3</max><before>${ids[4]}</before>`)).texts).toEqual(['1', '2', '3']);
    const last = await query('', '<max>2</max><before/>');
    expect(last.texts).toEqual(['8', '9']);
    const set = last.fin.child('fin', ns.mam)?.child('set', ns.rsm);
    expect(set?.child('count', ns.rsm)?.text()).toBe('10');
    expect(set?.child('first', ns.rsm)?.attribute('index')).toBe('8');
    expect((await query(field('start', '2099-01-01T00:00:00Z'))).texts).toEqual([]);
    expect((await query(field('end', '2099-01-01T00:00:00Z'))).texts).toHaveLength(10);
    const missing = await query('', '<after>1</after>');
    expect(missing.fin.child('error', ns.client)?.elements()[0]?.name).toBe('item-not-found');
    const unknown = await query(field('shoe-size', '42'));
    expect(unknown.fin.attribute('type')).toBe('error');
    const form = await anna.query(`<query xmlns="${ns.mam}"/>`);
    expect(form.child('query', ns.mam)?.child('x', ns.dataForms)?.elements()).toHaveLength(4);
    const prefs = await anna.query(`<prefs xmlns="${ns.mam}"/>`);
    expect(prefs.child('prefs', ns.mam)?.attribute('default')).toBe('always');
    const foreign = await anna.query(`<query xmlns="${ns.mam}"/>`, 'set', `ben@${testDomain}`);
    expect(foreign.attribute('type')).toBe('error');
  });

  it('hands out 10,000 messages in pages quickly', async () => {
    await start();
    await database.query(
      `INSERT INTO xmpp_messages (owner_id, id, peer, outgoing, stanza)
       SELECT 'u-anna', 7000000000000000 + number, 'ben@${testDomain}', false,
         '<message xmlns="jabber:client" type="chat" from="ben@${testDomain}/x" to="anna@${testDomain}"><body>' || number || '</body></message>'
       FROM generate_series(1, 10000) AS number`,
    );
    const anna = await online('anna');
    const begin = process.cpuUsage();
    const beginTime = performance.now();
    let after = '';
    let received = 0;
    for (let complete = false; !complete;) {
      const cursor = after === '' ? '' : `<after>${after}</after>`;
      const fin = await anna.query(
        `<query xmlns="${ns.mam}"><set xmlns="${ns.rsm}"><max>250</max>${cursor}</set></query>`,
        'set',
      );
      received += anna.unread.filter((stanza) => stanza.child('result', ns.mam)).length;
      anna.unread = [];
      const result = fin.child('fin', ns.mam);
      after = result?.child('set', ns.rsm)?.child('last', ns.rsm)?.text() ?? '';
      complete = result?.attribute('complete') === 'true';
    }
    // Of the processor, client included: the clock says more about the machine's other work.
    const used = process.cpuUsage(begin);
    const milliseconds = (used.user + used.system) / 1000;
    const elapsed = performance.now() - beginTime;
    if (process.env.KONTOR_SHOW_TIMES)
      process.stderr.write(`10,000 archived messages: ${milliseconds} ms of the processor, ${elapsed} ms\n`);
    expect(received).toBe(10_000);
    expect(milliseconds).toBeLessThan(3_000);
  });
});
