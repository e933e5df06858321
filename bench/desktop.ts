/** Cold start and idle memory of the desktop client, each beside a bare Electron in the same run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary, environmentFor, isRoot, makeFolders, unprivileged, type Folders } from '../tests/electron/desktop.ts';
import display from '../tests/electron/display.ts';
import { contact, write } from '../tests/electron/doing.ts';
import { Employee } from '../tests/electron/employee.ts';
import type { Office } from '../tests/e2e/office.ts';
import { summarise, type Summary } from './statistics.ts';

/** Takes the times that pages report: `/<what>?at=<milliseconds since the epoch>`. */
class Reports {
  readonly #server: Server;
  readonly #awaited = new Map<string, (at: number) => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Reports> {
    const server = createServer();
    const reports = new Reports(server);
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      reports.#awaited.get(url.pathname.slice(1))?.(Number(url.searchParams.get('at')));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return reports;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  next(what: string): Promise<number> {
    return new Promise((resolve) => this.#awaited.set(what, resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Runs in the client's page: reports the contacts on screen, opens a chat, and reports its last message. */
const reportStart = (port: number): void => {
  const report = (what: string): void => {
    requestAnimationFrame(() => {
      const at = performance.timeOrigin + performance.now();
      void fetch(`http://127.0.0.1:${port}/${what}?at=${at}`, { mode: 'no-cors' });
    });
  };
  let step: 'contacts' | 'chat' | 'done' = 'contacts';
  new MutationObserver(() => {
    const row = document.querySelector<HTMLElement>('[data-contact="Ben Krüger"] [data-open]');
    if (step === 'contacts' && row !== null) {
      step = 'chat';
      report('contacts');
      requestAnimationFrame(() => row.click());
    }
    const area = document.querySelector<HTMLElement>('[data-area="conversations"]');
    if (step === 'chat' && area?.textContent.includes('The last message of the benchmark')) {
      step = 'done';
      report('chat');
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
};

/** Starts Electron as a user does: without a debugger. */
const start = (folder: string, words: string[], folders: Folders): ChildProcess =>
  spawn(binary(), [folder, `--user-data-dir=${folders.userData}`, ...words], {
    env: environmentFor(folders),
    stdio: 'ignore',
    ...(isRoot ? { uid: unprivileged, gid: unprivileged } : {}),
  });

const stop = async (program: ChildProcess): Promise<void> => {
  const ended = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGTERM');
  await ended;
};

/** A copy that an unprivileged user can read. */
const bareFolders = (): Folders => {
  const app = mkdtempSync(path.join(tmpdir(), 'kontor-bare-'));
  cpSync(fileURLToPath(new URL('../tests/electron/bare', import.meta.url)), app, { recursive: true });
  const userData = mkdtempSync(path.join(tmpdir(), 'kontor-bare-data-'));
  chmodSync(app, 0o755);
  if (isRoot) chownSync(userData, unprivileged, unprivileged);
  return {
    app,
    userData,
    remove: () => [app, userData].forEach((folder) => rmSync(folder, { recursive: true, force: true })),
  };
};

/** A client that was used before: the login saved, contacts known, a chat in the archive. */
const prepare = async (office: Office, folders: Folders): Promise<void> => {
  const anna = await Employee.at(folders, 'anna', office.url);
  await anna.logIn();
  await contact(anna, 'Ben Krüger').click();
  for (let line = 1; line <= 30; line += 1) await write(anna, 'Ben Krüger', `Line ${line}`);
  await write(anna, 'Ben Krüger', 'The last message of the benchmark');
  await anna.page.getByLabel('Sent', { exact: true }).last().waitFor({ state: 'attached' });
  await anna.quitClient();
};

/** Everything a measurement of the desktop needs, made before and taken away after it. */
const withDesktop = async <Result>(
  office: Office,
  measure: (client: Folders, bare: Folders, reports: Reports) => Promise<Result>,
): Promise<Result> => {
  const closeDisplay = await display();
  const reports = await Reports.open();
  const client = makeFolders('client', { run: reportStart, argument: reports.port });
  const bare = bareFolders();
  try {
    await prepare(office, client);
    return await measure(client, bare, reports);
  } finally {
    client.remove();
    bare.remove();
    reports.close();
    closeDisplay?.();
  }
};

export interface StartFigures {
  /** Process start until the contacts are on screen. */
  contacts: Summary;
  /** Until a chat that was clicked as soon as there were contacts shows its last message. */
  chat: Summary;
  /** A bare Electron until its one empty window had its first frame. */
  bare: Summary;
}

export const measureDesktopStart = (office: Office, rounds: number): Promise<StartFigures> =>
  withDesktop(office, async (client, bare, reports) => {
    const series = { contacts: [] as number[], chat: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const shown = reports.next('shown');
      const bareStarted = Date.now();
      const floor = start(bare.app, [`--report=${reports.port}`], bare);
      series.bare.push((await shown) - bareStarted);
      await stop(floor);
      const [contacts, chat] = [reports.next('contacts'), reports.next('chat')];
      const started = Date.now();
      const program = start(client.app, [`--server=${office.url}`, '--lang=en'], client);
      series.contacts.push((await contacts) - started);
      series.chat.push((await chat) - started);
      await stop(program);
    }
    // The first start of each fills Chromium's caches.
    const summary = (values: number[]): Summary => summarise(values.slice(1));
    return { contacts: summary(series.contacts), chat: summary(series.chat), bare: summary(series.bare) };
  });

interface RunningProcess {
  pid: number;
  parent: number;
  kind: string;
}

const processes = (): RunningProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const type = /--type=([a-z-]+)/.exec(command)?.[1];
        const service = /--utility-sub-type=([A-Za-z.]+)/.exec(command)?.[1];
        const kind = service ?? type ?? (/(^|\/)node\0/.test(command) ? 'node' : 'main');
        return [{ pid: Number(name), parent: Number(/PPid:\s+(\d+)/.exec(status)?.[1]), kind }];
      } catch {
        return []; // Ended meanwhile.
      }
    });

const megabytesOf = (pid: number): number =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;

/** Proportional set size in MB of a process and all it started, by kind (Linux). */
const memoryOf = (root: number): Record<string, number> => {
  const all = processes();
  const family = (pid: number): RunningProcess[] => [
    ...all.filter((each) => each.pid === pid),
    ...all.filter((each) => each.parent === pid).flatMap((child) => family(child.pid)),
  ];
  const byKind: Record<string, number> = {};
  for (const { pid, kind } of family(root)) byKind[kind] = (byKind[kind] ?? 0) + megabytesOf(pid);
  return Object.fromEntries(Object.entries(byKind).map(([kind, megabytes]) => [kind, Math.round(megabytes)]));
};

export interface MemoryFigures {
  client: Record<string, number>;
  bare: Record<string, number>;
  clientTotal: number;
  bareTotal: number;
}

/** What garbage collection and lazy work of a start need to calm down, in milliseconds. */
const untilIdle = 20_000;
const sum = (values: Record<string, number>): number => Object.values(values).reduce((one, other) => one + other, 0);

export const measureDesktopMemory = (office: Office): Promise<MemoryFigures> =>
  withDesktop(office, async (client, bare, reports) => {
    const idle = async (program: ChildProcess, ready: Promise<unknown>): Promise<Record<string, number>> => {
      await ready;
      await new Promise((resolve) => setTimeout(resolve, untilIdle));
      const memory = memoryOf(program.pid ?? 0);
      await stop(program);
      return memory;
    };
    const shape = ['--shape', `--report=${reports.port}`];
    const bareMemory = await idle(start(bare.app, shape, bare), reports.next('shown'));
    const words = [`--server=${office.url}`, '--lang=en'];
    const clientMemory = await idle(start(client.app, words, client), reports.next('chat'));
    return { client: clientMemory, bare: bareMemory, clientTotal: sum(clientMemory), bareTotal: sum(bareMemory) };
  });
