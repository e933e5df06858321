/** Starts the built desktop in a folder of its own, as an unprivileged user where the tests run as root. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { DesktopBridge } from '../../protocol/ipc.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the test page (`page/page.js`) leaves in its window. */
export interface TestWindow extends Window {
  kontor: DesktopBridge;
  told: { event: string; payload: unknown }[];
  ports: number;
  archive: (method: string, params: unknown) => Promise<{ result?: unknown; error?: string }>;
}

export interface Folders {
  app: string;
  userData: string;
  remove: () => void;
}

const startPage = 'app://kontor/';
/** Chromium's sandbox does not work for root. */
export const unprivileged = 65_534;
export const isRoot = process.getuid?.() === 0;

/** What runs in the client's page before its own scripts, also after the page was loaded again. */
export interface PageScript {
  run: (argument: number) => void;
  argument: number;
}

/** `page`: the test page, or the client as it was built, with `script` in front of its own. */
export const makeFolders = (page: 'test' | 'client' = 'test', script?: PageScript): Folders => {
  const base = mkdtempSync(path.join(tmpdir(), 'kontor-electron-'));
  chmodSync(base, 0o755);
  const app = path.join(base, 'app');
  const userData = path.join(base, 'user-data');
  mkdirSync(path.join(app, 'dist'), { recursive: true });
  mkdirSync(userData);
  cpSync(path.join(root, 'package.json'), path.join(app, 'package.json'));
  cpSync(path.join(root, 'assets'), path.join(app, 'assets'), { recursive: true });
  cpSync(path.join(root, 'dist/electron'), path.join(app, 'dist/electron'), { recursive: true });
  const renderer = page === 'test' ? path.join(root, 'tests/electron/page') : path.join(root, 'dist/renderer');
  cpSync(renderer, path.join(app, 'dist/renderer'), { recursive: true });
  answerMessages(app);
  if (script !== undefined) addScript(path.join(app, 'dist/renderer'), script);
  symlinkSync(path.join(root, 'node_modules'), path.join(app, 'node_modules'));
  if (isRoot) for (const folder of [base, userData]) chownSync(folder, unprivileged, unprivileged);
  return { app, userData, remove: () => rmSync(base, { recursive: true, force: true }) };
};

const addScript = (renderer: string, { run, argument }: PageScript): void => {
  writeFileSync(path.join(renderer, 'test.js'), `(${run.toString()})(${argument});`);
  const index = path.join(renderer, 'index.html');
  const html = readFileSync(index, 'utf8');
  writeFileSync(index, html.replace('<script', '<script src="/test.js"></script><script'));
};

export const binary = (): string => {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && process.platform === 'linux') return path.join(override, 'electron');
  return createRequire(import.meta.url)('electron') as string;
};

/** Root must not run Chromium without its sandbox, so a small script hands the process over. */
const programFor = (folders: Folders): string => {
  if (!isRoot) return binary();
  const script = path.join(folders.app, 'start.sh');
  if (!existsSync(script)) {
    const hand = `exec setpriv --reuid ${unprivileged} --regid ${unprivileged} --clear-groups "${binary()}" "$@"`;
    writeFileSync(script, `#!/bin/sh\n${hand}\n`, { mode: 0o755 });
  }
  return script;
};

export const environmentFor = (folders: Folders): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  DISPLAY: process.env.DISPLAY ?? '',
  HOME: folders.userData,
  XDG_CONFIG_HOME: folders.userData,
  XDG_RUNTIME_DIR: folders.userData,
  KONTOR_NODE: process.execPath,
});

export interface Desktop {
  app: ElectronApplication;
  page: Page;
}

export const startDesktop = async (folders: Folders, words: string[] = []): Promise<Desktop> => {
  const app = await _electron.launch({
    executablePath: programFor(folders),
    args: [folders.app, `--user-data-dir=${folders.userData}`, ...words],
    env: environmentFor(folders),
    chromiumSandbox: true,
  });
  // The client window is the first; it opens its pop-up itself.
  const page = await app.firstWindow();
  await page.waitForURL(startPage);
  await page.waitForLoadState('load');
  return { app, page };
};

/** Kills the process of the client window, as the system does without memory, and waits for the page to be back. */
const killPage = async (app: ElectronApplication): Promise<void> => {
  const pid = await app.evaluate(({ BrowserWindow }, address) => {
    const contents = BrowserWindow.getAllWindows()
      .map((window) => window.webContents)
      .find((each) => each.getURL() === address);
    const killed = contents?.getOSProcessId() ?? 0;
    if (killed !== 0) process.kill(killed, 'SIGKILL');
    return killed;
  }, startPage);
  const isBack = (): Promise<boolean> =>
    app.evaluate(
      ({ BrowserWindow }, [address, dead]) =>
        BrowserWindow.getAllWindows()
          .map((window) => window.webContents)
          .some((each) => each.getURL() === address && !each.isLoading() && ![0, dead].includes(each.getOSProcessId())),
      [startPage, pid] as const,
    );
  await expect.poll(isBack, { timeout: 20_000 }).toBe(true);
};

/**
 * Kills the process of the client window and resolves with its page as it came back. The driver gives a page whose
 * process died up for good, so a second connection is made; `close` ends that connection alone.
 */
export const crashPage = async ({ app }: Desktop, folders: Folders): Promise<RevivedPage> => {
  await killPage(app);
  const port = readFileSync(path.join(folders.userData, 'DevToolsActivePort'), 'utf8').split('\n', 1)[0];
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const page = browser
    .contexts()
    .flatMap((context) => context.pages())
    .find((each) => each.url() === startPage);
  if (page === undefined) throw new Error('The client window is gone');
  return { page, close: () => browser.close() };
};
export interface RevivedPage {
  page: Page;
  close: () => Promise<void>;
}

/** The client window's page, as opposed to its pop-up. */
export const clientPage = (app: ElectronApplication): Page | undefined =>
  app.windows().find((page) => page.url() === startPage);

/** Starts the program a second time the way a system does; resolves with the exit code. */
export const startAgain = (folders: Folders, words: string[]): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const again = spawn(programFor(folders), [folders.app, `--user-data-dir=${folders.userData}`, ...words], {
      env: environmentFor(folders),
      stdio: 'ignore',
    });
    again.on('error', reject);
    again.on('exit', resolve);
  });

/** Starts with another data folder and resolves with the first line that Kontor itself complains about. */
export const firstComplaint = (folders: Folders, userData: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const program = spawn(programFor(folders), [folders.app, `--user-data-dir=${userData}`], {
      env: environmentFor(folders),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    program.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((each) => each.startsWith('Kontor '));
      if (line === undefined) return;
      program.kill('SIGKILL');
      resolve(line);
    });
    program.on('error', reject);
    program.on('exit', (code) => reject(new Error(`Ended with ${String(code)}: ${text}`)));
  });

/** What the program has said in message boxes; see `answerMessages`. */
export const messagesOf = (app: ElectronApplication): Promise<string[]> =>
  app.evaluate(() => (globalThis as { messages?: string[] }).messages ?? []);

/** Puts a double in front of the program that reads message boxes and answers them at once. */
const answerMessages = (app: string): void => {
  const main = path.join(app, 'dist/electron/main.js');
  const double = `import { dialog as box } from 'electron';
globalThis.messages = [];
box.showMessageBox = ({ message, detail }) => {
  globalThis.messages.push(message + ' ' + detail);
  return Promise.resolve({ response: 0, checkboxChecked: false });
};
`;
  writeFileSync(main, double + readFileSync(main, 'utf8'));
};

/** State of the window that shows this page, as the main process sees it. */
export const windowState = (
  app: ElectronApplication,
  address: string,
): Promise<{
  visible: boolean;
  focused: boolean;
  bounds: { x: number; y: number; width: number; height: number };
} | null> =>
  app.evaluate(({ BrowserWindow }, wanted) => {
    const window = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL() === wanted);
    if (window === undefined) return null;
    return { visible: window.isVisible(), focused: window.isFocused(), bounds: window.getBounds() };
  }, address);

export const logOf = (folders: Folders): string => {
  const file = path.join(folders.userData, 'logs/kontor.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
