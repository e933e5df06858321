/**
 * The real program is killed ten times, in the middle of messages and calls: whatever it had acknowledged is there
 * after the next start, nothing is doubled, and everything is in order (CHA-8, JOU-1).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { provisioningSchema, sessionResponseSchema, type Provisioning } from '../protocol/rest.ts';
import { openDatabase, type DatabaseLocation } from './database/open-database.ts';
import { createTestDatabaseLocation } from './database/test-database.ts';
import type { SipRequest, SipResponse } from './sip/message/message.ts';
import { Phone } from './sip/test-doubles.ts';
import { ns } from './xmpp/namespaces.ts';
import { TestStream } from './xmpp/test-stream.ts';

const kills = 10;
const seed = 20261124;
/** Messages of a sender that may be unacknowledged. */
const window = 8;
const domain = 'demo.kontor.internal';
const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Mulberry32: the same kills in every run. */
const randomFrom = (start: number): (() => number) => {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

let folder: string;
let place: { location: DatabaseLocation; remove(): Promise<void> };
let server: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-crash-'));
  const given = await createTestDatabaseLocation();
  // In memory nothing would outlive the process.
  place =
    given.location.kind === 'memory'
      ? { location: { kind: 'folder', folder: join(folder, 'database') }, remove: given.remove }
      : given;
});
afterEach(async () => {
  await end('SIGKILL');
  await place.remove();
  await rm(folder, { recursive: true, force: true });
});

const start = async (): Promise<string> => {
  const variables = place.location.kind === 'postgresql' ? { KONTOR_DATABASE_URL: place.location.url } : {};
  server = spawn(process.execPath, [main, '--demo', '--port', '0', '--data', folder], {
    env: { PATH: process.env.PATH, KONTOR_LOG_LEVEL: 'fatal', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
  return /ready at (\S+)/.exec(line)?.[1] ?? '';
};
const end = async (signal: NodeJS.Signals): Promise<void> => {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
};

const logins = new Map<string, string>();
/** Logs in the first time, and comes back with the same session after that. */
const provisioning = async (url: string, user: string): Promise<Provisioning> => {
  let login = logins.get(user);
  if (login === undefined) {
    const answer = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password: 'demo1234', device: { name: 'crash', kind: 'other' } }),
    });
    login = sessionResponseSchema.parse(await answer.json()).token;
    logins.set(user, login);
  }
  const answer = await fetch(`${url}/api/v1/provisioning`, { headers: { authorization: `Bearer ${login}` } });
  return provisioningSchema.parse(await answer.json());
};
const stream = async (url: string, user: string): Promise<TestStream> => {
  const { xmpp } = await provisioning(url, user);
  const connection = await TestStream.open(xmpp.url);
  await connection.plain(user, xmpp.password);
  await connection.reopen();
  await connection.bind('crash');
  await connection.manage();
  return connection;
};

/** One who writes: sends what is not acknowledged yet once more, then goes on. */
class Writer {
  readonly acknowledged: string[] = [];
  private open: string[] = [];
  private count = 0;
  private readonly user: string;
  private readonly to: string;

  constructor(user: string, to: string) {
    this.user = user;
    this.to = to;
  }

  /** Writes until the server is gone. */
  async write(url: string, arrived: () => void, acknowledged: () => void): Promise<void> {
    const connection = await stream(url, this.user);
    arrived();
    const gone = connection.closed.then(() => null);
    let handled = 0;
    const send = (text: string): void =>
      connection.chat(this.to, text, `<origin-id xmlns="${ns.stanzaId}" id="${text}"/>`);
    for (const text of this.open) send(text);
    for (;;) {
      while (this.open.length < window) {
        this.count += 1;
        const text = `${this.user}-${this.count}`;
        this.open.push(text);
        send(text);
      }
      connection.send(`<r xmlns="${ns.streamManagement}"/>`);
      const answer = await Promise.race([connection.next(({ name }) => name === 'a'), gone]);
      const answers = answer ? [answer] : connection.unread.filter(({ name }) => name === 'a');
      for (const each of answers) {
        const h = Number(each.attribute('h'));
        for (const text of this.open.splice(0, h - handled)) this.acknowledged.push(text);
        handled = h;
      }
      if (!answer) return;
      acknowledged();
    }
  }
}

interface Counts {
  begun: number;
  /** The caller has heard that it rings. */
  rung: number;
  /** The caller has hung up, and heard that the server knows. */
  hungUp: number;
}

/** Two telephones that call each other again and again. */
class Telephones {
  readonly counts: Counts = { begun: 0, rung: 0, hungUp: 0 };
  private talking: { invite: SipRequest; ok: SipResponse } | null = null;
  private clara: Phone | null = null;
  private david: Phone | null = null;

  /** Calls until the server is gone. What was up when it went is hung up first. */
  async call(url: string, arrived: () => void): Promise<void> {
    const gone = (async () => {
      const clara = (this.clara = await this.telephone(url, 'clara', this.clara));
      const david = (this.david = await this.telephone(url, 'david', this.david));
      arrived();
      if (this.talking) await this.hangUp(clara, david, this.talking);
      for (;;) {
        this.counts.begun += 1;
        const invite = clara.invite('104');
        const offered = await david.next('INVITE');
        david.reply(offered, 180);
        await clara.response(invite, 180);
        this.counts.rung += 1;
        david.reply(offered, 200);
        const ok = await clara.final(invite);
        clara.inDialog('ACK', invite, ok);
        await david.next('ACK');
        this.talking = { invite, ok };
        await this.hangUp(clara, david, this.talking);
      }
    })();
    await Promise.race([gone, once(server!, 'exit')]);
  }

  private async telephone(url: string, user: string, before: Phone | null): Promise<Phone> {
    const { sip } = await provisioning(url, user);
    const phone = before ?? new Phone(sip.authorizationUser, user);
    await phone.connect(sip.url);
    expect((await phone.register(undefined, sip.password)).status).toBe(200);
    return phone;
  }

  private async hangUp(clara: Phone, david: Phone, { invite, ok }: { invite: SipRequest; ok: SipResponse }) {
    const bye = clara.inDialog('BYE', invite, ok);
    david.reply(await david.next('BYE'), 200);
    expect((await clara.final(bye)).status).toBe(200);
    this.talking = null;
    this.counts.hungUp += 1;
  }
}

const archivedTexts = async (connection: TestStream): Promise<string[]> => {
  const texts: string[] = [];
  for (let after = '', complete = false; !complete;) {
    connection.unread = [];
    const cursor = after === '' ? '' : `<after>${after}</after>`;
    const set = `<set xmlns="${ns.rsm}"><max>250</max>${cursor}</set>`;
    const fin = (await connection.query(`<query xmlns="${ns.mam}">${set}</query>`, 'set')).child('fin', ns.mam);
    for (const stanza of connection.unread) {
      const message = stanza.child('result', ns.mam)?.child('forwarded', ns.forward)?.child('message', ns.client);
      const text = message?.child('body', ns.client)?.text();
      if (text !== undefined) texts.push(text);
    }
    after = fin?.child('set', ns.rsm)?.child('last', ns.rsm)?.text() ?? '';
    complete = fin?.attribute('complete') === 'true';
  }
  return texts;
};

interface CallRow {
  call_key: string;
  user_id: string;
  result: string | null;
  rows: number;
}

it('CHA-8 JOU-1 ten kills lose, double and mix nothing of what was acknowledged', async () => {
  const random = randomFrom(seed);
  const writers = [new Writer('anna', `ben@${domain}`), new Writer('ben', `anna@${domain}`)];
  const telephones = new Telephones();
  for (let round = 0; round < kills; round += 1) {
    const url = await start();
    // Once everybody is logged in: so many acknowledgements, then the kill, whatever is under way.
    let missing = writers.length + 1;
    const arrived = (): void => {
      missing -= 1;
    };
    let left = 10 + Math.floor(random() * 60);
    const due = Promise.withResolvers<null>();
    const acknowledged = (): void => {
      if (missing === 0) left -= 1;
      if (left <= 0) due.resolve(null);
    };
    const work = Promise.all([
      ...writers.map((writer) => writer.write(url, arrived, acknowledged)),
      telephones.call(url, arrived),
    ]);
    await Promise.race([due.promise, work]);
    await end('SIGKILL');
    await work;
  }

  const url = await start();
  for (const reader of ['anna', 'ben']) {
    const texts = await archivedTexts(await stream(url, reader));
    expect(new Set(texts).size).toBe(texts.length);
    for (const writer of writers) {
      const [name = ''] = writer.acknowledged[0]?.split('-') ?? [];
      const numbers = texts.filter((text) => text.startsWith(`${name}-`)).map((text) => Number(text.split('-')[1]));
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
      const present = new Set(texts);
      expect(writer.acknowledged.length).toBeGreaterThanOrEqual(kills);
      expect(writer.acknowledged.filter((text) => !present.has(text))).toEqual([]);
    }
  }
  await end('SIGTERM');

  const database = await openDatabase(place.location);
  try {
    // Calls that nobody took up again wait for their end; the others have their row.
    const rows = await database.query<CallRow & { [column: string]: unknown }>(
      `SELECT call_key, user_id, max(result) AS result, count(*)::int AS rows FROM (
         SELECT call_key, user_id, result FROM journal_entries
         UNION ALL SELECT call_key, user_id, NULL FROM running_calls) AS calls
       GROUP BY call_key, user_id`,
    );
    expect(rows.filter((row) => row.rows !== 1)).toEqual([]);
    const byCall = Map.groupBy(rows, (row) => row.call_key);
    expect([...byCall.values()].filter((parties) => parties.length !== 2)).toEqual([]);
    const { begun, rung, hungUp } = telephones.counts;
    expect(hungUp).toBeGreaterThanOrEqual(kills);
    expect(byCall.size).toBeGreaterThanOrEqual(rung);
    expect(byCall.size).toBeLessThanOrEqual(begun);
    // The end of a call is told before it is written: each kill may have hit one in between, which waits for its end.
    const answered = [...byCall.values()].filter((parties) => parties.every(({ result }) => result === 'answered'));
    expect(answered.length).toBeGreaterThanOrEqual(hungUp - kills);
  } finally {
    await database.close();
  }
}, 180_000);
