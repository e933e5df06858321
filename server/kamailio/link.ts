/** The server's line to Kamailio: JSON in netstrings over TCP (its module evapi), kept open and opened again. */
import { connect, type Socket } from 'node:net';
import type { Logger } from '../log.ts';

const longestMessage = 64 * 1024;
const retryMs = 1_000;
const colon = ':'.charCodeAt(0);

/** Cuts a stream into netstrings (`5:hello,`); `null`: this is no such stream. */
export const createNetstringReader = (): ((chunk: Buffer) => string[] | null) => {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    const found: string[] = [];
    for (;;) {
      const at = pending.indexOf(colon);
      if (at < 0) return pending.length > 8 ? null : found;
      const digits = pending.subarray(0, at).toString('latin1');
      const length = /^\d{1,7}$/.test(digits) ? Number(digits) : Infinity;
      if (length > longestMessage) return null;
      const end = at + 1 + length;
      if (pending.length <= end) return found;
      found.push(pending.subarray(at + 1, end).toString());
      pending = pending.subarray(end + 1);
    }
  };
};

export interface LinkOptions {
  host: string;
  port: number;
  secret: string;
  log: Logger;
  heard(message: unknown): void;
}

export class KamailioLink {
  readonly #options: LinkOptions;
  #socket: Socket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#open();
  }

  /** What is said while the line is down is lost: Kamailio asks again, or answers without us. */
  say(message: Record<string, unknown>): void {
    const text = JSON.stringify(message);
    this.#socket?.write(`${Buffer.byteLength(text)}:${text},`);
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #open(): void {
    const { host, port, secret, log, heard } = this.#options;
    const socket = connect(port, host);
    const read = createNetstringReader();
    socket.setKeepAlive(true, 10_000);
    socket.on('connect', () => {
      this.#socket = socket;
      this.say({ kind: 'hello', secret });
    });
    socket.on('data', (chunk: Buffer) => {
      const messages = read(chunk);
      if (messages === null) socket.destroy();
      else
        for (const text of messages)
          try {
            heard(JSON.parse(text));
          } catch {
            log.warn('Kamailio said something that is no JSON');
          }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) log.warn('the line to Kamailio is down');
      this.#socket = null;
      if (!this.#closed) this.#retry = setTimeout(() => this.#open(), retryMs).unref();
    });
  }
}
