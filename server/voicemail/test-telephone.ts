/** For tests: a telephone of the demo company that speaks SIP over a WebSocket and plain RTP, with its own ear. */
import { createSocket, type Socket } from 'node:dgram';
import type { Provisioning } from '../../protocol/rest.ts';
import { decode, encode, frameSamples } from '../media/g711.ts';
import { silence, tone } from '../media/sounds.ts';
import { levelOf } from '../media/test-tones.ts';
import { header, type SipHeader, type SipRequest, type SipResponse } from '../sip/message/message.ts';
import { Phone } from '../sip/test-doubles.ts';
import type { TestServer } from '../test-server.ts';

const packetsInWindow = 10;

export class Telephone {
  readonly phone: Phone;
  readonly token: string;
  readonly #socket: Socket;
  #target = 0;
  #timer: NodeJS.Timeout | null = null;
  #sent = 0;
  #hertz = 0;
  #heard: Buffer[] = [];
  #wakers = new Set<() => void>();

  private constructor(phone: Phone, token: string, socket: Socket) {
    this.phone = phone;
    this.token = token;
    this.#socket = socket;
    socket.on('message', (bytes) => {
      this.#heard.push(bytes.subarray(12));
      this.#heard.splice(0, this.#heard.length - packetsInWindow);
      for (const wake of this.#wakers) wake();
    });
  }

  /** Logged in and registered. */
  static async of(name: string, server: TestServer): Promise<Telephone> {
    const token = await server.logIn(name);
    const { sip } = (await server.api('GET', '/provisioning', { token })).body as Provisioning;
    const phone = new Phone(sip.authorizationUser, name);
    await phone.connect(sip.url);
    await phone.register(undefined, sip.password);
    const socket = createSocket('udp4');
    await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
    return new Telephone(phone, token, socket);
  }

  /** Dials with an offer of G.711 and digits. */
  dial(number: string, extra: SipHeader[] = []): SipRequest {
    const { port } = this.#socket.address();
    const offer = [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${port} RTP/AVP 9 8 0 101`,
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      '',
    ].join('\r\n');
    return this.phone.invite(number, extra, offer);
  }

  /** Waits for the answer, acknowledges it and begins to send: silence until `speak`. */
  async talk(invite: SipRequest): Promise<SipResponse> {
    const ok = await this.phone.final(invite);
    if (ok.status !== 200) throw new Error(`${header(invite, 'To')} was answered with ${ok.status}`);
    this.phone.inDialog('ACK', invite, ok);
    this.#target = Number(/m=audio (\d+) RTP\/AVP 8 101/.exec(ok.body.toString())?.[1]);
    this.#timer ??= setInterval(() => this.#sendFrame(), 20);
    return ok;
  }

  /** A tone from now on; 0: silence. */
  speak(hertz: number): void {
    this.#hertz = hertz;
  }

  /** One press, as RFC 4733 sends it. */
  press(digits: string): void {
    for (const digit of digits) {
      this.#sent += 10;
      for (const end of [0x0a, 0x0a, 0x8a, 0x8a])
        this.#packet(101, Buffer.from(['0123456789*#'.indexOf(digit), end, 3, 32]));
    }
  }

  /** Resolves when the last tenths of a second hold this tone. */
  hears(hertz: number): Promise<void> {
    return this.#until(() => this.#level(hertz) > -24);
  }

  /** Resolves when the last tenths of a second hold nothing. */
  hearsNothing(): Promise<void> {
    return this.#until(() => this.#sound().every((sample) => Math.abs(sample) < 100));
  }

  /** Resolves after so much time of own speech. */
  async packets(count: number): Promise<void> {
    const until = this.#sent + count;
    while (this.#sent < until) await new Promise<void>((wake) => this.#wakers.add(wake));
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#socket.close();
    this.phone.close();
  }

  #sound(): Int16Array {
    return decode('PCMA', Buffer.concat(this.#heard));
  }
  #level(hertz: number): number {
    return this.#heard.length < packetsInWindow ? -200 : levelOf(this.#sound(), hertz);
  }
  async #until(holds: () => boolean): Promise<void> {
    this.#heard = [];
    while (this.#heard.length < packetsInWindow || !holds())
      await new Promise<void>((wake) => {
        const once = (): void => {
          this.#wakers.delete(once);
          wake();
        };
        this.#wakers.add(once);
      });
  }

  #sendFrame(): void {
    this.#sent += 1;
    const from = (this.#sent * frameSamples) % 8_000;
    const sound =
      this.#hertz === 0 ? silence(20) : tone([this.#hertz], 1_100).subarray(from + 100, from + 100 + frameSamples);
    this.#packet(8, encode('PCMA', sound));
    for (const wake of this.#wakers) wake();
  }

  #packet(payloadType: number, payload: Buffer): void {
    const rtp = Buffer.alloc(12);
    rtp[0] = 0x80;
    rtp[1] = payloadType;
    rtp.writeUInt16BE(this.#sent & 0xffff, 2);
    rtp.writeUInt32BE(this.#sent * frameSamples, 4);
    if (this.#target > 0) this.#socket.send(Buffer.concat([rtp, payload]), this.#target, '127.0.0.1');
  }
}
