/**
 * `npm start`: builds what changed, starts the embedded server with the demo company unless one is configured
 * (`KONTOR_SERVER`), and opens the desktop client; in the browser where no Electron binary can be had.
 * Arguments go to the desktop client. Ctrl+C ends everything, and so does quitting the client.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const port = process.env.KONTOR_PORT ?? '8080';
/** With PGlite the first start takes some seconds; a slow machine gets a minute. */
const longestStart = 60_000;

interface Server {
  address: string;
  stop: () => Promise<void>;
}

const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve());
  process.once('SIGTERM', () => resolve());
});

const nothingToStop = (): Promise<void> => Promise.resolve();

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    child.once('exit', (code) => resolve(code ?? 1));
  });

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await ended(child);
};

/** Whether a Kontor server answers there, ours from another terminal for instance. */
const isKontor = async (address: string): Promise<boolean> => {
  try {
    const response = await fetch(new URL('/.well-known/kontor', address), { signal: AbortSignal.timeout(2_000) });
    const answer = (await response.json()) as { product?: unknown };
    return answer.product === 'kontor';
  } catch {
    return false;
  }
};

/** Starts the embedded server and waits for the line with its address. */
const startServer = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'server/main.ts'), '--demo', '--port', port], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      // Ctrl+C reaches this program alone, which then stops the server after the client.
      detached: process.platform !== 'win32',
    });
    const late = setTimeout(() => {
      child.kill();
      reject(new Error('The server did not get ready in time'));
    }, longestStart);
    void interrupted.then(() => child.kill());
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      text += chunk.toString();
      const address = /https?:\/\/[^\s/]+/.exec(text)?.[0];
      if (address === undefined || !text.includes('\n')) return;
      clearTimeout(late);
      resolve({ address, stop: () => stopChild(child) });
    });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`The server ended with ${String(code)}`));
    });
  });

const findServer = async (): Promise<Server> => {
  const configured = process.env.KONTOR_SERVER;
  if (configured) return { address: configured, stop: nothingToStop };
  const address = `http://127.0.0.1:${port}`;
  if (port === '0' || !(await isKontor(address))) return startServer();
  console.log(`Using the server that already runs at ${address}`);
  return { address, stop: nothingToStop };
};

const executableName = (): string => {
  if (process.platform === 'win32') return 'electron.exe';
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
};

type Binary = { found: true; file: string } | { found: false; reason: string };

/** The binary named by `ELECTRON_OVERRIDE_DIST_PATH`, the installed one, or the one that can be fetched now. */
const findElectron = (): Binary => {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const file = path.join(override, executableName());
    return existsSync(file) ? { found: true, file } : { found: false, reason: `there is none in ${override}` };
  }
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = path.join(folder, 'path.txt');
  const installed = (): string | null => {
    const file = existsSync(pathFile) ? path.join(folder, 'dist', readFileSync(pathFile, 'utf8')) : null;
    return file !== null && existsSync(file) ? file : null;
  };
  if (installed() === null) {
    spawnSync(process.execPath, [path.join(folder, 'install.js')], { stdio: 'ignore', timeout: 120_000 });
  }
  const file = installed();
  return file === null ? { found: false, reason: 'it could not be fetched' } : { found: true, file };
};

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

const openDesktop = (electron: string, server: string): ChildProcess => {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (asRoot) console.log('Started as root: the desktop client runs without the Chromium sandbox (--no-sandbox).');
  const words = [...(asRoot ? ['--no-sandbox'] : []), root, `--server=${server}`, ...process.argv.slice(2)];
  const environment: NodeJS.ProcessEnv = { ...process.env, KONTOR_NODE: process.execPath };
  delete environment.ELECTRON_RUN_AS_NODE;
  return spawn(electron, words, {
    cwd: root,
    stdio: 'inherit',
    env: environment,
    detached: process.platform !== 'win32',
  });
};

const openBrowser = (address: string): void => {
  const [program, words] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : ['xdg-open', [address]];
  const opener = spawn(program, words, { stdio: 'ignore', detached: true });
  opener.once('error', () => console.log(`Open ${address} in a browser.`));
  opener.unref();
};

const build = spawnSync(process.execPath, [path.join(root, 'build/build.ts')], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

let server: Server;
try {
  server = await findServer();
} catch (error) {
  console.error(error instanceof Error ? error.message : 'The server could not be started');
  process.exit(1);
}

const electron: Binary = hasDisplay() ? findElectron() : { found: false, reason: 'there is no display' };
if (electron.found) {
  const desktop = openDesktop(electron.file, server.address);
  await Promise.race([ended(desktop), interrupted]);
  await stopChild(desktop);
} else if (hasDisplay()) {
  console.log(`No Electron binary (${electron.reason}): opening ${server.address}/ in the browser. Ctrl+C stops.`);
  openBrowser(`${server.address}/`);
  await interrupted;
} else {
  console.log(`No Electron window (${electron.reason}): open ${server.address}/ in a browser. Ctrl+C stops.`);
  await interrupted;
}
await server.stop();
process.exit(0);
