/** What came out of the byte stream: a whole message, a keep-alive ping, or the reason to close. */
export type Frame =
  { kind: 'message'; bytes: Buffer } | { kind: 'ping' } | { kind: 'broken'; reason: 'tooLarge' | 'badContentLength' };

/**
 * Cuts a TCP stream into SIP messages by Content-Length (RFC 3261 §18.3); a double CRLF between messages is a
 * ping (RFC 5626 §3.5.1). After `broken` the stream cannot be followed any more: close the connection.
 */
export class FrameReader {
  readonly #limit: number;
  #pending: Buffer = Buffer.alloc(0);

  constructor(messageBytes: number) {
    this.#limit = messageBytes;
  }

  push(chunk: Buffer): Frame[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) {
      frames.push(frame);
      if (frame.kind === 'broken') break;
    }
    return frames;
  }

  #next(): Frame | null {
    if (this.#pending.subarray(0, 4).toString('latin1') === '\r\n\r\n') {
      this.#pending = this.#pending.subarray(4);
      return { kind: 'ping' };
    }
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end < 0) return this.#pending.length > this.#limit ? { kind: 'broken', reason: 'tooLarge' } : null;
    const head = this.#pending.subarray(0, end + 2).toString('latin1');
    const lengths = [...head.matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*)/gi)].map((m) => m[1]?.trim());
    const length = lengths[0] ?? '';
    if (!/^\d{1,9}$/.test(length) || lengths.some((other) => other !== length))
      return { kind: 'broken', reason: 'badContentLength' };
    const total = end + 4 + Number(length);
    if (total > this.#limit) return { kind: 'broken', reason: 'tooLarge' };
    if (this.#pending.length < total) return null;
    const bytes = this.#pending.subarray(0, total);
    this.#pending = this.#pending.subarray(total);
    return { kind: 'message', bytes };
  }
}
