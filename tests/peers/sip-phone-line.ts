/**
 * The line of a foreign telephone to the server: it logs a device in, registers it over SIP/TCP, and then joins the
 * server's connection with the program that is the telephone (SIPp), byte by byte.
 */
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Provisioning } from '../../protocol/rest.ts';
import { FrameReader } from '../../server/sip/message/frame-reader.ts';
import { header, type SipResponse } from '../../server/sip/message/message.ts';
import { parseMessage } from '../../server/sip/message/parser.ts';
import { parseDigest } from '../../server/sip/registrar/digest.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const token = (): string => randomBytes(8).toString('hex');

/** Logs in as a user of the demo company and asks for the telephone's account. */
export const provision = async (serverUrl: string, user: string): Promise<Provisioning> => {
  const body = JSON.stringify({ user, password: 'demo1234', device: { name: 'Desk phone', kind: 'other' } });
  const headers = { 'content-type': 'application/json' };
  const session = await fetch(`${serverUrl}/api/v1/session`, { method: 'POST', headers, body });
  const { token: bearer } = (await session.json()) as { token: string };
  const answer = await fetch(`${serverUrl}/api/v1/provisioning`, { headers: { authorization: `Bearer ${bearer}` } });
  return (await answer.json()) as Provisioning;
};

export interface LineOptions {
  serverUrl: string;
  sipPort: number;
  host?: string;
  user: string;
}

export class SipPhoneLine {
  readonly account: Provisioning;
  readonly #far: Socket;
  readonly #near: Server;
  #contactPort = 0;

  private constructor(account: Provisioning, far: Socket) {
    this.account = account;
    this.#far = far;
    this.#near = createServer((phone) => this.#join(phone));
  }

  /** Registered; a telephone may connect to `port`, or be connected to with `reach`. */
  static async registered({ serverUrl, sipPort, host = '127.0.0.1', user }: LineOptions): Promise<SipPhoneLine> {
    const account = await provision(serverUrl, user);
    const far = connect(sipPort, host);
    await new Promise<void>((opened, failed) => far.once('connect', opened).once('error', failed));
    const line = new SipPhoneLine(account, far);
    await new Promise<void>((listening) => line.#near.listen(0, host, listening));
    line.#contactPort = line.port;
    await line.#register();
    return line;
  }

  get port(): number {
    return (this.#near.address() as AddressInfo).port;
  }

  /** Joins the line with a telephone that listens. */
  async reach(port: number, host = '127.0.0.1'): Promise<void> {
    for (;;) {
      const phone = connect(port, host);
      const open = await new Promise<boolean>((tried) =>
        phone.once('connect', () => tried(true)).once('error', () => tried(false)),
      );
      if (open) return this.#join(phone);
      await new Promise((later) => setImmediate(later));
    }
  }

  #join(phone: Socket): void {
    phone.on('error', () => phone.destroy());
    phone.pipe(this.#far, { end: false });
    this.#far.pipe(phone);
    phone.on('close', () => this.#far.unpipe(phone));
  }

  async #register(): Promise<void> {
    const challenge = await this.#ask(1);
    const value = header(challenge, 'WWW-Authenticate') ?? '';
    const { authorizationUser, password, realm } = this.account.sip;
    const uri = `sip:${realm}`;
    const nonce = parseDigest(value)?.get('nonce') ?? '';
    const response = md5(
      `${md5(`${authorizationUser}:${realm}:${password}`)}:${nonce}:00000001:c:auth:${md5(`REGISTER:${uri}`)}`,
    );
    const answer = await this.#ask(
      2,
      `Authorization: Digest username="${authorizationUser}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", qop=auth, nc=00000001, cnonce="c", algorithm=MD5`,
    );
    if (answer.status !== 200) throw new Error(`REGISTER was answered with ${answer.status}`);
  }

  #ask(sequence: number, ...extra: string[]): Promise<SipResponse> {
    const { uri, realm } = this.account.sip;
    const fields = [
      `REGISTER sip:${realm} SIP/2.0`,
      `Via: SIP/2.0/TCP phone.invalid;branch=z9hG4bK${token()}`,
      'Max-Forwards: 70',
      `From: <${uri}>;tag=${token()}`,
      `To: <${uri}>`,
      `Call-ID: ${token()}`,
      `CSeq: ${sequence} REGISTER`,
      `Contact: <sip:phone@127.0.0.1:${this.#contactPort};transport=tcp>`,
      'Expires: 600',
      ...extra,
      'Content-Length: 0',
    ];
    const reader = new FrameReader(65_536);
    return new Promise((answered) => {
      const take = (chunk: Buffer): void => {
        for (const frame of reader.push(chunk)) {
          const parsed = frame.kind === 'message' ? parseMessage(frame.bytes, { headers: 200 }) : null;
          if (parsed?.kind !== 'message' || parsed.message.kind !== 'response') continue;
          this.#far.off('data', take);
          // Stays paused until a telephone is joined: nothing may be lost in between.
          this.#far.pause();
          answered(parsed.message);
        }
      };
      this.#far.on('data', take);
      this.#far.resume();
      this.#far.write(`${fields.join('\r\n')}\r\n\r\n`);
    });
  }

  close(): void {
    this.#far.destroy();
    this.#near.close();
  }
}
