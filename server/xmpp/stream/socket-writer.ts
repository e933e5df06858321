import type { WebSocket } from 'ws';
import { streamError, type StreamCondition } from '../errors.ts';
import { ns } from '../namespaces.ts';
import { element } from '../xml/element.ts';
import { serialize } from '../xml/serializer.ts';

const closingMilliseconds = 2_000;

/** Writes frames and ends streams as RFC 7395 §3.6 has it; a socket that is gone swallows everything. */
export class SocketWriter {
  private readonly socket: WebSocket;
  private readonly largestBacklog: number;
  private ended = false;

  constructor(socket: WebSocket, largestBacklog: number) {
    this.socket = socket;
    this.largestBacklog = largestBacklog;
  }

  write(xml: string): void {
    if (this.ended || this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(xml);
    // A client that does not read is as good as gone.
    if (this.socket.bufferedAmount > this.largestBacklog) this.drop();
  }

  /** Ends the stream, with an error if there is one to tell. */
  end(condition?: StreamCondition, code = 1000): void {
    if (this.ended) return;
    if (condition) this.write(serialize(streamError(condition)));
    this.write(serialize(element('close', ns.framing)));
    this.ended = true;
    this.socket.resume();
    this.socket.close(code);
    setTimeout(() => this.socket.terminate(), closingMilliseconds).unref();
  }

  drop(): void {
    this.ended = true;
    this.socket.terminate();
  }
}
