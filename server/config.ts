/** Command line and environment of `server/main.ts`. */
import { homedir } from 'node:os';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { EdgeOptions } from './kamailio/edge.ts';

export interface ServerConfig {
  host: string;
  port: number;
  dataFolder: string;
  databaseUrl: string | null;
  tls: { kind: 'off' } | { kind: 'selfSigned' } | { kind: 'files'; cert: string; key: string };
  sipTcpPort: number | null;
  /** Kamailio in front as registrar and proxy. */
  edge: EdgeOptions | null;
  logLevel: string;
  trustProxy: boolean;
  metricsToken: string | null;
  demo: boolean;
}

export type ConfigResult =
  | { kind: 'config'; config: ServerConfig }
  | { kind: 'help' }
  /** `reason`: one line. */
  | { kind: 'refused'; reason: string };

export const usage = `Usage: npm run server -- [--demo] [--host H] [--port N] [--data DIR] [--help]

  --demo        fill in the demo company
  --host H      address to listen on            KONTOR_HOST      (127.0.0.1)
  --port N      port to listen on               KONTOR_PORT      (8080)
  --data DIR    folder for the data             KONTOR_DATA_DIR

Environment only:
  KONTOR_DATABASE_URL          postgres://… instead of the embedded database
  KONTOR_TLS_CERT, _KEY        files (PEM) to serve https with
  KONTOR_TLS=self-signed       makes a certificate and keeps it
  KONTOR_SIP_TCP_PORT          port for SIP over TCP (off)
  KONTOR_SIP_EDGE              address of Kamailio for the softphones: wss://sip.example.com (off)
  KONTOR_SIP_EDGE_ADDRESS      host:port of its SIP over TCP
  KONTOR_SIP_EDGE_LINK         host:port of its link to this server
  KONTOR_SIP_EDGE_SECRET       what both know
  KONTOR_LOG_LEVEL             fatal, error, warn, info, debug, trace or silent (info)
  KONTOR_TRUST_PROXY=1         believe the X-Forwarded- headers of the proxy in front
  KONTOR_METRICS_TOKEN         bearer token for /metrics (without: this machine only)
`;

class Refusal extends Error {}

/** Decides what to start from arguments (without program name) and environment. An empty variable counts as not set. */
export const readConfig = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): ConfigResult => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        demo: { type: 'boolean', default: false },
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const variable = (name: string): Setting | null => {
      const value = environment[name]?.trim();
      return value === undefined || value === '' ? null : { name, value };
    };
    const argument = (name: 'port' | 'host' | 'data'): Setting | null => {
      const value = values[name];
      return value === undefined ? null : { name: `--${name}`, value: value.trim() };
    };
    const data = argument('data') ?? variable('KONTOR_DATA_DIR');
    if (data?.value === '') throw new Refusal(`${data.name} is empty: name a folder`);
    return {
      kind: 'config',
      config: {
        host: hostOf(argument('host') ?? variable('KONTOR_HOST')) ?? '127.0.0.1',
        port: portOf(argument('port') ?? variable('KONTOR_PORT'), 0) ?? 8080,
        dataFolder: data === null ? defaultDataFolder(environment, platform) : resolve(data.value),
        databaseUrl: databaseUrlOf(variable('KONTOR_DATABASE_URL')),
        tls: tlsOf(variable('KONTOR_TLS'), variable('KONTOR_TLS_CERT'), variable('KONTOR_TLS_KEY')),
        sipTcpPort: portOf(variable('KONTOR_SIP_TCP_PORT'), 1),
        edge: edgeOf(variable),
        logLevel: logLevelOf(variable('KONTOR_LOG_LEVEL')),
        trustProxy: switchOf(variable('KONTOR_TRUST_PROXY')),
        metricsToken: metricsTokenOf(variable('KONTOR_METRICS_TOKEN')),
        demo: values.demo,
      },
    };
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? firstLine(error.message) : String(error) };
  }
};

interface Setting {
  name: string;
  value: string;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;

const portOf = (setting: Setting | null, minimum: number): number | null => {
  if (setting === null) return null;
  const port = /^\d{1,5}$/.test(setting.value) ? Number(setting.value) : NaN;
  if (port >= minimum && port <= 65_535) return port;
  throw new Refusal(`${setting.name} is "${setting.value}": a port is a number from ${minimum} to 65535`);
};

const hostOf = (setting: Setting | null): string | null => {
  if (setting === null) return null;
  const host = setting.value.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 || /^[a-z0-9][a-z0-9.-]{0,252}$/i.test(host)) return host;
  throw new Refusal(`${setting.name} is "${setting.value}": name an address such as 127.0.0.1 or 0.0.0.0`);
};

const databaseUrlOf = (setting: Setting | null): string | null => {
  if (setting === null) return null;
  const url = URL.parse(setting.value);
  if (url !== null && (url.protocol === 'postgres:' || url.protocol === 'postgresql:')) return setting.value;
  // The value may hold a password; do not repeat it.
  throw new Refusal(`${setting.name} is not an address of the form postgres://user:password@host:5432/database`);
};

const tlsOf = (mode: Setting | null, cert: Setting | null, key: Setting | null): ServerConfig['tls'] => {
  if (cert !== null && key === null) throw new Refusal('KONTOR_TLS_CERT is set but KONTOR_TLS_KEY is not');
  if (key !== null && cert === null) throw new Refusal('KONTOR_TLS_KEY is set but KONTOR_TLS_CERT is not');
  if (cert !== null && key !== null) {
    if (mode !== null) throw new Refusal('KONTOR_TLS and KONTOR_TLS_CERT exclude each other');
    return { kind: 'files', cert: cert.value, key: key.value };
  }
  if (mode === null) return { kind: 'off' };
  if (mode.value === 'self-signed') return { kind: 'selfSigned' };
  throw new Refusal(`KONTOR_TLS is "${mode.value}": the only value is self-signed`);
};

const placeOf = (name: string, setting: Setting | null): { host: string; port: number } => {
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:\s]+):(\d{1,5})$/i.exec(setting?.value ?? '') ?? [];
  if (host === undefined) throw new Refusal(`KONTOR_SIP_EDGE needs ${name}: name it as host:port`);
  return {
    host: hostOf({ name, value: host }) ?? '',
    port: portOf({ name, value: port ?? '' }, 1) ?? 0,
  };
};

const edgeOf = (variable: (name: string) => Setting | null): EdgeOptions | null => {
  const edge = variable('KONTOR_SIP_EDGE');
  if (edge === null) return null;
  const url = URL.parse(edge.value);
  const isPath = /^\/[\w/.-]*$/.test(edge.value);
  if (!isPath && url?.protocol !== 'ws:' && url?.protocol !== 'wss:')
    throw new Refusal(`${edge.name} is "${edge.value}": name an address such as wss://sip.example.com, or a path`);
  if (variable('KONTOR_SIP_TCP_PORT') === null)
    throw new Refusal('KONTOR_SIP_EDGE needs KONTOR_SIP_TCP_PORT: Kamailio reaches the mailbox there');
  const secret = variable('KONTOR_SIP_EDGE_SECRET');
  if (secret === null || !/^[\w.-]{16,128}$/.test(secret.value))
    throw new Refusal('KONTOR_SIP_EDGE_SECRET has to be 16 to 128 letters, digits, dots, hyphens or underscores');
  return {
    url: edge.value,
    address: placeOf('KONTOR_SIP_EDGE_ADDRESS', variable('KONTOR_SIP_EDGE_ADDRESS')),
    link: placeOf('KONTOR_SIP_EDGE_LINK', variable('KONTOR_SIP_EDGE_LINK')),
    secret: secret.value,
  };
};

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const logLevelOf = (setting: Setting | null): string => {
  if (setting === null) return 'info';
  if (logLevels.includes(setting.value)) return setting.value;
  throw new Refusal(`${setting.name} is "${setting.value}": choose one of ${logLevels.join(', ')}`);
};

const switchOf = (setting: Setting | null): boolean => {
  if (setting === null) return false;
  if (['1', 'true', 'yes', 'on'].includes(setting.value)) return true;
  if (['0', 'false', 'no', 'off'].includes(setting.value)) return false;
  throw new Refusal(`${setting.name} is "${setting.value}": use 1 or 0`);
};

const metricsTokenOf = (setting: Setting | null): string | null => {
  if (setting === null || setting.value.length >= 16) return setting?.value ?? null;
  throw new Refusal(`${setting.name} is too short: a token has at least 16 characters`);
};

const defaultDataFolder = (
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string => {
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Kontor', 'server');
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Kontor', 'server');
  const base = environment.XDG_DATA_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.local', 'share') : base, 'kontor', 'server');
};
