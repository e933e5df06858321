/** A provider that does what the test says: SIP over real TCP or TLS, RTP over real UDP. */
import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readRtp, writeRtp } from '../../media/rtp-packet.ts';
import { parseAddress, parseUri } from '../message/address.ts';
import { FrameReader } from '../message/frame-reader.ts';
import {
  cseq,
  header,
  headers,
  respond,
  serialize,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import { parseMessage } from '../message/parser.ts';
import { randomToken } from '../proxy/transactions.ts';
import { parseDigest } from '../registrar/digest.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export interface ProviderOptions {
  account?: { user: string; password: string };
  tls?: { cert: string; key: string };
}

export class TestProvider {
  readonly received: SipMessage[] = [];
  /** Answers REGISTER and OPTIONS by itself while true. */
  alive = true;
  connections = 0;
  readonly #options: ProviderOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #taken = new Set<SipMessage>();
  readonly #wakers = new Set<() => void>();
  #socket: Socket | null = null;
  port = 0;
  /** Where the registered account is reached. */
  contact = '';

  private constructor(options: ProviderOptions) {
    this.#options = options;
    const take = (socket: Socket): void => this.#accept(socket);
    this.#server = options.tls === undefined ? createServer(take) : createTlsServer(options.tls, take);
  }

  static async start(options: ProviderOptions = {}, port = 0): Promise<TestProvider> {
    const provider = new TestProvider(options);
    await new Promise<void>((ready) => provider.#server.listen(port, '127.0.0.1', ready));
    provider.port = (provider.#server.address() as AddressInfo).port;
    return provider;
  }

  async stop(): Promise<void> {
    this.drop();
    await new Promise((done) => this.#server.close(done));
  }
  /** Cuts all connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  send(message: SipMessage): void {
    this.#socket?.write(serialize(message));
  }
  reply(
    request: SipRequest,
    status: number,
    reason = 'Reason',
    extra: SipHeader[] = [],
    sdp = '',
    tag = 'provider',
  ): void {
    const routes = request.headers.filter(({ name }) => name === 'Record-Route');
    const contact = { name: 'Contact', value: `<sip:gateway@127.0.0.1:${this.port};transport=tcp>` };
    const typed = sdp === '' ? [] : [{ name: 'Content-Type', value: 'application/sdp' }];
    const response = respond(request, status, reason, tag, [...routes, contact, ...typed, ...extra]);
    this.send({ ...response, body: Buffer.from(sdp) });
  }
  request(
    method: string,
    uri: string,
    from: string,
    to: string,
    extra: SipHeader[] = [],
    sdp = '',
    callId = randomToken(),
    sequence = 1,
  ): SipRequest {
    const request: SipRequest = {
      kind: 'request',
      method,
      uri,
      headers: [
        { name: 'Via', value: `SIP/2.0/TCP 127.0.0.1:${this.port};branch=z9hG4bK${randomToken()}` },
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: from },
        { name: 'To', value: to },
        { name: 'Call-ID', value: callId },
        { name: 'CSeq', value: `${sequence} ${method}` },
        { name: 'Contact', value: `<sip:gateway@127.0.0.1:${this.port};transport=tcp>` },
        ...(sdp === '' ? [] : [{ name: 'Content-Type', value: 'application/sdp' }]),
        ...extra,
      ],
      body: Buffer.from(sdp),
    };
    this.send(request);
    return request;
  }
  /** Calls a number of the house. */
  invite(number: string, from: string, sdp: string, extra: SipHeader[] = []): SipRequest {
    const user = parseUri(this.contact)?.user ?? 'kontor';
    const uri =
      this.contact === '' ? `sip:${number}@127.0.0.1` : this.contact.replace(`sip:${user}@`, `sip:${number}@`);
    return this.request('INVITE', uri, `${from};tag=${randomToken()}`, `<sip:${number}@provider.example>`, extra, sdp);
  }
  /** A request in the dialog of an INVITE from here. */
  inDialog(method: string, invite: SipRequest, ok: SipResponse, sdp = '', sequence = 2): SipRequest {
    return this.request(
      method,
      parseAddress(header(ok, 'Contact') ?? '')?.uri ?? '',
      header(ok, 'From') ?? '',
      header(ok, 'To') ?? '',
      [],
      sdp,
      header(invite, 'Call-ID'),
      method === 'ACK' ? cseq(invite).number : sequence,
    );
  }
  /** A request in the dialog of an INVITE that came here and was answered with the tag `provider`. */
  back(method: string, invite: SipRequest, sdp = '', sequence = 1): SipRequest {
    return this.request(
      method,
      parseAddress(header(invite, 'Contact') ?? '')?.uri ?? '',
      `${header(invite, 'To')};tag=provider`,
      header(invite, 'From') ?? '',
      [],
      sdp,
      header(invite, 'Call-ID'),
      sequence,
    );
  }

  async next(method: string): Promise<SipRequest> {
    return (await this.#take((one) => one.kind === 'request' && one.method === method)) as SipRequest;
  }
  async response(request: SipRequest, status: number): Promise<SipResponse> {
    return (await this.#take(
      (one) =>
        one.kind === 'response' &&
        one.status === status &&
        header(one, 'CSeq') === header(request, 'CSeq') &&
        header(one, 'Call-ID') === header(request, 'Call-ID'),
    )) as SipResponse;
  }
  async final(request: SipRequest): Promise<SipResponse> {
    return (await this.#take(
      (one) =>
        one.kind === 'response' &&
        one.status >= 200 &&
        header(one, 'CSeq') === header(request, 'CSeq') &&
        header(one, 'Call-ID') === header(request, 'Call-ID'),
    )) as SipResponse;
  }

  /** Asks for the digest of the account (407); resolves with the INVITE that has it right. */
  async challenged(invite: SipRequest): Promise<SipRequest> {
    const challenge = 'Digest realm="provider", nonce="n1", algorithm=MD5, qop="auth"';
    this.reply(invite, 407, 'Proxy Authentication Required', [{ name: 'Proxy-Authenticate', value: challenge }]);
    await this.next('ACK');
    const again = await this.next(invite.method);
    if (!this.#right(again, 'Proxy-Authorization', 'n1')) throw new Error('wrong digest');
    return again;
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    this.#sockets.add(socket);
    this.connections += 1;
    const reader = new FrameReader(65_536);
    socket.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind !== 'message') continue;
        const parsed = parseMessage(frame.bytes, { headers: 100 });
        if (parsed.kind !== 'message') throw new Error(`malformed: ${frame.bytes.toString()}`);
        this.#heard(parsed.message);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #heard(message: SipMessage): void {
    if (message.kind === 'request' && this.alive && message.method === 'OPTIONS') this.reply(message, 200, 'OK');
    if (message.kind === 'request' && this.alive && message.method === 'REGISTER') this.#register(message);
    this.received.push(message);
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  #register(request: SipRequest): void {
    const { account } = this.#options;
    if (account !== undefined && !this.#right(request, 'Authorization', 'n0'))
      return this.reply(request, 401, 'Unauthorized', [
        { name: 'WWW-Authenticate', value: 'Digest realm="provider", nonce="n0", algorithm=MD5, qop="auth"' },
      ]);
    this.contact = parseAddress(header(request, 'Contact') ?? '')?.uri ?? '';
    const routes = respond(request, 200, 'OK', 'provider', [
      { name: 'Contact', value: `<${this.contact}>;expires=60` },
    ]);
    this.send(routes);
  }

  #right(request: SipRequest, name: string, nonce: string): boolean {
    const fields = headers(request, name).map(parseDigest)[0];
    const { user = '', password = '' } = this.#options.account ?? {};
    const ha1 = md5(`${user}:provider:${password}`);
    const ha2 = md5(`${request.method}:${request.uri}`);
    const proof = md5(`${ha1}:${nonce}:${fields?.get('nc')}:${fields?.get('cnonce')}:auth:${ha2}`);
    return fields?.get('response') === proof;
  }

  async #take(wanted: (message: SipMessage) => boolean): Promise<SipMessage> {
    for (;;) {
      const found = this.received.find((one) => !this.#taken.has(one) && wanted(one));
      if (found !== undefined) {
        this.#taken.add(found);
        return found;
      }
      await new Promise<void>((wake) => this.#wakers.add(wake));
    }
  }
}

/** A telephone's sound: sends one byte value all the time, and remembers what it hears. */
export class TestSound {
  readonly #socket: UdpSocket;
  readonly #value: number;
  #timer: NodeJS.Timeout | null = null;
  #wakers = new Set<() => void>();
  #heard = new Set<number>();
  #digits: string[] = [];
  port = 0;
  #payloadType = 8;
  #sequence = 1;

  private constructor(value: number) {
    this.#value = value;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (bytes) => {
      const packet = readRtp(bytes);
      if (packet === null) return;
      if (packet.payloadType === 101) this.#digits.push(String(packet.payload[0]));
      else this.#heard.add(packet.payload[0] ?? -1);
      for (const wake of this.#wakers) wake();
      this.#wakers.clear();
    });
  }
  static async open(value: number): Promise<TestSound> {
    const sound = new TestSound(value);
    await new Promise<void>((ready) => sound.#socket.bind(0, '127.0.0.1', ready));
    sound.port = sound.#socket.address().port;
    return sound;
  }
  sdp(direction = 'sendrecv', types: readonly number[] = [8, 101]): string {
    const names: Record<number, string> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 101: 'telephone-event/8000' };
    this.#payloadType = types[0] ?? 8;
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${this.port} RTP/AVP ${types.join(' ')}`,
      ...types.map((type) => `a=rtpmap:${type} ${names[type]}`),
      `a=${direction}`,
      '',
    ].join('\r\n');
  }
  /** Speaks to the address of this description. */
  speak(sdp: string): void {
    const port = Number(/m=audio (\d+)/.exec(sdp)?.[1]);
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#say(port, this.#payloadType, Buffer.alloc(160, this.#value)), 20);
  }
  press(sdp: string, digit: number): void {
    this.#say(Number(/m=audio (\d+)/.exec(sdp)?.[1]), 101, Buffer.from([digit, 0x8a, 0x03, 0x20]));
  }
  async hears(value: number): Promise<void> {
    this.#heard.clear();
    while (!this.#heard.has(value)) await new Promise<void>((wake) => this.#wakers.add(wake));
  }
  async hearsDigit(digit: number): Promise<void> {
    while (!this.#digits.includes(String(digit))) await new Promise<void>((wake) => this.#wakers.add(wake));
  }
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#socket.close();
  }
  #say(port: number, payloadType: number, payload: Buffer): void {
    this.#sequence += 1;
    const packet = { payloadType, marker: false, sequence: this.#sequence, timestamp: this.#sequence * 160, payload };
    this.#socket.send(writeRtp(packet, 7), port, '127.0.0.1');
  }
}
