import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  accounts = new TestAccounts(['anna', 'ben', 'clara']);
  server = await startTestServer({ accounts, database });
});

afterEach(async () => {
  await server.stop();
  await database.query('DELETE FROM xmpp_nodes');
  await database.query('DELETE FROM xmpp_vcards');
});

afterAll(() => database.close());

const jid = (user: string, resource = 'r1'): string => `${user}@${testDomain}/${resource}`;

const presencesIn = (stream: TestStream): string[] =>
  stream.unread
    .filter(({ name }) => name === 'presence')
    .map((stanza) => `${stanza.attribute('from')} ${stanza.attribute('type') ?? 'available'}`);

const presence = (children = '', attributes = ''): string =>
  `<presence xmlns="jabber:client"${attributes}>${children}</presence>`;

const rosterOf = async (stream: TestStream, ver = ''): Promise<XmlElement | undefined> =>
  (await stream.query(`<query xmlns="${ns.roster}" ver="${ver}"/>`)).child('query', ns.roster);

const photoIn = (stanza: XmlElement): string | undefined =>
  stanza.child('x', ns.vcardUpdate)?.child('photo', ns.vcardUpdate)?.text();

describe('presence', () => {
  it('CON-3 reaches those who may see it, with everything the client says', async () => {
    accounts.hide('clara', 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    const clara = await TestStream.available(server.url, 'clara');
    const anna = await TestStream.login(server.url, 'anna');
    anna.send(presence('<show>dnd</show><status>Besprechung</status><priority>5</priority><x xmlns="urn:own"/>'));
    const seen = await ben.next((stanza) => stanza.attribute('from') === jid('anna'));
    expect(seen.elements().map((child) => `${child.name} ${child.text()}`)).toEqual([
      'show dnd',
      'status Besprechung',
      'priority 5',
      'x ',
      'x ',
    ]);
    await anna.next((stanza) => stanza.attribute('from') === jid('ben'));
    anna.send(presence('', ` to="clara@${testDomain}"`));
    anna.send(presence('', ` to="${jid('clara')}"`));
    await anna.sync();
    anna.socket.terminate();
    await ben.next((stanza) => stanza.attribute('type') === 'unavailable');
    await clara.sync();
    expect(presencesIn(clara)).toEqual([]);
    clara.send(presence('', ` type="probe" to="anna@${testDomain}"`));
    clara.send(presence('', ` type="subscribe" to="anna@${testDomain}"`));
    clara.send(presence('', ` type="probe" to="niemand@${testDomain}"`));
    await clara.sync();
    expect(clara.unread).toEqual([]);
  });

  it('of several devices is told apart, and asked for by probes', async () => {
    const anna1 = await TestStream.available(server.url, 'anna', 1);
    const anna2 = await TestStream.available(server.url, 'anna', 2);
    expect((await anna1.named('presence')).attribute('from')).toBe(jid('anna', 'r2'));
    const ben = await TestStream.login(server.url, 'ben');
    ben.send(presence());
    await ben.sync();
    expect(presencesIn(ben).sort()).toEqual([
      `${jid('anna')} available`,
      `${jid('anna', 'r2')} available`,
      `${jid('ben')} available`,
    ]);
    anna2.send(presence('', ' type="unavailable"'));
    await ben.next((stanza) => stanza.attribute('type') === 'unavailable');
    ben.unread = [];
    ben.send(presence('', ` type="probe" to="anna@${testDomain}"`));
    ben.send(presence('', ` type="probe" to="clara@${testDomain}"`));
    await ben.sync();
    expect(presencesIn(ben)).toEqual([`${jid('anna')} available`, `clara@${testDomain} unavailable`]);
  });

  it('sent to somebody directly is taken back when the sender leaves', async () => {
    const ben = await TestStream.login(server.url, 'ben');
    const anna = await TestStream.login(server.url, 'anna');
    anna.send(presence('', ` to="${jid('ben')}"`));
    await ben.named('presence');
    await anna.close();
    expect((await ben.named('presence')).attribute('type')).toBe('unavailable');
  });

  it('waits while the client is inactive, newest only, and comes before a message', async () => {
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    anna.unread = [];
    anna.send(`<inactive xmlns="${ns.clientState}"/>`);
    await anna.sync();
    for (const show of ['away', 'dnd', 'xa']) ben.send(presence(`<show>${show}</show>`));
    ben.chat('anna', '', `<composing xmlns="${ns.chatStates}"/>`);
    await ben.sync();
    expect(anna.unread).toEqual([]);
    ben.chat('anna', 'wichtig');
    await anna.message('wichtig');
    expect(anna.unread.map((stanza) => stanza.child('show', ns.client)?.text() ?? stanza.name)).toEqual([
      'xa',
      'message',
    ]);
    anna.unread = [];
    ben.send(presence());
    await ben.sync();
    await server.service.flush();
    expect(anna.unread).toEqual([]);
    anna.send(`<active xmlns="${ns.clientState}"/>`);
    await anna.named('presence');
  });
});

describe('the roster', () => {
  it('CON-11 follows the directory, without the client asking', async () => {
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    const roster = await rosterOf(anna);
    expect(roster?.elements().map((item) => item.attribute('jid'))).toEqual([
      `ben@${testDomain}`,
      `clara@${testDomain}`,
    ]);
    expect(await rosterOf(anna, roster?.attribute('ver'))).toBeUndefined();
    anna.unread = [];
    const push = async (): Promise<string[]> => {
      const iq = await anna.next((stanza) => stanza.name === 'iq' && stanza.attribute('type') === 'set');
      const item = iq.child('query', ns.roster)?.elements()[0];
      return ['jid', 'name', 'subscription'].map((name) => item?.attribute(name) ?? '');
    };
    accounts.rename('clara', 'Clara Schmidt');
    expect(await push()).toEqual([`clara@${testDomain}`, 'Clara Schmidt', 'both']);
    accounts.add('david');
    expect(await push()).toEqual([`david@${testDomain}`, 'David', 'both']);
    accounts.hide('anna', 'ben');
    expect((await anna.named('presence')).attribute('type')).toBe('unavailable');
    expect(await push()).toEqual([`ben@${testDomain}`, '', 'remove']);
    ben.send(presence('<show>away</show>'));
    await ben.sync();
    await anna.sync();
    expect(presencesIn(anna)).toEqual([]);
    accounts.show('anna', 'ben');
    expect(await push()).toEqual([`ben@${testDomain}`, 'Ben', 'both']);
    expect((await anna.named('presence')).child('show', ns.client)?.text()).toBe('away');
  });

  it('cannot be changed by a client', async () => {
    const anna = await TestStream.login(server.url, 'anna');
    const item = `<query xmlns="${ns.roster}"><item jid="ben@${testDomain}" name="Benno"/></query>`;
    const answer = await anna.query(item, 'set');
    expect(answer.child('error', ns.client)?.elements()[0]?.name).toBe('not-allowed');
  });
});

const pictureBytes = Buffer.from('not really a picture');
const picture = pictureBytes.toString('base64');
const pictureHash = createHash('sha1').update(pictureBytes).digest('hex');

describe('pictures', () => {
  const publish = (node: string, id: string, payload: string): string =>
    `<pubsub xmlns="${ns.pubsub}"><publish node="${node}"><item id="${id}">${payload}</item></publish></pubsub>`;

  it('CON-1 are told to those who see the user, and found by those who come later', async () => {
    accounts.hide('clara', 'anna');
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    const clara = await TestStream.available(server.url, 'clara');
    const data = `<data xmlns="${ns.avatarData}">${picture}</data>`;
    const metadata = `<metadata xmlns="${ns.avatarMetadata}"><info id="${pictureHash}" type="image/png" bytes="20"/></metadata>`;
    expect((await anna.query(publish(ns.avatarData, pictureHash, data), 'set')).attribute('type')).toBe('result');
    expect((await anna.query(publish(ns.avatarMetadata, pictureHash, metadata), 'set')).attribute('type')).toBe(
      'result',
    );
    const event = await ben.next((stanza) => stanza.child('event', ns.pubsubEvent) !== undefined);
    expect(event.attribute('from')).toBe(`anna@${testDomain}`);
    expect(photoIn(await ben.next((stanza) => photoIn(stanza) === pictureHash))).toBe(pictureHash);
    const items = `<pubsub xmlns="${ns.pubsub}"><items node="${ns.avatarData}"><item id="${pictureHash}"/></items></pubsub>`;
    const fetched = await ben.query(items, 'get', `anna@${testDomain}`);
    const item = fetched.child('pubsub', ns.pubsub)?.child('items', ns.pubsub)?.child('item', ns.pubsub);
    expect(item?.child('data', ns.avatarData)?.text()).toBe(picture);
    const card = await ben.query(`<vCard xmlns="${ns.vcard}"/>`, 'get', `anna@${testDomain}`);
    expect(card.child('vCard', ns.vcard)?.child('PHOTO', ns.vcard)?.child('BINVAL', ns.vcard)?.text()).toBe(picture);
    const later = await TestStream.login(server.url, 'ben', 2);
    later.send(presence());
    await later.next((stanza) => stanza.child('event', ns.pubsubEvent) !== undefined);

    const refused = await clara.query(items, 'get', `anna@${testDomain}`);
    expect(refused.child('error', ns.client)?.elements()[0]?.name).toBe('service-unavailable');
    expect(clara.unread.filter((stanza) => stanza.attribute('from')?.startsWith('anna@'))).toEqual([]);
    const foreign = await ben.query(publish(ns.avatarData, 'x', data), 'set', `anna@${testDomain}`);
    expect(foreign.child('error', ns.client)?.elements()[0]?.name).toBe('forbidden');
  });

  it('set as vCard are avatars too, and go again', async () => {
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.available(server.url, 'ben');
    const photo = `<PHOTO><TYPE>image/png</TYPE><BINVAL>${picture}</BINVAL></PHOTO>`;
    const set = async (content: string): Promise<string | undefined> =>
      (await anna.query(`<vCard xmlns="${ns.vcard}"><FN>Anna</FN>${content}</vCard>`, 'set')).attribute('type');
    expect(await set(photo)).toBe('result');
    await ben.next((stanza) => (photoIn(stanza) ?? '') !== '');
    expect(await set('')).toBe('result');
    await ben.next((stanza) => photoIn(stanza) === '');
    expect(await set('<PHOTO><TYPE>text/html</TYPE><BINVAL>AAAA</BINVAL></PHOTO>')).toBe('error');
  });

  it('and other nodes are told to clients whose capabilities ask for them; private ones to nobody else', async () => {
    const anna = await TestStream.available(server.url, 'anna');
    const ben = await TestStream.login(server.url, 'ben');
    ben.send(presence(`<c xmlns="${ns.caps}" hash="sha-1" node="http://client.example" ver="abc"/>`));
    const ask = await ben.next((stanza) => stanza.child('query', ns.discoInfo) !== undefined);
    const feature = '<feature var="http://jabber.org/protocol/tune+notify"/>';
    ben.send(
      `<iq xmlns="jabber:client" type="result" id="${ask.attribute('id')}" to="${testDomain}"><query xmlns="${ns.discoInfo}">${feature}</query></iq>`,
    );
    await ben.sync();
    await anna.query(publish('http://jabber.org/protocol/mood', 'm', '<mood xmlns="urn:m"/>'), 'set');
    await anna.query(publish('http://jabber.org/protocol/tune', 't', '<tune xmlns="urn:t"/>'), 'set');
    const event = await ben.next((stanza) => stanza.child('event', ns.pubsubEvent) !== undefined);
    const items = event.child('event', ns.pubsubEvent)?.child('items', ns.pubsubEvent);
    expect(items?.attribute('node')).toBe('http://jabber.org/protocol/tune');
    await anna.query(publish('urn:xmpp:bookmarks:1', 'raum', '<conference xmlns="urn:xmpp:bookmarks:1"/>'), 'set');
    const read = `<pubsub xmlns="${ns.pubsub}"><items node="urn:xmpp:bookmarks:1"/></pubsub>`;
    expect((await anna.query(read)).attribute('type')).toBe('result');
    expect((await ben.query(read, 'get', `anna@${testDomain}`)).attribute('type')).toBe('error');
  });
});

describe('discovery', () => {
  it('names what server and accounts can do, and refuses what nobody knows', async () => {
    const anna = await TestStream.login(server.url, 'anna');
    const features = async (to?: string): Promise<string[]> =>
      (await anna.query(`<query xmlns="${ns.discoInfo}"/>`, 'get', to))
        .child('query', ns.discoInfo)!
        .elements()
        .flatMap((child) => child.attribute('var') ?? []);
    expect(await features(testDomain)).toContain(ns.carbons);
    expect(await features()).toContain(ns.mam);
    expect((await anna.query(`<query xmlns="${ns.discoItems}"/>`, 'get', testDomain)).attribute('type')).toBe('result');
    const unknown = await anna.query('<query xmlns="urn:unknown"/>', 'get', testDomain);
    expect(unknown.child('error', ns.client)?.elements()[0]?.name).toBe('service-unavailable');
    expect((await anna.query(`<ping xmlns="${ns.ping}"/>`, 'get', testDomain)).attribute('type')).toBe('result');
    expect((await anna.query(`<time xmlns="${ns.time}"/>`, 'get', testDomain)).attribute('type')).toBe('result');
    expect(await server.metrics.metrics()).toMatch(/kontor_xmpp_connections 1/);
  });
});
