import path from 'node:path';
import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron';
import { archivePortWire } from '../ipc/channels.ts';
import type { Log } from '../logs/log.ts';
import { revival } from '../revival/revival.ts';

export interface ArchiveHost {
  /** Sends the page a port to the archive, and another one whenever the process had to be started again. */
  connect(page: WebContents): void;
  /** Lets the process close its file; waits for that a second at most. */
  stop(): Promise<void>;
}

interface Options {
  /** The bundled archive process. */
  program: string;
  /** Where the account's files stand. */
  folder: string;
  log: Log;
}

const closingTime = 1_000;

/** Keeps the archive process alive: started with the first connection, restarted with growing pauses when it dies. */
export const archiveHost = ({ program, folder, log }: Options): ArchiveHost => {
  let archive: UtilityProcess | null = null;
  let page: WebContents | null = null;
  let restart: NodeJS.Timeout | null = null;
  const pauses = revival();
  let stopped = false;

  const sendPort = (): void => {
    if (archive === null || page === null || page.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    archive.postMessage(null, [port1]);
    page.postMessage(archivePortWire, null, [port2]);
  };

  const start = (): void => {
    const child = utilityProcess.fork(program, [path.resolve(folder)], {
      serviceName: 'Kontor archive',
      stdio: 'ignore',
    });
    archive = child;
    child.once('spawn', () => log.info('archive.started', { pid: child.pid ?? 0 }));
    child.once('exit', (code) => {
      archive = null;
      if (stopped) return;
      const pause = pauses.pauseAfterCrash(performance.now());
      log.warn('archive.died', { code, pause });
      restart = setTimeout(() => {
        restart = null;
        start();
        sendPort();
      }, pause);
    });
  };

  return {
    connect: (to) => {
      page = to;
      if (archive === null && restart === null) start();
      sendPort();
    },
    stop: () =>
      new Promise((resolve) => {
        stopped = true;
        if (restart !== null) clearTimeout(restart);
        if (archive === null) return resolve();
        archive.once('exit', () => resolve());
        setTimeout(resolve, closingTime);
        archive.postMessage('close');
      }),
  };
};
