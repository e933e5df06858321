import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { DeviceAccount } from '../../accounts/accounts.ts';
import { serialize, type SipMessage } from '../message/message.ts';
import { FrameReader } from '../message/frame-reader.ts';

/** Where messages can be sent: a client's connection or an application inside the server. */
export interface SipPeer {
  readonly transport: 'WS' | 'WSS' | 'TCP' | 'TLS' | 'LOCAL';
  readonly open: boolean;
  /** Never throws; what is sent to a closed peer is lost. */
  send(message: SipMessage): void;
}

export interface ConnectionHandlers {
  message(connection: SipConnection, bytes: Buffer): Promise<void>;
  closed(connection: SipConnection): void;
}

export interface ConnectionLimits {
  messageBytes: number;
  messagesPerSecond: number;
}

interface Wire {
  write(bytes: Buffer | string): void;
  close(code: number, reason: string): void;
  /** Bytes accepted for sending and not gone yet. */
  backlog(): number;
}

const backlogLimit = 4 * 1024 * 1024;
const queueLimit = 500;
const heartbeatMs = 20_000;

/**
 * One client connection, WebSocket (RFC 7118) or TCP. Messages are handled strictly one after the other. Once a
 * digest was right on it, `device` is set: the connection is then trusted for that device until it closes.
 */
export class SipConnection implements SipPeer {
  readonly transport: 'WS' | 'WSS' | 'TCP' | 'TLS';
  readonly remoteAddress: string;
  device: DeviceAccount | null = null;
  /** Kamailio, which speaks for all its telephones: no limit of one telephone holds. */
  neighbour = false;
  /** Wrong digests on this connection. */
  failures = 0;
  open = true;
  readonly #wire: Wire;
  readonly #handlers: ConnectionHandlers;
  readonly #limits: ConnectionLimits;
  #allowance: number;
  #refilledAt: number;
  #queued = 0;
  #work: Promise<void> = Promise.resolve();

  private constructor(
    transport: 'WS' | 'WSS' | 'TCP' | 'TLS',
    remoteAddress: string,
    wire: Wire,
    handlers: ConnectionHandlers,
    limits: ConnectionLimits,
  ) {
    this.transport = transport;
    this.remoteAddress = remoteAddress;
    this.#wire = wire;
    this.#handlers = handlers;
    this.#limits = limits;
    this.#allowance = limits.messagesPerSecond * 2;
    this.#refilledAt = performance.now();
  }

  /** One message per frame; CRLF CRLF is answered with CRLF (RFC 7118 §4, RFC 5626 §3.5.1). */
  static overWebSocket(
    socket: WebSocket,
    info: { remoteAddress: string; secure: boolean },
    handlers: ConnectionHandlers,
    limits: ConnectionLimits,
  ): SipConnection {
    const wire: Wire = {
      write: (bytes) => socket.send(bytes.toString(), { binary: false }),
      close: (code, reason) => {
        socket.close(code, reason);
        setTimeout(() => socket.terminate(), 1000).unref();
      },
      backlog: () => socket.bufferedAmount,
    };
    const connection = new SipConnection('WS', info.remoteAddress, wire, handlers, limits);
    socket.on('message', (data) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
      if (/^[\r\n]*$/.test(bytes.toString('latin1', 0, 8))) connection.#pong(bytes);
      else connection.#take(bytes);
    });
    let alive = true;
    const heartbeat = setInterval(() => {
      if (!alive) socket.terminate();
      alive = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }, heartbeatMs).unref();
    socket.on('pong', () => (alive = true));
    socket.on('close', () => {
      clearInterval(heartbeat);
      connection.#closed();
    });
    socket.on('error', () => connection.close(1011, 'error'));
    return connection;
  }

  /** A stream framed by Content-Length (RFC 3261 §18.3). */
  static overTcp(
    socket: Socket,
    handlers: ConnectionHandlers,
    limits: ConnectionLimits,
    transport: 'TCP' | 'TLS' = 'TCP',
  ): SipConnection {
    const wire: Wire = {
      write: (bytes) => void socket.write(bytes),
      close: () => {
        socket.end();
        setTimeout(() => socket.destroy(), 1000).unref();
      },
      backlog: () => socket.writableLength,
    };
    const connection = new SipConnection(transport, socket.remoteAddress ?? '', wire, handlers, limits);
    const reader = new FrameReader(limits.messageBytes);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => {
      if (!connection.open) return;
      for (const frame of reader.push(chunk)) {
        if (frame.kind === 'ping') connection.#write('\r\n');
        else if (frame.kind === 'message') connection.#take(frame.bytes);
        else connection.close(4400, frame.reason);
      }
    });
    socket.on('close', () => connection.#closed());
    socket.on('error', () => socket.destroy());
    return connection;
  }

  send(message: SipMessage): void {
    this.#write(serialize(message));
  }

  close(code: number, reason: string): void {
    if (!this.open) return;
    this.#wire.close(code, reason);
    this.#closed();
  }

  #write(bytes: Buffer | string): void {
    if (!this.open) return;
    if (this.#wire.backlog() > backlogLimit) this.close(4400, 'too slow');
    else this.#wire.write(bytes);
  }

  #pong(bytes: Buffer): void {
    if (bytes.length >= 4) this.#write('\r\n');
  }

  #take(bytes: Buffer): void {
    if (!this.open) return;
    const now = performance.now();
    const rate = this.#limits.messagesPerSecond;
    this.#allowance = Math.min(rate * 2, this.#allowance + ((now - this.#refilledAt) / 1000) * rate);
    this.#refilledAt = now;
    this.#allowance -= 1;
    this.#queued += 1;
    const tooMany = !this.neighbour && (this.#allowance < 0 || this.#queued > queueLimit);
    if (tooMany || bytes.length > this.#limits.messageBytes) {
      this.close(4400, 'limit exceeded');
      return;
    }
    this.#work = this.#work
      .then(() => (this.open ? this.#handlers.message(this, bytes) : undefined))
      .catch(() => this.close(1011, 'error'))
      .finally(() => (this.#queued -= 1));
  }

  #closed(): void {
    if (!this.open) return;
    this.open = false;
    this.#handlers.closed(this);
  }
}
