/** The demo company on a server of its own, and the colleagues who sit at it, as the tests need them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Colleague } from './colleague.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const password = 'demo1234';
/** Each colleague's microphone is a tone of its own, in Hz. */
export const tones: Record<string, number> = { anna: 440, ben: 660, clara: 880, david: 1100 };

export interface JournalRow {
  direction: string;
  result: string;
  number: string;
  durationSeconds: number;
}

/** A server process that can be killed and started again on the same data and port. */
export class Office {
  readonly #data = mkdtempSync(path.join(tmpdir(), 'kontor-office-'));
  readonly #colleagues: Colleague[] = [];
  #process: ChildProcess | null = null;
  #port = 0;

  static async open(): Promise<Office> {
    const office = new Office();
    await office.start();
    return office;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Process id of the running server; 0 while it is down. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Where the server keeps its data; to be opened by others only while it is down. */
  get dataFolder(): string {
    return this.#data;
  }

  /** Starts the server, on the port it had before; resolves when it is ready. */
  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      ['server/main.ts', '--demo', '--port', String(this.#port), '--data', this.#data],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KONTOR_LOG_LEVEL: 'error' } },
    );
    this.#process = child;
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    this.#port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const port = /ready at https?:\/\/[^:]+:(\d+)/.exec(chunk.toString())?.[1];
        if (port) resolve(Number(port));
      });
      child.on('exit', (code) => reject(new Error(`The server ended with ${String(code)}: ${complaints}`)));
    });
  }

  /** Ends the server without a warning, as a crash does. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** A colleague at the login form, not yet logged in. */
  async visitor(name: string, size: { width?: number; height?: number } = {}): Promise<Colleague> {
    const colleague = await Colleague.at(this.url, { name, frequency: tones[name] ?? 1300, locale: 'en-GB', ...size });
    this.#colleagues.push(colleague);
    return colleague;
  }

  /** A colleague who is logged in and whose connections are up. */
  async colleague(name: string, size: { width?: number; height?: number } = {}): Promise<Colleague> {
    const colleague = await this.visitor(name, size);
    await logIn(colleague);
    return colleague;
  }

  /** What the server's journal says, newest first. */
  async journal(name: string): Promise<JournalRow[]> {
    const session = await fetch(`${this.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: name, password, device: { name: 'test', kind: 'other' } }),
    });
    const { token } = (await session.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    const journal = await fetch(`${this.url}/api/v1/journal`, { headers });
    await fetch(`${this.url}/api/v1/session`, { method: 'DELETE', headers });
    return ((await journal.json()) as { entries: JournalRow[] }).entries;
  }

  async close(): Promise<void> {
    await Promise.all(this.#colleagues.map((colleague) => colleague.close()));
    await this.kill('SIGTERM');
    rmSync(this.#data, { recursive: true, force: true });
  }
}

/** Fills the login form and waits until calls and chat are connected. */
export const logIn = async ({ name, page }: Colleague, secret = password): Promise<void> => {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
};
