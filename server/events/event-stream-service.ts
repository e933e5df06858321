import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { WebSocket } from 'ws';
import { closeCodes, eventsHelloSchema, type EventsFrame, type EventsHello } from '../../protocol/events.ts';
import type { Accounts, DeviceAccount } from '../accounts/accounts.ts';
import type { WebSocketService } from '../connection.ts';
import type { Logger } from '../log.ts';
import type { EventHub } from './event-hub.ts';
import type { EventStore } from './event-store.ts';

export interface EventStreamOptions {
  accounts: Accounts;
  store: EventStore;
  hub: EventHub;
  log: Logger;
  metrics: Registry;
  limits?: Partial<EventStreamLimits>;
}
export interface EventStreamLimits {
  helloMs: number;
  /** A client that does not answer a ping until the next one is gone. */
  pingMs: number;
  /** Bytes that may wait for a slow client; then it is cut off and resumes when it can. */
  bufferedBytes: number;
  connectionsPerAccount: number;
}
const defaultLimits: EventStreamLimits = {
  helloMs: 10_000,
  pingMs: 25_000,
  bufferedBytes: 1_000_000,
  connectionsPerAccount: 20,
};
const replayBatch = 200;
/** RFC 6455 §7.4.1 and the IANA registry. */
const goingAway = 1001;
const internalError = 1011;
const tryAgainLater = 1013;

/** `/events`: hello, replay, ready, live. See `protocol/events.ts`. */
export const createEventStreamService = (options: EventStreamOptions): WebSocketService => {
  const { accounts, metrics } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const connections = new Set<EventConnection>();
  const byUser = new Map<string, Set<EventConnection>>();
  new Gauge({
    name: 'kontor_event_stream_connections',
    help: 'Open connections to the event stream',
    registers: [metrics],
    collect() {
      this.set(connections.size);
    },
  });
  const stopWatching = accounts.onDeviceRevoked((deviceId) => {
    for (const connection of connections) {
      if (connection.deviceId === deviceId) connection.end(closeCodes.revoked, 'revoked');
    }
  });
  const parts: ConnectionParts = {
    ...options,
    limits,
    entered: (connection, userId) => {
      const own = byUser.get(userId) ?? new Set();
      if (own.size >= limits.connectionsPerAccount) return false;
      byUser.set(userId, own.add(connection));
      return true;
    },
    left: (connection, userId) => {
      connections.delete(connection);
      const own = userId === null ? undefined : byUser.get(userId);
      own?.delete(connection);
      if (userId !== null && own?.size === 0) byUser.delete(userId);
    },
  };
  return {
    accept: (socket) => void connections.add(new EventConnection(socket, parts)),
    close: async () => {
      stopWatching();
      await Promise.all([...connections].map((connection) => connection.shutDown()));
    },
  };
};

interface ConnectionParts extends EventStreamOptions {
  limits: EventStreamLimits;
  entered(connection: EventConnection, userId: string): boolean;
  left(connection: EventConnection, userId: string | null): void;
}

/**
 * | state         | leaves by                                                             |
 * | ------------- | --------------------------------------------------------------------- |
 * | awaitingHello | hello with a live token -> replaying; anything else, 10 s -> closed   |
 * | replaying     | caught up with the hub -> live; too old: `reset`, then live           |
 * | live          | log-out, slow client, dead client, server stop -> closed              |
 */
class EventConnection {
  readonly #socket: WebSocket;
  readonly #parts: ConnectionParts;
  #state: 'awaitingHello' | 'replaying' | 'live' | 'closed' = 'awaitingHello';
  #device: DeviceAccount | null = null;
  #alive = true;
  /** The client has all its events up to here. */
  #position = 0;
  #unsubscribe: () => void = () => undefined;
  readonly #helloTimer: NodeJS.Timeout;
  readonly #pingTimer: NodeJS.Timeout;

  constructor(socket: WebSocket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed());
    socket.on('message', (data, isBinary) => this.#received(isBinary ? null : data.toString()));
    socket.on('pong', () => (this.#alive = true));
    this.#helloTimer = setTimeout(() => this.end(closeCodes.unauthorized, 'no hello'), parts.limits.helloMs);
    this.#pingTimer = setInterval(() => {
      if (!this.#alive) return socket.terminate();
      this.#alive = false;
      socket.ping();
    }, parts.limits.pingMs);
  }

  get deviceId(): string | null {
    return this.#device?.deviceId ?? null;
  }

  end(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#closed();
    this.#socket.close(code, reason);
  }

  shutDown(): Promise<void> {
    if (this.#socket.readyState === this.#socket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => this.#socket.terminate(), 1_000);
      this.#socket.once('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
      this.end(goingAway, 'server stops');
    });
  }

  #closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#helloTimer);
    clearInterval(this.#pingTimer);
    this.#unsubscribe();
    this.#parts.left(this, this.#device?.userId ?? null);
  }

  #received(text: string | null): void {
    if (this.#state === 'closed') return;
    const hello = this.#state === 'awaitingHello' && text !== null ? parseHello(text) : null;
    if (hello === null) return this.end(closeCodes.protocolError, 'not a hello');
    clearTimeout(this.#helloTimer);
    this.#state = 'replaying';
    this.#start(hello).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'event stream failed');
      this.end(internalError, 'internal');
    });
  }

  async #start(hello: EventsHello): Promise<void> {
    const { accounts, hub } = this.#parts;
    const device = await accounts.sessionByToken(hello.token);
    if (this.#ended()) return;
    if (device === null) return this.end(closeCodes.unauthorized, 'unauthorized');
    if (!this.#parts.entered(this, device.userId)) return this.end(closeCodes.tooManyConnections, 'too many');
    this.#device = device;
    // Revocations reach this connection from here on; look again for one that came while the token was looked up.
    if ((await accounts.sessionByToken(hello.token)) === null) return this.end(closeCodes.revoked, 'revoked');
    if (this.#ended()) return;

    const caughtUp = hello.after === undefined || (await this.#replay(device.userId, hello.after));
    if (this.#ended()) return;
    this.#state = 'live';
    if (!caughtUp) {
      this.#position = hub.position;
      this.#send({ type: 'reset', sequence: this.#position });
    }
    this.#position = Math.max(this.#position, hub.position);
    this.#send({ type: 'ready', sequence: this.#position });
    this.#unsubscribe = hub.subscribe({
      userId: device.userId,
      deliver: (sequence, event) => this.#deliver(sequence, event),
    });
  }

  /** Sends what was missed up to the hub's position. False: too old, or from another life of the database. */
  async #replay(userId: string, after: number): Promise<boolean> {
    const { hub, store } = this.#parts;
    if (after > hub.position && after > (await store.position())) return false;
    this.#position = after;
    for (;;) {
      const upTo = hub.position;
      const replay = await store.replay(userId, this.#position, upTo, replayBatch);
      if (this.#ended()) return true;
      if (replay.kind === 'gone') return false;
      for (const { sequence, event } of replay.events) {
        await this.#drained();
        if (this.#ended()) return true;
        this.#deliver(sequence, event);
      }
      if (replay.events.length < replayBatch) {
        if (hub.position === upTo) return true;
        this.#position = Math.max(this.#position, upTo);
      }
    }
  }

  /** Waits while a replay runs ahead of the network; the ping timer ends a client that never takes it. */
  #drained(): Promise<void> {
    if (this.#socket.bufferedAmount < this.#parts.limits.bufferedBytes / 2) return Promise.resolve();
    return new Promise((resolve) => this.#socket.ping(undefined, undefined, () => resolve()));
  }

  #deliver(sequence: number, event: string): void {
    // A client that came from another server on the same database may be ahead of this one's hub.
    if (sequence <= this.#position) return;
    this.#position = sequence;
    this.#write(`{"type":"event","sequence":${sequence},"event":${event}}`);
  }

  #ended(): boolean {
    return this.#state === 'closed';
  }

  #send(frame: EventsFrame): void {
    this.#write(JSON.stringify(frame));
  }

  #write(text: string): void {
    if (this.#state === 'closed') return;
    if (this.#socket.bufferedAmount > this.#parts.limits.bufferedBytes) {
      // A close frame would queue up behind all the rest, which is to be given up.
      this.end(tryAgainLater, 'too slow');
      return this.#socket.terminate();
    }
    this.#socket.send(text, () => undefined);
  }
}

const parseHello = (text: string): EventsHello | null => {
  try {
    return eventsHelloSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};
