/**
 * Kamailio and rtpengine in front of one server, started for a test, a benchmark or a try-out: free ports, a folder
 * of its own, unprivileged, nothing left behind. `node deploy/kamailio/start.ts` does it for a server on this machine.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, copyFileSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface KamailioOptions {
  /** Address of this machine that everything listens on. */
  host?: string;
  /** Where the server takes SIP over TCP. */
  serverSipPort: number;
  /** What both sides know. At least 16 characters. */
  secret: string;
  /** Requests of one address within two seconds that are too many. */
  requestsPerAddress?: number;
  /** A trunk's address, `sip:host:port`, and what a number that goes there begins with. */
  children?: number;
}

export interface KamailioPorts {
  web: number;
  secureWeb: number;
  sip: number;
  tls: number;
  link: number;
  control: number;
}

export interface RunningKamailio {
  ports: KamailioPorts;
  /** Folder with the log. */
  folder: string;
  /** Kills Kamailio as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  log(): string;
  pid(): number;
}

const freePort = (host: string): Promise<number> =>
  new Promise((found, failed) => {
    const probe = createServer();
    probe.on('error', failed);
    probe.listen(0, host, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });

/** Root's Kamailio runs as the package's user. */
const userOf = (name: string): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name);
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : {};
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once('exit', () => done());
  });

const listening = async (host: string, port: number, child: ChildProcess): Promise<void> => {
  for (;;) {
    if (child.exitCode !== null) throw new Error('Kamailio did not start');
    const open = await new Promise<boolean>((tried) => {
      const socket = connect(port, host);
      socket.once('connect', () => {
        socket.destroy();
        tried(true);
      });
      socket.once('error', () => tried(false));
    });
    if (open) return;
    await new Promise((later) => setTimeout(later, 20));
  }
};

/** rtpengine has to answer before Kamailio asks it the first time. */
const answering = async (host: string, port: number): Promise<void> => {
  const socket = createSocket('udp4');
  await new Promise<void>((pong) => {
    const ask = setInterval(() => socket.send('1 d7:command4:pinge', port, host), 50);
    socket.once('message', () => {
      clearInterval(ask);
      pong();
    });
    socket.on('error', () => undefined);
  });
  socket.close();
};

export const startKamailio = async ({
  host = '127.0.0.1',
  serverSipPort,
  secret,
  requestsPerAddress = 500,
  children = 2,
}: KamailioOptions): Promise<RunningKamailio> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kontor-kamailio-'));
  const user = userOf('kamailio');
  const ports = {
    web: await freePort(host),
    secureWeb: await freePort(host),
    sip: await freePort(host),
    tls: await freePort(host),
    link: await freePort(host),
    control: await freePort(host),
  };
  const file = (name: string): string => path.join(folder, name);
  // The configuration is read by the package's user, who may not look into this folder.
  copyFileSync(fileURLToPath(new URL('kamailio.cfg', import.meta.url)), file('kamailio.cfg'));
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'].concat(
      ['-subj', '/CN=localhost', '-addext', `subjectAltName=IP:${host}`],
      ['-keyout', file('key.pem'), '-out', file('cert.pem')],
    ),
    { stdio: 'ignore' },
  );
  writeFileSync(
    file('tls.cfg'),
    `[server:default]\nmethod = TLSv1.2+\nprivate_key = ${file('key.pem')}\ncertificate = ${file('cert.pem')}\n[client:default]\nmethod = TLSv1.2+\n`,
  );
  writeFileSync(
    file('edge.cfg'),
    [
      '#!KAMAILIO',
      `#!define SHARED_SECRET "secret=s:${secret}"`,
      `#!define SERVER "server=s:sip:${host}:${serverSipPort};transport=tcp"`,
      `#!define LINK "${host}:${ports.link}"`,
      `#!define RTPENGINE "udp:${host}:${ports.control}"`,
      `#!define PIKE_DENSITY ${requestsPerAddress}`,
      '#!define WITH_TLS',
      `#!define TLS_CONFIG "${file('tls.cfg')}"`,
      'debug=2',
      'log_stderror=yes',
      `children=${children}`,
      `tcp_children=${children}`,
      'enable_tls=yes',
      `listen=udp:${host}:${ports.sip}`,
      `listen=tcp:${host}:${ports.sip}`,
      `listen=tcp:${host}:${ports.web}`,
      `listen=tls:${host}:${ports.tls}`,
      `listen=tls:${host}:${ports.secureWeb}`,
      `include_file "${file('kamailio.cfg')}"`,
      '',
    ].join('\n'),
  );
  chmodSync(folder, 0o755);
  if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);

  const run = (program: string, args: string[], name: string): ChildProcess => {
    const output = createWriteStream(file(`${name}.log`), { flags: 'a' });
    const child = spawn(program, args, { cwd: folder, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.pipe(output, { end: false });
    child.stderr?.pipe(output, { end: false });
    return child;
  };
  const firstMediaPort = 30_000 + 2 * Math.floor(Math.random() * 10_000);
  const media = run(
    'rtpengine',
    ['--foreground', '--config-file=none', `--interface=${host}`, `--listen-ng=${host}:${ports.control}`].concat(
      ['--table=-1', `--port-min=${firstMediaPort}`, `--port-max=${firstMediaPort + 999}`],
      ['--timeout=120', '--log-level=5', '--log-stderr'],
    ),
    'rtpengine',
  );
  const log = (): string => readFileSync(file('kamailio.log'), 'utf8');
  let proxy: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    proxy = run('kamailio', ['-DD', '-E', '-f', file('edge.cfg'), '-Y', folder, '-m', '128', '-M', '16'], 'kamailio');
    try {
      await Promise.all([ports.web, ports.link, ports.tls].map((port) => listening(host, port, proxy as ChildProcess)));
    } catch {
      throw new Error(`Kamailio did not start:\n${log().slice(-3000)}`);
    }
  };
  /** Its children do not outlive it: they share its process group's fate through the kernel's parent-death signal. */
  const kill = async (): Promise<void> => {
    if (proxy === null) return;
    const { pid } = proxy;
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
      .toString()
      .split(/\s+/)
      .filter(Boolean);
    proxy.kill('SIGKILL');
    for (const child of children)
      try {
        process.kill(Number(child), 'SIGKILL');
      } catch {
        // Gone already.
      }
    await ended(proxy);
    proxy = null;
  };
  const stop = async (): Promise<void> => {
    proxy?.kill('SIGTERM');
    media.kill('SIGTERM');
    await Promise.all([proxy === null ? null : ended(proxy), ended(media)]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(host, ports.control);
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, folder, kill, restart: start, stop, log, pid: () => proxy?.pid ?? 0 };
};
