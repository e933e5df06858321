import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ns } from './namespaces.ts';
import { testDomain } from './test-accounts.ts';
import { TestStream } from './test-stream.ts';

let folder: string;
let server: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-xmpp-'));
});

afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true, force: true });
});

const start = async (): Promise<string> => {
  const program = new URL('./test-server-process.ts', import.meta.url).pathname;
  server = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
  return line;
};

const kill = async (): Promise<void> => {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
};

const archivedTexts = async (stream: TestStream): Promise<string[]> => {
  const texts: string[] = [];
  for (let after = '', complete = false; !complete;) {
    stream.unread = [];
    const cursor = after === '' ? '' : `<after>${after}</after>`;
    const set = `<set xmlns="${ns.rsm}"><max>250</max>${cursor}</set>`;
    const fin = (await stream.query(`<query xmlns="${ns.mam}">${set}</query>`, 'set')).child('fin', ns.mam);
    for (const stanza of stream.unread) {
      const message = stanza.child('result', ns.mam)?.child('forwarded', ns.forward)?.child('message', ns.client);
      const text = message?.child('body', ns.client)?.text();
      if (text !== undefined) texts.push(text);
    }
    after = fin?.child('set', ns.rsm)?.child('last', ns.rsm)?.text() ?? '';
    complete = fin?.attribute('complete') === 'true';
  }
  return texts;
};

it('CHA-8 everything acknowledged survives the killing of the server, and what is sent again is not doubled', async () => {
  const expected: string[] = [];
  let unacknowledged: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const url = await start();
    const anna = await TestStream.login(url, 'anna');
    await anna.manage();
    const sent = [...unacknowledged];
    for (let number = 0; number < 400; number += 1) sent.push(`${round}-${number}`);
    for (const [index, text] of sent.entries()) {
      anna.chat(`ben@${testDomain}`, text, `<origin-id xmlns="${ns.stanzaId}" id="o${text}"/>`);
      if (index % 100 === 99) anna.send(`<r xmlns="${ns.streamManagement}"/>`);
    }
    // Some are acknowledged, others on their way: the worst moment.
    const acknowledged = Number((await anna.next(({ name }) => name === 'a')).attribute('h'));
    await kill();
    await anna.closed;
    const later = anna.unread.filter(({ name }) => name === 'a').map((a) => Number(a.attribute('h')));
    const safe = Math.max(acknowledged, ...later);
    expect(safe).toBeGreaterThanOrEqual(100);
    expected.push(...sent.slice(0, safe));
    unacknowledged = sent.slice(safe);
  }
  const url = await start();
  for (const user of ['anna', 'ben']) {
    const texts = await archivedTexts(await TestStream.login(url, user));
    expect(new Set(texts).size).toBe(texts.length);
    const present = new Set(texts);
    expect(expected.filter((text) => !present.has(text))).toEqual([]);
  }
}, 240_000);
