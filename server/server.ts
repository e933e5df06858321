import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AccountService } from './accounts/account-service.ts';
import { createAccountChanges } from './accounts/account-changes.ts';
import { Administration } from './accounts/administration.ts';
import { createLoginThrottle } from './accounts/login-throttle.ts';
import { createPasswords } from './accounts/passwords.ts';
import { Sessions } from './accounts/sessions.ts';
import type { Database } from './database/database.ts';
import { serverKey } from './database/server-keys.ts';
import { openDatabase, type DatabaseLocation } from './database/open-database.ts';
import { fillDemo } from './demo/fill-demo.ts';
import { Directory } from './directory/directory.ts';
import { PhoneBookChanges } from './phone-book/phone-book-changes.ts';
import { PhoneBook } from './phone-book/phone-book.ts';
import { EventHub } from './events/event-hub.ts';
import { EventStore } from './events/event-store.ts';
import { createEventStreamService } from './events/event-stream-service.ts';
import { createApiRoutes } from './http/api-routes.ts';
import { createHttpServer } from './http/http-server.ts';
import type { WebSocketEndpoint } from './http/upgrades.ts';
import { Journal } from './journal/journal.ts';
import { defaultServerLimits, type ServerLimits } from './limits.ts';
import type { EdgeOptions } from './kamailio/edge.ts';
import { createLogger, type Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { Profiles } from './profile/profiles.ts';
import { startServices } from './services.ts';
import { createAudioLinks } from './voicemail/audio-links.ts';
import { NumberAdministration } from './numbers/number-administration.ts';
import { NumberService } from './numbers/number-service.ts';
import { Mailboxes, type MailboxLimits } from './voicemail/mailboxes.ts';
import type { MailboxTiming } from './voicemail/mailbox-application.ts';

export interface ServerOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free one. */
  port?: number;
  /** Default: in memory, gone with the server. */
  database?: DatabaseLocation;
  /** Fills in the demo company. */
  demo?: boolean;
  tls?: { cert: string; key: string } | null;
  /** Kamailio in front as registrar and proxy; it needs `sipTcpPort`. */
  edge?: EdgeOptions | null;
  /** Opens SIP over TCP on this port; 0: any free one. */
  sipTcpPort?: number | null;
  /** Believes the `X-Forwarded-` headers of the proxy in front. */
  trustProxy?: boolean;
  metricsToken?: string | null;
  /** The built browser client. */
  clientFolder?: string;
  limits?: Partial<ServerLimits>;
  /** Seconds an unanswered call rings. */
  noAnswerSeconds?: number;
  mailboxLimits?: Partial<MailboxLimits>;
  /** Waiting times of the mailbox; tests shorten them. */
  mailboxTiming?: Partial<MailboxTiming>;
  log?: Logger;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  url: string;
  port: number;
  sipTcpPort: number | null;
  database: Database;
  accounts: AccountService;
  administration: Administration;
  numberAdministration: NumberAdministration;
  sessions: Sessions;
  /** Ends all connections properly and closes the data. Safe to call twice. */
  close(): Promise<void>;
}

const housekeepingMs = 3_600_000;
/** How long a deleted phone-book entry can come back. */
const deletedEntriesDays = 30;
const eventFrameBytes = 4 * 1024;
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const builtClient = fileURLToPath(new URL('../dist/renderer', import.meta.url));

/** Starts the whole server in this process. Resolves when it takes requests; what had been opened is closed on failure. */
export const startServer = async (options: ServerOptions = {}): Promise<RunningServer> => {
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= closeAll(closers));
  try {
    return await compose(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
};

const closeAll = async (closers: (() => unknown)[]): Promise<void> => {
  for (const closer of closers.reverse()) await closer();
};

const compose = async (
  options: ServerOptions,
  closers: (() => unknown)[],
  close: () => Promise<void>,
): Promise<RunningServer> => {
  const log = options.log ?? createLogger('silent');
  const limits = { ...defaultServerLimits, ...options.limits };
  const host = options.host ?? '127.0.0.1';
  const metrics = createMetrics();

  const database = await openDatabase(options.database ?? { kind: 'memory' });
  closers.push(() => database.close());
  const changes = await createAccountChanges(database);
  closers.push(() => changes.close());
  const passwords = await createPasswords();
  const accounts = new AccountService(database, changes);
  const sessions = new Sessions({ database, accounts, changes, passwords, throttle: createLoginThrottle() });
  const events = new EventStore(database);
  const administration = new Administration({ database, accounts, changes, events, passwords });
  const phoneBookChanges = new PhoneBookChanges({ database, events });
  const journal = new Journal({ database, events, accounts });
  const numbers = new NumberService(database, changes, log);
  const numberAdministration = new NumberAdministration(changes);
  const mailboxes = new Mailboxes({
    database,
    events,
    accounts,
    passwords,
    ...(options.mailboxLimits === undefined ? {} : { limits: options.mailboxLimits }),
  });
  if (options.demo === true) await fillDemo({ database, accounts, administration, numberAdministration });

  const hub = await EventHub.start(events, log);
  closers.push(() => hub.close());
  const eventStream = createEventStreamService({
    accounts,
    store: events,
    hub,
    log,
    metrics: metrics.registry,
    limits: { connectionsPerAccount: limits.connectionsPerAccount },
  });
  const { xmpp, sip } = await startServices({
    accounts,
    database,
    events,
    journal,
    log,
    metrics,
    limits,
    mailboxes,
    numbers,
    options,
  });
  const services = [eventStream, xmpp, sip].filter((service) => service !== null);
  let closingServices: Promise<unknown> | null = null;
  const closeServices = () => (closingServices ??= Promise.all(services.map((service) => service.close())));
  closers.push(closeServices);

  const endpoints: WebSocketEndpoint[] = [
    { path: '/sip', subprotocol: 'sip', maxPayloadBytes: limits.sipMessageBytes, service: sip },
    { path: '/xmpp', subprotocol: 'xmpp', maxPayloadBytes: limits.stanzaBytes, service: xmpp },
    { path: '/events', subprotocol: null, maxPayloadBytes: eventFrameBytes, service: eventStream },
    { path: '/conference', subprotocol: null, maxPayloadBytes: eventFrameBytes, service: null },
  ];
  const http = await createHttpServer({
    accounts,
    database,
    routes: createApiRoutes({
      accounts,
      sessions,
      directory: new Directory({ database, events, accounts }),
      phoneBook: new PhoneBook(database),
      phoneBookChanges,
      journal,
      profiles: new Profiles(database, events),
      events,
      metrics,
      limits,
      telephony: sip,
      numbers,
      sipUrl: options.edge?.url ?? null,
      chat: xmpp !== null,
      mailboxes,
      audioLinks: createAudioLinks(await serverKey(database, 'audio-links'), accounts),
    }),
    endpoints,
    clientFolder: options.clientFolder ?? builtClient,
    version,
    limits,
    metrics,
    metricsToken: options.metricsToken ?? null,
    trustProxy: options.trustProxy ?? false,
    sipUrl: options.edge?.url ?? null,
    tls: options.tls ?? null,
    status: () => ({ version, ...(sip === null ? {} : { sip: sip.status() }) }),
    log,
  });
  closers.push(() => http.close());
  // First the services end their connections in the protocol's own way, then the HTTP server cuts what is left.
  closers.push(closeServices);

  const housekeeping = setInterval(() => {
    Promise.all([
      events.prune(limits.eventRetention),
      sessions.endUnusedSessions(),
      mailboxes.prune(),
      phoneBookChanges.forgetDeleted(deletedEntriesDays),
    ]).catch((error: unknown) => log.error({ err: error }, 'housekeeping failed'));
  }, housekeepingMs);
  housekeeping.unref();
  closers.push(() => clearInterval(housekeeping));

  const sipTcpPort =
    sip === null || options.sipTcpPort === undefined || options.sipTcpPort === null
      ? null
      : await sip.listenTcp(options.sipTcpPort, host);
  await http.listen({ host, port: options.port ?? 0 });
  // After the port is closed nobody comes in any more; then the services end what is open.
  closers.push(() => stopListening(http.server));
  const address = http.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : (options.port ?? 0);
  const scheme = options.tls ? 'https' : 'http';
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    sipTcpPort,
    database,
    accounts,
    administration,
    numberAdministration,
    sessions,
    close,
  };
};

const stopListening = (server: { close(): unknown }): void => void server.close();
