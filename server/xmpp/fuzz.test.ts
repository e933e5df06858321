/** Thousands of damaged frames, seeded: whatever comes in, the service goes on. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { createTestDatabase } from '../database/test-database.ts';
import { ns } from './namespaces.ts';
import { TestAccounts, testDomain } from './test-accounts.ts';
import { startTestServer, type TestServer } from './test-server.ts';
import { TestStream } from './test-stream.ts';
import { parseFrame } from './xml/parser.ts';
import { serialize } from './xml/serializer.ts';

let database: Database;
let server: TestServer;
const failures: unknown[] = [];
const remember = (error: unknown): void => void failures.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', remember);
  database = await createTestDatabase();
  server = await startTestServer({
    accounts: new TestAccounts(['anna', 'ben']),
    database,
    limits: { stanzasPerSecond: 100_000, stanzaBytes: 20_000 },
  });
});

afterAll(async () => {
  await server.stop();
  await database.close();
  process.off('unhandledRejection', remember);
});

const ben = `ben@${testDomain}`;
const iq = (payload: string, type = 'get', to = ''): string =>
  `<iq xmlns="jabber:client" type="${type}" id="1"${to === '' ? '' : ` to="${to}"`}>${payload}</iq>`;

const login = [
  `<open xmlns="${ns.framing}" to="${testDomain}" version="1.0"/>`,
  `<auth xmlns="${ns.sasl}" mechanism="PLAIN">AGFubmEAYW5uYS0x</auth>`,
  `<auth xmlns="${ns.sasl}" mechanism="SCRAM-SHA-256">biwsbj1hbm5hLHI9YWJj</auth>`,
  `<response xmlns="${ns.sasl}">Yz1iaXdzLHI9YWJjLHA9AAAA</response>`,
  `<abort xmlns="${ns.sasl}"/>`,
  iq(`<bind xmlns="${ns.bind}"><resource>r</resource></bind>`, 'set'),
  `<resume xmlns="${ns.streamManagement}" previd="x" h="1"/>`,
  `<close xmlns="${ns.framing}"/>`,
];

const stanzas = [
  `<message xmlns="jabber:client" type="chat" to="${ben}" id="m"><body>Grüße &amp; so</body><origin-id xmlns="${ns.stanzaId}" id="o"/><request xmlns="${ns.receipts}"/></message>`,
  `<message xmlns="jabber:client" to="${ben}/r1" type="normal"><private xmlns="${ns.carbons}"/><composing xmlns="${ns.chatStates}"/></message>`,
  `<presence xmlns="jabber:client"><show>away</show><status>weg</status><priority>5</priority><c xmlns="${ns.caps}" hash="sha-1" node="n" ver="v"/></presence>`,
  `<presence xmlns="jabber:client" type="probe" to="${ben}"/>`,
  `<presence xmlns="jabber:client" type="unavailable" to="${ben}/r1"/>`,
  `<enable xmlns="${ns.streamManagement}" resume="true"/>`,
  `<r xmlns="${ns.streamManagement}"/>`,
  `<a xmlns="${ns.streamManagement}" h="0"/>`,
  `<inactive xmlns="${ns.clientState}"/>`,
  iq(`<query xmlns="${ns.roster}" ver="1"/>`),
  iq(
    `<query xmlns="${ns.mam}" queryid="q"><x xmlns="${ns.dataForms}" type="submit"><field var="with"><value>${ben}</value></field><field var="start"><value>2026-01-01T00:00:00Z</value></field></x><set xmlns="${ns.rsm}"><max>10</max><before>17</before></set></query>`,
    'set',
  ),
  iq(`<enable xmlns="${ns.carbons}"/>`, 'set'),
  iq(`<query xmlns="${ns.discoInfo}" node="x"/>`, 'get', ben),
  iq(`<vCard xmlns="${ns.vcard}"><FN>A</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>AAAA</BINVAL></PHOTO></vCard>`, 'set'),
  iq(
    `<pubsub xmlns="${ns.pubsub}"><publish node="${ns.avatarMetadata}"><item id="i"><metadata xmlns="${ns.avatarMetadata}"><info id="i"/></metadata></item></publish><publish-options><x xmlns="${ns.dataForms}"><field var="pubsub#max_items"><value>3</value></field></x></publish-options></pubsub>`,
    'set',
  ),
  iq(
    `<pubsub xmlns="${ns.pubsub}"><items node="${ns.avatarData}" max_items="2"><item id="x"/></items></pubsub>`,
    'get',
    ben,
  ),
  iq(`<ping xmlns="${ns.ping}"/>`, 'get', testDomain),
];

const pieces = [
  '<',
  '>',
  '/>',
  '&',
  '&#0;',
  '&#xD800;',
  '"',
  "'",
  '\u0000',
  '\uFFFF',
  ']]>',
  '<![CDATA[',
  '<!--',
  '<?x?>',
  'xmlns=""',
  '{}',
  '💥',
  '-1',
  '99999999999999999999',
  '@',
  '/',
  ' ',
  '',
];

/** Cuts, repeats, swaps and spoils at random places. */
const mutated = (bases: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...bases),
      fc.constantFrom(...bases),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat(30),
          fc.constantFrom('cut', 'put', 'double', 'splice', 'value'),
          fc.constantFrom(...pieces),
        ),
        {
          minLength: 0,
          maxLength: 3,
        },
      ),
    )
    .map(([base, other, changes]) =>
      changes.reduce((text, [place, length, how, piece]) => {
        const at = place % (text.length + 1);
        if (how === 'cut') return text.slice(0, at) + text.slice(at + length);
        if (how === 'put') return text.slice(0, at) + piece + text.slice(at);
        if (how === 'double') return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
        if (how === 'splice') return text.slice(0, at) + other.slice(place % (other.length + 1));
        const values = [...text.matchAll(/"[^"]*"/g)];
        const value = values[place % Math.max(1, values.length)];
        return value ? text.slice(0, value.index + 1) + piece + text.slice(value.index + value[0].length - 1) : text;
      }, base),
    );

const settings = { seed: 20_261_124, numRuns: 1_500 };

const stillServes = async (): Promise<void> => {
  const anna = await TestStream.login(server.url, 'anna', 2);
  const other = await TestStream.available(server.url, 'ben', 2);
  anna.chat('ben', 'noch da');
  await other.message('noch da');
  await anna.close();
  await other.close();
};

describe('damaged frames', () => {
  it('never break the parser, and what it takes can be written and read again', () => {
    fc.assert(
      fc.property(mutated([...login, ...stanzas]), (frame) => {
        const parsed = parseFrame(frame);
        if (!parsed.ok) return;
        const again = parseFrame(serialize(parsed.element));
        expect(again.ok && serialize(again.element)).toBe(serialize(parsed.element));
      }),
      { ...settings, numRuns: 5_000 },
    );
  });

  it('in a session get an answer or end it, and the service goes on', async () => {
    const frames = fc.sample(mutated(stanzas), settings);
    let stream: TestStream | null = null;
    for (const frame of frames) {
      if (!stream || stream.socket.readyState !== stream.socket.OPEN) {
        stream = await TestStream.login(server.url, 'anna', 1);
      }
      stream.send(frame);
      // The answer, or the end of the stream.
      const answered = stream.query(`<ping xmlns="${ns.ping}"/>`, 'get', testDomain);
      await Promise.race([answered, stream.closed]);
    }
    await stream?.close();
    await stillServes();
    expect(failures).toEqual([]);
  });

  it('before login neither', async () => {
    for (const frame of fc.sample(mutated(login), { ...settings, numRuns: 600 })) {
      const stream = await TestStream.connect(server.url);
      stream.send(login[0]!);
      stream.send(frame);
      stream.send(frame);
      stream.send(`<close xmlns="${ns.framing}"/>`);
      await stream.closed;
    }
    await stillServes();
    expect(failures).toEqual([]);
  });
});
