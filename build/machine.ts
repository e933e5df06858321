/** What the tests need from the machine: found, installed (as root on Debian), or named as missing in one line. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Found with the environment that hands it on, or the reason why not. */
export type Found = { ok: true; environment: NodeJS.ProcessEnv } | { ok: false; reason: string };

const executable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (name: string): string | null => {
  // Debian keeps servers in /usr/sbin, which is not in everybody's PATH.
  for (const folder of [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin']) {
    const file = path.join(folder, name);
    if (folder && executable(file)) return file;
  }
  return null;
};

let aptUpdated = false;
/** Installs Debian packages where that is possible without asking anybody: as root with apt-get. */
const installed = (...packages: string[]): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  const apt = (...args: string[]): boolean =>
    spawnSync('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    }).status === 0;
  console.log(`Installing ${packages.join(', ')} …`);
  aptUpdated ||= apt('update', '-qq');
  return apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
};

const found = (environment: NodeJS.ProcessEnv = {}): Found => ({ ok: true, environment });
const missing = (reason: string): Found => ({ ok: false, reason });

const browserNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const browserFiles = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const locateBrowser = (): string | null =>
  process.env.KONTOR_BROWSER ??
  browserNames.map(onPath).find((file) => file !== null) ??
  browserFiles.find(executable) ??
  null;

/** A Chromium for the end-to-end tests; handed on as `KONTOR_BROWSER`. */
export const findBrowser = (): Found => {
  const browser = locateBrowser() ?? (installed('chromium') ? locateBrowser() : null);
  return browser
    ? found({ KONTOR_BROWSER: browser })
    : missing('no Chromium or Chrome found (install one or name it in KONTOR_BROWSER)');
};

/** An Electron binary: `ELECTRON_OVERRIDE_DIST_PATH`, or the one of the `electron` package where it was fetched. */
export const findElectron = (): Found => {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const ok = existsSync(override);
    return ok ? found() : missing(`ELECTRON_OVERRIDE_DIST_PATH names no folder (${override})`);
  }
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  return existsSync(path.join(folder, 'dist', 'version'))
    ? found()
    : missing('no Electron binary (run "npx install-electron", or set ELECTRON_OVERRIDE_DIST_PATH)');
};

/** Linux without a display needs Xvfb. */
export const findXvfb = (): Found => {
  if (process.platform !== 'linux') return found();
  if (onPath('Xvfb') ?? (installed('xvfb', 'xauth') ? onPath('Xvfb') : null)) return found();
  return missing('no Xvfb (Debian: apt-get install xvfb)');
};

/** What the tests with foreign telephones and proxies run, by Debian package. */
const peerPrograms = {
  'sip-tester': 'sipp',
  'baresip-core': 'baresip',
  kamailio: 'kamailio',
  'rtpengine-daemon': 'rtpengine',
  openssl: 'openssl',
};
/** What Kamailio's configuration loads and Debian packages apart. */
const kamailioModules = {
  'kamailio-websocket-modules': 'websocket',
  'kamailio-tls-modules': 'tls',
  'kamailio-extra-modules': 'evapi',
};
const hasKamailioModule = (name: string): boolean =>
  ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].some((folder) =>
    existsSync(`${folder}/kamailio/modules/${name}.so`),
  );

export const findPeers = (): Found => {
  const absent = (): string[] =>
    [
      ...Object.entries(peerPrograms).filter(([, program]) => !onPath(program)),
      ...Object.entries(kamailioModules).filter(([, module]) => !hasKamailioModule(module)),
    ].map(([debian]) => debian);
  const wanted = absent();
  if (wanted.length > 0) installed(...wanted);
  const left = absent();
  return left.length === 0 ? found() : missing(`not installed: ${left.join(', ')} (Debian: apt-get install)`);
};

const sessionPrograms = ['xdotool', 'openbox', 'xterm', 'dbus-daemon', 'dunst'];
const sessionPackages = ['xdotool', 'openbox', 'xterm', 'dbus', 'dunst'];

/** A desktop session on a bare display: window manager, notifications, real keys, and a program to mark text in. */
export const findSession = (): Found => {
  if (process.platform !== 'linux') return missing('a desktop session to press real keys in is only made on Linux');
  const isThere = (): boolean => sessionPrograms.every((name) => onPath(name) !== null);
  if (isThere() || (installed(...sessionPackages) && isThere())) return found();
  const absent = sessionPrograms.filter((name) => onPath(name) === null).join(', ');
  return missing(`no ${absent} (Debian: apt-get install ${sessionPackages.join(' ')})`);
};

const postgresFolder = (): string | null => {
  const base = '/usr/lib/postgresql';
  if (existsSync(base)) {
    const versions = readdirSync(base).filter((version) => executable(path.join(base, version, 'bin', 'initdb')));
    const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
    if (newest) return path.join(base, newest, 'bin');
  }
  const initdb = onPath('initdb');
  return initdb ? path.dirname(initdb) : null;
};

/** PostgreSQL's server programs. */
export const findPostgres = (): Found => {
  if (process.platform === 'win32') return missing('PostgreSQL is only tested on Linux and macOS');
  if (postgresFolder() ?? (installed('postgresql') ? postgresFolder() : null)) return found();
  return missing('no PostgreSQL server programs (Debian: apt-get install postgresql)');
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });

/** A throw-away cluster on a free port of the loopback address. PostgreSQL refuses to run as root. */
export const startPostgres = async (): Promise<{ url: string; stop: () => Promise<void> }> => {
  const bin = postgresFolder();
  if (!bin) throw new Error('PostgreSQL is not there; ask findPostgres first');
  const data = mkdtempSync(path.join(tmpdir(), 'kontor-postgres-'));
  const asRoot = process.getuid?.() === 0;
  const ids = asRoot ? { uid: Number(idOf('-u')), gid: Number(idOf('-g')) } : {};
  if (asRoot) execFileSync('chown', ['postgres:postgres', data]);
  const port = await freePort();
  const cluster = path.join(data, 'cluster');
  execFileSync(path.join(bin, 'initdb'), ['-D', cluster, '-U', 'kontor', '--auth=trust', '-E', 'UTF8'], {
    ...ids,
    cwd: data,
    stdio: 'ignore',
  });
  const server = spawn(
    path.join(bin, 'postgres'),
    [
      '-D',
      cluster,
      '-p',
      String(port),
      '-k',
      data,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=300',
    ],
    { ...ids, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('ready to accept connections')) resolve();
    });
    server.on('exit', (code) => reject(new Error(`PostgreSQL ended with ${String(code)}`)));
  });
  execFileSync(path.join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'kontor', 'kontor']);
  return {
    url: `postgresql://kontor@127.0.0.1:${port}/kontor`,
    stop: () =>
      new Promise((resolve) => {
        server.removeAllListeners('exit');
        server.on('exit', () => {
          rmSync(data, { recursive: true, force: true });
          resolve();
        });
        server.kill('SIGINT');
      }),
  };
};

const idOf = (flag: '-u' | '-g'): string => {
  const passwd = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres');
  const id = passwd?.[flag === '-u' ? 2 : 3];
  if (!id) throw new Error('There is no user "postgres" to run PostgreSQL as');
  return id;
};
