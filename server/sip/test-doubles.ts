/** Small in-memory stand-ins for the other services, and a telephone on a real socket, for tests. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { WebSocket, WebSocketServer } from 'ws';
import type { ServerEvent } from '../../protocol/events.ts';
import type { Accounts, DeviceAccount } from '../accounts/accounts.ts';
import type { CallRecord } from '../journal/call-recorder.ts';
import { createLogger } from '../log.ts';
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
} from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { parseDigest } from './registrar/digest.ts';
import { createSipService } from './service.ts';
import type { SipService, SipServiceOptions } from './sip-service.ts';

const domain = 'demo.kontor.internal';
const names = ['anna', 'ben', 'clara', 'david'];

/** Users anna 101, ben 102, clara 103 and david 104, each with the devices `<name>-1` and `<name>-2`; password `secret`. */
export class MemoryAccounts implements Accounts {
  #revoked = new Set<string>();
  #listeners = new Set<(deviceId: string) => void>();

  #device(deviceId: string): DeviceAccount | null {
    const [username = '', number] = deviceId.split('-');
    const index = names.indexOf(username);
    if (index < 0 || number === undefined || this.#revoked.has(deviceId)) return null;
    const name = `${username[0]?.toUpperCase()}${username.slice(1)} Muster`;
    const extension = String(101 + index);
    return {
      userId: `u-${username}`,
      instanceId: 'demo',
      domain,
      username,
      name,
      extension,
      deviceId,
      deviceKind: 'browser',
    };
  }
  revoke(deviceId: string): void {
    this.#revoked.add(deviceId);
    for (const listener of this.#listeners) listener(deviceId);
  }
  async userById(userId: string): Promise<DeviceAccount | null> {
    return this.#device(`${userId.slice(2)}-1`);
  }
  async userByName(username: string): Promise<DeviceAccount | null> {
    return this.#device(`${username}-1`);
  }
  async userByDialString(dialled: string, host: string): Promise<DeviceAccount | null> {
    const username = /^10[1-4]$/.test(dialled) ? names[Number(dialled) - 101] : dialled;
    return host === domain ? this.#device(`${username}-1`) : null;
  }
  async scramCredentials(): Promise<null> {
    return null;
  }
  async sipDevice(user: string): Promise<{ device: DeviceAccount; ha1: string } | null> {
    const device = this.#device(user);
    return device === null ? null : { device, ha1: md5(`${user}:${domain}:secret`) };
  }
  async sessionByToken(): Promise<null> {
    return null;
  }
  async visibleTo(): Promise<DeviceAccount[]> {
    return names.flatMap((name) => this.#device(`${name}-1`) ?? []);
  }
  async watchersOf(): Promise<string[]> {
    return names.map((name) => `u-${name}`);
  }
  onDeviceRevoked(listener: (deviceId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  onDirectoryChanged(): () => void {
    return () => undefined;
  }
}

type Running = Omit<CallRecord, 'result' | 'endedAt'>;

/** Journal and event stream in memory; outlives the service, as a database does. */
export class MemoryStore {
  readonly running = new Map<string, Running>();
  readonly ended: CallRecord[] = [];
  readonly events: ServerEvent[] = [];
  #wakers = new Set<() => void>();

  async callProgressed(...records: Running[]): Promise<void> {
    for (const record of records) this.running.set(`${record.callKey} ${record.userId}`, record);
    this.#wake();
  }
  async callEnded(record: CallRecord): Promise<void> {
    this.running.delete(`${record.callKey} ${record.userId}`);
    this.ended.push(record);
    this.#wake();
  }
  async runningCalls(): Promise<Running[]> {
    return [...this.running.values()];
  }
  async publish(_audience: readonly string[], event: ServerEvent): Promise<void> {
    this.events.push(event);
    this.#wake();
  }
  /** Resolves once `holds` is true. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => this.#wakers.add(wake));
  }
  /** `anna:answered` of every finished row, sorted. */
  results(): string[] {
    return this.ended.map(({ userId, result }) => `${userId.slice(2)}:${result}`).sort();
  }
  states(userId: string): string[] {
    return this.events.flatMap((event) =>
      event.type === 'phoneStateChanged' && event.userId === userId ? [event.state] : [],
    );
  }
  #wake(): void {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }
}

export interface TestServer {
  service: SipService;
  url: string;
  accounts: MemoryAccounts;
  store: MemoryStore;
  http: Server;
  stop(): Promise<void>;
}

/** The real service behind a real WebSocket address. */
export const startServer = async (
  more: Partial<SipServiceOptions> = {},
  { store = new MemoryStore(), accounts = new MemoryAccounts() } = {},
): Promise<TestServer> => {
  const service = await createSipService({
    accounts,
    events: store,
    calls: store,
    log: createLogger(process.env.KONTOR_LOG ?? 'silent'),
    metrics: new Registry(),
    limits: { messageBytes: 65_536, headers: 100, connectionsPerAccount: 5, messagesPerSecond: 200 },
    nonceKey: Buffer.alloc(32, 7),
    ...more,
  });
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'sip' });
  sockets.on('connection', (socket) => service.accept(socket, { remoteAddress: '127.0.0.1', secure: true }));
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready));
  const { port } = http.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    await service.close();
    sockets.close();
    http.closeAllConnections();
    await new Promise((done) => http.close(done));
  };
  return { service, url: `ws://127.0.0.1:${port}`, accounts, store, http, stop };
};

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const token = (): string => randomBytes(8).toString('hex');

/** A telephone that does what the test says, over a real WebSocket. */
export class Phone {
  readonly device: string;
  readonly user: string;
  readonly contact: string;
  readonly received: SipMessage[] = [];
  readonly #taken = new Set<SipMessage>();
  #socket: WebSocket | null = null;
  #wakers = new Set<() => void>();
  #sequence = 0;

  /** `client`: tells apart the programs that run on the device one after the other. */
  constructor(device: string, user = device.split('-')[0] ?? '', client = 'x') {
    this.device = device;
    this.user = user;
    this.contact = `sip:${device}${client}@${token()}.invalid;transport=ws`;
  }

  static async registered(device: string, url: string): Promise<Phone> {
    const phone = new Phone(device);
    await phone.connect(url);
    await phone.register();
    return phone;
  }

  async connect(url: string): Promise<void> {
    const socket = new WebSocket(url, 'sip');
    this.#socket = socket;
    socket.on('message', (data) => {
      const parsed = parseMessage(Buffer.from(data as Buffer), { headers: 200 });
      // The refusal of a broken request repeats its broken headers.
      if (parsed.kind !== 'message') return;
      this.received.push(parsed.message);
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    await new Promise((open, failed) => socket.once('open', open).once('error', failed));
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }
  drop(): void {
    this.#socket?.terminate();
  }
  async dropped(): Promise<void> {
    while (this.connected) await new Promise<void>((wake) => this.#wakers.add(wake));
  }
  raw(bytes: string | Buffer): void {
    this.#socket?.send(bytes);
  }
  send(message: SipMessage): void {
    this.#socket?.send(serialize(message).toString());
  }

  request(method: string, uri: string, to: string, extra: SipHeader[] = [], body = ''): SipRequest {
    const own = (name: string, value: string): SipHeader[] =>
      extra.some((one) => one.name === name) ? [] : [{ name, value }];
    return {
      kind: 'request',
      method,
      uri,
      headers: [
        { name: 'Via', value: `SIP/2.0/WS ${this.device}.invalid;branch=z9hG4bK${token()}` },
        ...own('Max-Forwards', '70'),
        ...own('From', `<sip:${this.user}@${domain}>;tag=${token()}`),
        { name: 'To', value: to },
        ...own('Call-ID', token()),
        ...own('CSeq', `${(this.#sequence += 1)} ${method}`),
        ...(method === 'REGISTER' ? [] : own('Contact', `<${this.contact}>`)),
        ...extra,
      ],
      body: Buffer.from(body),
    };
  }

  /** Registers, answering the challenge; resolves with the final response. */
  async register(
    extra: SipHeader[] = [{ name: 'Contact', value: `<${this.contact}>` }],
    password = 'secret',
  ): Promise<SipResponse> {
    const aor = `<sip:${this.user}@${domain}>`;
    const first = this.request('REGISTER', `sip:${domain}`, aor, extra);
    this.send(first);
    const challenge = await this.final(first);
    if (challenge.status !== 401) return challenge;
    const again = this.request('REGISTER', `sip:${domain}`, aor, [
      ...extra,
      { name: 'Authorization', value: this.credentials(challenge, 'REGISTER', `sip:${domain}`, password) },
    ]);
    this.send(again);
    return this.final(again);
  }

  credentials(challenge: SipResponse, method: string, uri: string, password = 'secret'): string {
    const asked = header(challenge, 'WWW-Authenticate') ?? header(challenge, 'Proxy-Authenticate') ?? '';
    const nonce = parseDigest(asked)?.get('nonce') ?? '';
    const realm = parseDigest(asked)?.get('realm') ?? '';
    const ha1 = md5(`${this.device}:${realm}:${password}`);
    const response = md5(`${ha1}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`);
    return `Digest username="${this.device}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", qop=auth, nc=00000001, cnonce="c", algorithm=MD5`;
  }

  invite(dialled: string, extra: SipHeader[] = [], sdp = 'v=0\r\n'): SipRequest {
    const uri = `sip:${dialled}@${domain}`;
    const invite = this.request(
      'INVITE',
      uri,
      `<${uri}>`,
      [{ name: 'Content-Type', value: 'application/sdp' }, ...extra],
      sdp,
    );
    this.send(invite);
    return invite;
  }

  /** A request in the dialog that `invite` and its 2xx made; sent by either side. */
  inDialog(method: string, invite: SipRequest, ok: SipResponse, extra: SipHeader[] = []): SipRequest {
    const calling = header(ok, 'From')?.includes(tagIn(header(invite, 'From'))) === true && invite.uri !== this.contact;
    const routes = headers(calling ? ok : invite, 'Record-Route');
    const target = calling ? header(ok, 'Contact') : header(invite, 'Contact');
    const number = method === 'ACK' ? cseq(invite).number : cseq(invite).number + (this.#sequence += 1);
    const request = this.request(
      method,
      /<([^>]*)>/.exec(target ?? '')?.[1] ?? '',
      (calling ? header(ok, 'To') : header(ok, 'From')) ?? '',
      [
        { name: 'From', value: (calling ? header(ok, 'From') : header(ok, 'To')) ?? '' },
        { name: 'Call-ID', value: header(ok, 'Call-ID') ?? '' },
        { name: 'CSeq', value: `${number} ${method}` },
        ...(calling ? routes.toReversed() : routes).map((value) => ({ name: 'Route', value })),
        ...extra,
      ],
    );
    this.send(request);
    return request;
  }

  reply(request: SipRequest, status: number, reason = 'Reason', toTag = token()): SipResponse {
    const routes = request.headers.filter(({ name }) => name === 'Record-Route');
    const response = respond(request, status, reason, toTag, [
      ...routes,
      { name: 'Contact', value: `<${this.contact}>` },
    ]);
    this.send(response);
    return response;
  }

  /** The next request with this method that the test has not seen yet. */
  async next(method: string): Promise<SipRequest> {
    return (await this.#take((one) => one.kind === 'request' && one.method === method)) as SipRequest;
  }
  async response(request: SipRequest, status: number): Promise<SipResponse> {
    return (await this.#take(
      (one) => one.kind === 'response' && one.status === status && answers(one, request),
    )) as SipResponse;
  }
  async final(request: SipRequest): Promise<SipResponse> {
    return (await this.#take(
      (one) => one.kind === 'response' && one.status >= 200 && answers(one, request),
    )) as SipResponse;
  }
  close(): void {
    this.#socket?.close();
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
  #wake(): void {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }
}

const tagIn = (value: string | undefined): string => /tag=([^;]+)/.exec(value ?? '')?.[1] ?? '-';
const answers = (response: SipMessage, request: SipRequest): boolean =>
  header(response, 'Via') === header(request, 'Via') && cseq(response).method === request.method;
