/** The XMPP service behind a real WebSocket server, for the tests of this folder. */
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Database } from '../database/database.ts';
import { createXmppService, type XmppTuning } from './service.ts';
import type { TestAccounts } from './test-accounts.ts';
import type { XmppService, XmppServiceOptions } from './xmpp-service.ts';

export interface TestServer {
  url: string;
  service: XmppService;
  metrics: Registry;
  /** Cuts all connections as a lost network does. */
  cutAll(): void;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  accounts: TestAccounts;
  database: Database;
  limits?: Partial<XmppServiceOptions['limits']>;
  tuning?: Partial<XmppTuning>;
  secure?: boolean;
}

export const startTestServer = async (options: TestServerOptions): Promise<TestServer> => {
  const metrics = new Registry();
  const service = await createXmppService(
    {
      accounts: options.accounts,
      database: options.database,
      log: pino({ level: process.env.KONTOR_LOG_LEVEL ?? 'fatal' }, pino.destination(2)),
      metrics,
      limits: { stanzaBytes: 262_144, connectionsPerAccount: 10, stanzasPerSecond: 1_000, ...options.limits },
    },
    options.tuning,
  );
  const sockets = new Set<WebSocket>();
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    maxPayload: 1_000_000,
    handleProtocols: (protocols) => (protocols.has('xmpp') ? 'xmpp' : false),
  });
  server.on('connection', (socket, request) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const remoteAddress = request.socket.remoteAddress ?? '';
    service.accept(socket, { remoteAddress, secure: options.secure ?? true });
  });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/xmpp`,
    service,
    metrics,
    cutAll: () => {
      for (const socket of sockets) socket.terminate();
    },
    stop: async () => {
      await service.close();
      for (const socket of sockets) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
