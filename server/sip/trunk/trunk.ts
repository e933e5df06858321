import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { resolveSrv } from 'node:dns/promises';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '../../log.ts';
import { parseAddress } from '../message/address.ts';
import {
  cseq,
  header,
  headers,
  withHeader,
  without,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import { parseMessage } from '../message/parser.ts';
import { randomToken } from '../proxy/transactions.ts';
import { SipConnection, type SipPeer } from '../transport/sip-connection.ts';
import { answerChallenge } from './digest-client.ts';
import type { Leg } from './leg.ts';
import type { TrunkSettings } from './trunk-settings.ts';
import { UserAgent } from './user-agent.ts';

/** `reason` is for the log and the administrator. */
export type TrunkState =
  { phase: 'connecting' } | { phase: 'up' } | { phase: 'down'; reason: string } | { phase: 'closed' };

export interface TrunkTiming {
  connectMs: number;
  /** Between signs of life. */
  keepAliveMs: number;
  /** A sign of life, or a registration, may take so long. */
  answerMs: number;
  firstRetryMs: number;
  longestRetryMs: number;
}
export const defaultTrunkTiming: TrunkTiming = {
  connectMs: 5_000,
  keepAliveMs: 30_000,
  answerMs: 8_000,
  firstRetryMs: 1_000,
  longestRetryMs: 60_000,
};

const registrationSeconds = 300;
const limits = { messageBytes: 65_536, messagesPerSecond: 500 };
const maximumHeaders = 200;

/**
 * The connection to a provider or another PBX. Stays the same peer over all connections that come and go under it.
 *
 *   connecting -> up (registered, or OPTIONS answered) -> down -> connecting …;  closed from everywhere
 */
export class Trunk implements SipPeer {
  readonly settings: TrunkSettings;
  readonly agent: UserAgent;
  readonly #log: Logger;
  readonly #timing: TrunkTiming;
  readonly #changed: () => void;
  #state: TrunkState = { phase: 'connecting' };
  #connection: SipConnection | null = null;
  #local = { address: '127.0.0.1', port: 0 };
  #retryMs: number;
  #timers = new Set<NodeJS.Timeout>();
  #registrationId = `${randomToken()}@kontor`;
  #sequence = 0;
  #running = 0;

  constructor(
    settings: TrunkSettings,
    parts: { log: Logger; timing: TrunkTiming; invited: (trunk: Trunk, leg: Leg) => void; changed: () => void },
  ) {
    this.settings = settings;
    this.#log = parts.log.child({ trunk: settings.id });
    this.#timing = parts.timing;
    this.#changed = parts.changed;
    this.#retryMs = parts.timing.firstRetryMs;
    const credentials =
      settings.account === null
        ? null
        : {
            username: settings.account.authorizationUser ?? settings.account.user,
            password: settings.account.password,
          };
    this.agent = new UserAgent({
      peer: this,
      via: () => `${hostText(this.#local.address)}:${this.#local.port};rport;alias`,
      contact: () => this.contact,
      ...(credentials === null
        ? {}
        : {
            authorize: (request: SipRequest, response: SipResponse) => answerChallenge(request, response, credentials),
          }),
      invited: (leg) => parts.invited(this, leg),
    });
    void this.#connect();
  }

  get transport(): 'TCP' | 'TLS' {
    return this.settings.transport === 'tls' ? 'TLS' : 'TCP';
  }
  get open(): boolean {
    return this.#connection?.open ?? false;
  }
  get state(): TrunkState {
    return this.#state;
  }
  get domain(): string {
    return this.settings.domain ?? this.settings.host;
  }
  /** Where this machine is seen from there. */
  get localAddress(): string {
    return this.settings.mediaAddress ?? this.#local.address;
  }
  /** Where the other side's signalling comes from: its media may come from there as well. */
  get remoteAddress(): string {
    return this.#connection?.remoteAddress ?? '';
  }
  get contact(): string {
    const user = this.settings.account?.user ?? 'kontor';
    return `sip:${user}@${hostText(this.#local.address)}:${this.#local.port};transport=${this.settings.transport}`;
  }
  /** Whether one more call may go out. */
  get free(): boolean {
    return this.#state.phase === 'up' && this.#running < this.settings.channels;
  }

  /** Counts a call against the channels until the function returned is called. */
  occupy(): () => void {
    this.#running += 1;
    let occupied = true;
    return () => {
      if (occupied) this.#running -= 1;
      occupied = false;
    };
  }

  send(message: SipMessage): void {
    this.#connection?.send(message);
  }

  close(): void {
    this.#state = { phase: 'closed' };
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
    this.agent.close();
    this.#connection?.close(1001, 'going away');
  }

  async #connect(): Promise<void> {
    this.#set({ phase: 'connecting' });
    try {
      const socket = await this.#open();
      if (this.#state.phase === 'closed') return void socket.destroy();
      this.#local = { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 };
      this.#connection = SipConnection.overTcp(
        socket,
        {
          message: async (_connection, bytes) => {
            const parsed = parseMessage(bytes, { headers: maximumHeaders });
            if (parsed.kind === 'message') this.agent.receive(parsed.message);
          },
          closed: (connection) => {
            if (connection === this.#connection) this.#lost('connection closed');
          },
        },
        limits,
        this.transport,
      );
      await this.#announce();
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  async #open(): Promise<Socket> {
    let last: unknown = new Error('no address');
    for (const { host, port } of await this.#addresses()) {
      try {
        return await this.#openAt(host, port);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  #openAt(host: string, port: number): Promise<Socket> {
    const { transport, certificateAuthority } = this.settings;
    return new Promise((resolve, reject) => {
      const secure = transport === 'tls';
      const socket = secure
        ? connectTls({
            host,
            port,
            // The certificate must be the one of the name that was configured, not of what SRV answered (RFC 5922).
            ...(isIP(this.domain) === 0 ? { servername: this.domain } : {}),
            ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
            rejectUnauthorized: true,
            minVersion: 'TLSv1.2',
          })
        : connectTcp({ host, port });
      const late = setTimeout(() => socket.destroy(new Error('no connection in time')), this.#timing.connectMs).unref();
      socket.once('error', (error) => {
        clearTimeout(late);
        reject(error);
      });
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(late);
        resolve(socket);
      });
    });
  }

  async #addresses(): Promise<{ host: string; port: number }[]> {
    const { host, port, transport } = this.settings;
    const plain = host.replace(/^\[(.*)\]$/, '$1');
    if (port !== null) return [{ host: plain, port }];
    const standard = transport === 'tls' ? 5061 : 5060;
    if (isIP(plain) !== 0) return [{ host: plain, port: standard }];
    const records = await resolveSrv(`_${transport === 'tls' ? 'sips' : 'sip'}._tcp.${plain}`).catch(() => []);
    const ordered = records.toSorted((one, other) => one.priority - other.priority || other.weight - one.weight);
    return ordered.length > 0
      ? ordered.map(({ name, port: at }) => ({ host: name, port: at }))
      : [{ host: plain, port: standard }];
  }

  /** Registers, or asks for a sign of life; the trunk is up when that was answered. */
  async #announce(): Promise<void> {
    const seconds = this.#registers() ? await this.#register() : await this.#ask();
    if (this.#state.phase === 'closed') return;
    this.#retryMs = this.#timing.firstRetryMs;
    this.#set({ phase: 'up' });
    const next = seconds === null ? this.#timing.keepAliveMs : Math.min(this.#timing.keepAliveMs, seconds * 800);
    const connection = this.#connection;
    let registeredUntil = seconds === null ? Infinity : performance.now() + seconds * 800;
    const beat = (): void => {
      const again = performance.now() >= registeredUntil ? this.#register() : this.#ask();
      again.then(
        (granted) => {
          if (granted !== null) registeredUntil = performance.now() + granted * 800;
          if (this.#connection === connection && this.open) this.#later(next, beat);
        },
        (error: unknown) => {
          if (this.#connection === connection) this.#lost(error instanceof Error ? error.message : String(error));
        },
      );
    };
    this.#later(next, beat);
  }

  #registers(): boolean {
    return this.settings.register && this.settings.account !== null;
  }

  /** OPTIONS: whoever answers anything is alive. */
  async #ask(): Promise<null> {
    const response = await this.#exchange('OPTIONS', `sip:${this.domain};transport=${this.settings.transport}`, []);
    if (response.status === 408 || response.status === 503) throw new Error(`no sign of life (${response.status})`);
    return null;
  }

  /** Resolves with the seconds granted. */
  async #register(): Promise<number> {
    let wanted = registrationSeconds;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const response = await this.#exchange('REGISTER', `sip:${this.domain};transport=${this.settings.transport}`, [
        { name: 'Contact', value: `<${this.contact}>` },
        { name: 'Expires', value: String(wanted) },
      ]);
      if (response.status === 423) wanted = Number(header(response, 'Min-Expires') ?? '') || 3_600;
      else if (response.status >= 300) throw new Error(`registration refused (${response.status} ${response.reason})`);
      else return grantedSeconds(response, this.contact) ?? wanted;
    }
    throw new Error('registration refused (423)');
  }

  /** A request of the trunk's own, outside of dialogs; one challenge is answered. */
  #exchange(method: string, uri: string, extra: SipHeader[]): Promise<SipResponse> {
    const user = this.settings.account?.user ?? 'kontor';
    const address = `<sip:${user}@${this.domain}>`;
    this.#sequence += 1;
    const request: SipRequest = {
      kind: 'request',
      method,
      uri,
      headers: [
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: `${address};tag=${randomToken()}` },
        { name: 'To', value: method === 'REGISTER' ? address : `<${uri}>` },
        { name: 'Call-ID', value: method === 'REGISTER' ? this.#registrationId : `${randomToken()}@kontor` },
        { name: 'CSeq', value: `${this.#sequence} ${method}` },
        { name: 'User-Agent', value: 'Kontor' },
        ...extra,
      ],
      body: Buffer.alloc(0),
    };
    return new Promise((resolve, reject) => {
      const late = this.#later(this.#timing.answerMs, () => reject(new Error(`${method} not answered`)));
      const send = (sent: SipRequest): void => {
        this.agent.send(sent, (response) => {
          if (response.status < 200) return;
          const again =
            response.status === 401 || response.status === 407
              ? (this.agent.authorize?.(sent, response) ?? null)
              : null;
          if (again === null) {
            this.#cancel(late);
            return resolve(response);
          }
          this.#sequence += 1;
          const { method: same } = cseq(sent);
          const kept = withHeader(without(sent.headers, 'Via', again.name), 'CSeq', `${this.#sequence} ${same}`);
          send({ ...sent, headers: [...kept, again] });
        });
      };
      send(request);
    });
  }

  #lost(reason: string): void {
    if (this.#state.phase === 'closed' || this.#state.phase === 'down') return;
    const connection = this.#connection;
    this.#connection = null;
    connection?.close(1001, 'lost');
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
    this.#log.warn({ reason }, 'trunk is down');
    this.#set({ phase: 'down', reason });
    this.agent.connectionLost();
    const pause = this.#retryMs * (0.75 + Math.random() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#timing.longestRetryMs);
    this.#later(pause, () => void this.#connect());
  }

  #set(state: TrunkState): void {
    if (this.#state.phase === 'closed') return;
    const before = this.#state.phase;
    this.#state = state;
    if (state.phase === 'up' && before !== 'up') this.#log.info('trunk is up');
    if (before !== state.phase) this.#changed();
  }

  #later(milliseconds: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds).unref();
    this.#timers.add(timer);
    return timer;
  }
  #cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }
}

/** What the registrar granted for our contact (RFC 3261 §10.2.4). */
const grantedSeconds = (response: SipResponse, contact: string): number | null => {
  const all = headers(response, 'Contact').flatMap((value) => parseAddress(value) ?? []);
  const own = all.find(({ uri }) => uri === contact) ?? all[0];
  const text = own?.parameters.get('expires') ?? header(response, 'Expires') ?? '';
  return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null;
};

const plainAddress = (address: string): string => address.replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/, '$1');
const hostText = (address: string): string => (address.includes(':') ? `[${address}]` : address);
