/** Somebody at a telephone of the public network: a tone of their own, and an ear, behind plain RTP. */
import { createSocket, type Socket } from 'node:dgram';
import { decode, encode, frameSamples, sampleRate } from '../../server/media/g711.ts';
import { readRtp, writeRtp } from '../../server/media/rtp-packet.ts';
import { levelOf } from '../../server/media/test-tones.ts';

const window = sampleRate / 4;

export class Outside {
  readonly #socket: Socket;
  readonly #frequency: number;
  #timer: NodeJS.Timeout | null = null;
  #sample = 0;
  #sequence = 1;
  #heard: number[] = [];
  #digits: number[] = [];
  #wakers = new Set<() => void>();

  private constructor(socket: Socket, frequency: number) {
    this.#socket = socket;
    this.#frequency = frequency;
    socket.on('message', (bytes) => {
      const packet = readRtp(bytes);
      if (packet === null) return;
      if (packet.payloadType === 101) this.#digits.push(packet.payload[0] ?? -1);
      else this.#heard = [...this.#heard, ...decode('PCMA', packet.payload)].slice(-window);
      for (const wake of this.#wakers) wake();
      this.#wakers.clear();
    });
  }

  static async at(frequency: number): Promise<Outside> {
    const socket = createSocket('udp4');
    await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
    return new Outside(socket, frequency);
  }

  get sdp(): string {
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${this.#socket.address().port} RTP/AVP 8 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=sendrecv',
      '',
    ].join('\r\n');
  }

  /** Speaks to where this description says. */
  speaks(sdp: string): void {
    const port = Number(/m=audio (\d+)/.exec(sdp)?.[1]);
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      const samples = Int16Array.from({ length: frameSamples }, (_, index) =>
        Math.round(9_000 * Math.sin((2 * Math.PI * this.#frequency * (this.#sample + index)) / sampleRate)),
      );
      this.#sample += frameSamples;
      this.#sequence += 1;
      const packet = { payloadType: 8, marker: false, sequence: this.#sequence, timestamp: this.#sample };
      this.#socket.send(writeRtp({ ...packet, payload: encode('PCMA', samples) }, 9), port, '127.0.0.1');
    }, 20);
  }

  async hears(frequency: number): Promise<void> {
    await this.#until(() => this.#heard.length === window && this.#level(frequency) > -30);
  }
  async hearsNothingOf(frequency: number): Promise<void> {
    // One packet suffices: a line that is still sends one a second.
    await this.#until(() => levelOf(Int16Array.from(this.#heard.slice(-frameSamples)), frequency) < -60);
  }
  async hearsDigit(digit: number): Promise<void> {
    await this.#until(() => this.#digits.includes(digit));
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#socket.close();
  }

  #level(frequency: number): number {
    return levelOf(Int16Array.from(this.#heard), frequency);
  }
  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => this.#wakers.add(wake));
  }
}
