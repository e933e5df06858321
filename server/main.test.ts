import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const seconds = 90_000;

describe('server program (SRV-1)', () => {
  let folder: string;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kontor-main-'));
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const environment = (variables: Record<string, string>) => ({
    PATH: process.env.PATH,
    KONTOR_LOG_LEVEL: 'warn',
    ...variables,
  });
  /** Starts the program; resolves when it is ready. */
  const start = async (args: string[], variables: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [main, ...args], { env: environment(variables) });
    running.add(child);
    let output = '';
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString();
        if (output.includes('\n')) resolve();
      });
      void exited.then((code) => reject(new Error(`exited with ${code}: ${errors}`)));
    });
    const url = /^Kontor server ready at (\S+)\n$/.exec(output)?.[1] ?? output;
    return { child, url, exited, errors: () => errors, output: () => output };
  };
  /** Runs the program to its end. */
  const run = (args: string[], variables: Record<string, string> = {}) =>
    new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((resolve) => {
      const options = { env: environment(variables), timeout: seconds };
      execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
      );
    });
  const oneLine = (text: string) => expect(text.trimEnd().split('\n')).toHaveLength(1);

  it(
    'prints one line when ready, refuses a second server on the folder, stops cleanly, keeps its data',
    async () => {
      const data = join(folder, 'data');
      const first = await start(['--demo', '--port', '0', '--data', data]);
      expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const second = await run(['--port', '0', '--data', data]);
      expect(second).toMatchObject({ code: 1, stdout: '' });
      expect(second.stderr).toContain('is used by another server');
      oneLine(second.stderr);

      const body = { user: 'anna', password: 'demo1234', device: { name: 'x', kind: 'other' } };
      const headers = { 'content-type': 'application/json' };
      const login = await fetch(`${first.url}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify(body) });
      const { token } = (await login.json()) as { token: string };
      const socket = new WebSocket(`${first.url.replace('http', 'ws')}/events`);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })));
      await new Promise((resolve) => socket.once('message', resolve));
      const closed = new Promise<number>((resolve) => socket.once('close', resolve));
      const stopped = performance.now();
      first.child.kill('SIGTERM');
      expect(await closed).toBe(1001);
      expect(await first.exited).toBe(0);
      expect(performance.now() - stopped).toBeLessThan(6_000);
      expect(first.output().trimEnd().split('\n')).toHaveLength(1);

      const again = await start(['--demo', '--port', '0', '--data', data]);
      const profile = await fetch(`${again.url}/api/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
      expect(profile.status).toBe(200);
      const book = await fetch(`${again.url}/api/v1/phone-book`, { headers: { authorization: `Bearer ${token}` } });
      expect(((await book.json()) as { entries: unknown[] }).entries).toHaveLength(60);

      again.child.kill('SIGKILL');
      await again.exited;
      const afterCrash = await start(['--port', '0', '--data', data]);
      afterCrash.child.kill('SIGINT');
      expect(await afterCrash.exited).toBe(0);
    },
    seconds,
  );

  it(
    'makes a certificate once, keeps it to itself and prints its fingerprint',
    async () => {
      const data = join(folder, 'tls');
      const variables = { KONTOR_TLS: 'self-signed' };
      const first = await start(['--port', '0', '--data', data], variables);
      expect(first.url).toMatch(/^https:/);
      const fingerprint = /fingerprint ([0-9A-F:]{95})/.exec(first.errors())?.[1];
      expect(fingerprint).toBeDefined();
      expect((await stat(join(data, 'tls', 'self-signed.pem'))).mode & 0o077).toBe(0);
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(`${first.url.replace('http', 'ws')}/events`, { rejectUnauthorized: false });
        socket.on('error', reject);
        socket.on('open', () => socket.send('{}'));
        socket.on('close', (code) => resolve(String(code)));
      });
      expect(answer).toBe('4400');
      first.child.kill('SIGTERM');
      await first.exited;
      const second = await start(['--port', '0', '--data', data], variables);
      expect(second.errors()).toContain(fingerprint);
      second.child.kill('SIGTERM');
      await second.exited;
      const pem = join(data, 'tls', 'self-signed.pem');
      await writeFile(join(data, 'wrong.pem'), 'no certificate');
      const wrong = await run(['--port', '0', '--data', data], {
        KONTOR_TLS_CERT: join(data, 'wrong.pem'),
        KONTOR_TLS_KEY: pem,
      });
      expect(wrong).toMatchObject({ code: 1, stdout: '' });
      expect(wrong.stderr).toContain('TLS certificate and key cannot be used');
      oneLine(wrong.stderr);
      expect(await readFile(pem, 'utf8')).toContain('BEGIN CERTIFICATE');
    },
    seconds,
  );

  it(
    'names an occupied port, an unwritable folder, an unreachable database in one line',
    async () => {
      const blocker = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => blocker.once('listening', resolve));
      const port = String((blocker.address() as AddressInfo).port);
      const occupied = await run(['--port', port, '--data', join(folder, 'occupied')]);
      blocker.close();
      await writeFile(join(folder, 'file'), '');
      const unwritable = await run(['--port', '0', '--data', join(folder, 'file', 'data')]);
      const unreachable = await run(['--port', '0', '--data', join(folder, 'pg')], {
        KONTOR_DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/none',
      });
      const cases: [typeof occupied, string][] = [
        [occupied, `port ${port} on 127.0.0.1 is taken`],
        [unwritable, 'cannot be written to'],
        [unreachable, 'KONTOR_DATABASE_URL cannot be used'],
      ];
      for (const [{ code, stdout, stderr }, text] of cases) {
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toContain(text);
        expect(stderr).not.toContain('secret');
        oneLine(stderr);
      }
    },
    seconds,
  );

  it(
    'refuses a wrong value with exit code 2 and helps with 0',
    async () => {
      const wrong = await run([], { KONTOR_PORT: 'many' });
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      oneLine(wrong.stderr);
      expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--demo') as string });
    },
    seconds,
  );
});
