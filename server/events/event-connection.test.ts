import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { closeCodes } from '../../protocol/events.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { EventHub } from './event-hub.ts';
import { EventStore } from './event-store.ts';
import { createEventStreamService, type EventStreamLimits } from './event-stream-service.ts';

describe('event stream connection', () => {
  let server: TestServer;
  let token: string;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    server = await startTestServer();
    token = await server.logIn('anna');
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    await server.close();
  });

  /** A service with other limits on the same data; resolves with its address. */
  const serve = async (limits: Partial<EventStreamLimits>) => {
    const log = pino({ level: 'silent' });
    const store = new EventStore(server.database);
    const hub = await EventHub.start(store, log);
    const { accounts } = server;
    const service = createEventStreamService({ accounts, store, hub, log, metrics: new Registry(), limits });
    const http = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    const sockets = new WebSocketServer({ server: http });
    const { promise: firstEnded, resolve: ended } = Promise.withResolvers<number>();
    sockets.on('connection', (socket) => {
      socket.once('close', ended);
      service.accept(socket, { remoteAddress: '127.0.0.1', secure: true });
    });
    closers.push(async () => {
      await service.close();
      await hub.close();
      http.close();
    });
    return { store, url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, service, firstEnded };
  };
  const closeCode = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));

  it('ends a connection that does not say hello in time', async () => {
    const { url } = await serve({ helloMs: 20 });
    expect(await closeCode(new WebSocket(url))).toBe(closeCodes.unauthorized);
  });

  it('drops a client that no longer answers pings', async () => {
    const { url } = await serve({ pingMs: 50 });
    const socket = new WebSocket(url, { autoPong: false });
    expect(await closeCode(socket)).toBe(1006);
  });

  it('keeps a quiet client that answers pings', async () => {
    const { url, service } = await serve({ pingMs: 20 });
    const socket = new WebSocket(url);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })));
    let pings = 0;
    await new Promise<void>((resolve) => socket.on('ping', () => (pings += 1) === 10 && resolve()));
    expect(socket.readyState).toBe(socket.OPEN);
    const ended = closeCode(socket);
    await service.close();
    expect(await ended).toBe(1001);
  });

  it('cuts off a client that does not read, which then resumes without loss', async () => {
    const { url, store, firstEnded } = await serve({ bufferedBytes: 20_000 });
    const client = new WebSocket(url);
    client.on('error', () => undefined);
    client.on('open', () => client.send(JSON.stringify({ type: 'hello', token })));
    await new Promise((resolve) => client.once('message', resolve));
    client.pause();
    const before = await store.position();
    let total = 0;
    let cut = false;
    void firstEnded.then(() => (cut = true));
    while (!cut && total < 5_000) {
      const upTo = 'x'.repeat(50_000);
      await Promise.all([1, 2, 3, 4].map(() => store.publish(['demo-anna'], { type: 'journalSeen', upTo })));
      total += 4;
    }
    expect(await firstEnded).toBe(1006);
    client.terminate();
    const again = new WebSocket(url);
    again.on('open', () => again.send(JSON.stringify({ type: 'hello', token, after: before })));
    let count = 0;
    await new Promise<void>((resolve) => {
      again.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { type: string };
        if (frame.type === 'event') count += 1;
        if (frame.type === 'ready') resolve();
      });
    });
    expect(count).toBe(total);
    again.close();
  });
});
