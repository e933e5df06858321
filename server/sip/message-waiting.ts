import type { UserId } from '../../protocol/identity.ts';
import type { DeviceAccount } from '../accounts/accounts.ts';
import { parseAddress, parseUri } from './message/address.ts';
import { header, respond, tokens, type SipHeader, type SipRequest } from './message/message.ts';
import type { Location } from './registrar/location.ts';
import { randomToken, type ServerTransaction, type Transactions } from './proxy/transactions.ts';
import type { SipPeer } from './transport/sip-connection.ts';

const event = 'message-summary';
const defaultSeconds = 3_600;
const longestSeconds = 7_200;
const shortestSeconds = 60;
const mostPerDevice = 5;

/** What a mailbox holds. */
export interface WaitingMessages {
  counts(userId: UserId): Promise<{ unheard: number; heard: number }>;
  /** Tells whose counts may have changed. */
  onChanged(listener: (userId: UserId) => void): () => void;
  /** Dial string of the mailbox. */
  number: string;
}

interface Subscription {
  device: DeviceAccount;
  peer: SipPeer;
  callId: string;
  /** Ours and theirs, with tags. */
  local: string;
  remote: string;
  target: string;
  sequence: number;
  expiresAt: number;
  timer: NodeJS.Timeout;
}

/**
 * The lamp of telephones (RFC 3842): subscribed to as RFC 6665 says, and told without asking to registered telephones
 * that are none of our clients, which hear of messages by the event stream. A subscription lives no longer than its
 * connection.
 */
export class MessageWaiting {
  readonly #waiting: WaitingMessages;
  readonly #location: Location;
  readonly #transactions: Transactions;
  readonly #via: string;
  readonly #now: () => number;
  readonly #undo: () => void;
  /** By dialog: Call-ID and the other side's tag. */
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(parts: {
    waiting: WaitingMessages;
    location: Location;
    transactions: Transactions;
    via: string;
    now: () => number;
  }) {
    this.#waiting = parts.waiting;
    this.#location = parts.location;
    this.#transactions = parts.transactions;
    this.#via = parts.via;
    this.#now = parts.now;
    this.#undo = parts.waiting.onChanged((userId) => void this.#tell(userId).catch(() => undefined));
  }

  static isAbout(request: SipRequest): boolean {
    return request.method === 'SUBSCRIBE' && (header(request, 'Event') ?? '').split(';')[0]?.trim() === event;
  }

  /** A SUBSCRIBE of an authenticated device to its own mailbox: a first one, a refresh, or (Expires: 0) the end. */
  subscribe(server: ServerTransaction, device: DeviceAccount, peer: SipPeer): void {
    const { request } = server;
    const refuse = (status: number, reason: string, extra: SipHeader[] = []): void =>
      this.#transactions.refuse(server, status, reason, extra);
    const from = parseAddress(header(request, 'From') ?? '');
    const target = parseAddress(header(request, 'Contact') ?? '')?.uri;
    const to = parseAddress(header(request, 'To') ?? '');
    const about = parseUri(to?.uri ?? '')?.user;
    const tag = from?.parameters.get('tag') ?? '';
    const key = `${header(request, 'Call-ID') ?? ''} ${tag}`;
    const known = this.#subscriptions.get(key);
    const isRefresh = (to?.parameters.get('tag') ?? '') !== '';
    if (target === undefined || tag === '') return refuse(400, 'Bad Request');
    if (isRefresh && (known === undefined || known.device.deviceId !== device.deviceId))
      return refuse(481, 'Subscription Does Not Exist');
    if (!isRefresh && about !== device.extension && about !== device.username && about !== this.#waiting.number)
      return refuse(403, 'Not Your Mailbox');
    const accepted = tokens(request, 'Accept');
    if (
      accepted.length > 0 &&
      !accepted.some((type) => type === 'application/simple-message-summary' || type === '*/*')
    )
      return refuse(406, 'Not Acceptable');
    const wanted = Number(header(request, 'Expires') ?? defaultSeconds);
    if (!Number.isFinite(wanted) || wanted < 0) return refuse(400, 'Bad Expires');
    if (wanted > 0 && wanted < shortestSeconds)
      return refuse(423, 'Interval Too Brief', [{ name: 'Min-Expires', value: String(shortestSeconds) }]);
    const seconds = Math.min(wanted, longestSeconds);
    const own = [...this.#subscriptions.values()].filter((one) => one.device.deviceId === device.deviceId);
    if (known === undefined && own.length >= mostPerDevice) return refuse(403, 'Too Many Subscriptions');

    const localTag = known === undefined ? randomToken() : (parseAddress(known.local)?.parameters.get('tag') ?? '');
    this.#transactions.respond(
      server,
      respond(request, 200, 'OK', localTag, [
        { name: 'Expires', value: String(seconds) },
        { name: 'Contact', value: `<${request.uri}>` },
      ]),
    );
    if (known !== undefined) clearTimeout(known.timer);
    const subscription: Subscription = {
      device,
      peer,
      callId: header(request, 'Call-ID') ?? '',
      local: known?.local ?? `${header(request, 'To') ?? ''};tag=${localTag}`,
      remote: header(request, 'From') ?? '',
      target,
      sequence: known?.sequence ?? 0,
      expiresAt: this.#now() + seconds * 1000,
      timer: setTimeout(() => this.#end(key), seconds * 1000).unref(),
    };
    this.#subscriptions.set(key, subscription);
    // The state is told with every SUBSCRIBE (RFC 6665 §4.2.1.2), also with the one that ends it.
    void this.#notify(key, subscription).catch(() => undefined);
    if (seconds === 0) this.#drop(key);
  }

  /** Lights the lamp of a telephone that has just registered. */
  registered(device: DeviceAccount): void {
    if (device.deviceKind === 'other') void this.#tell(device.userId, device.deviceId).catch(() => undefined);
  }

  connectionClosed(peer: SipPeer): void {
    for (const [key, subscription] of [...this.#subscriptions]) if (subscription.peer === peer) this.#drop(key);
  }

  close(): void {
    this.#undo();
    for (const key of [...this.#subscriptions.keys()]) this.#drop(key);
  }

  /** `newcomer`: this device alone, and only where there is something to tell. */
  async #tell(userId: UserId, newcomer: string | null = null): Promise<void> {
    const own = [...this.#subscriptions].filter(([, { device }]) => device.userId === userId);
    if (newcomer === null) for (const [key, subscription] of own) await this.#notify(key, subscription);
    const subscribed = new Set(own.map(([, { device }]) => device.deviceId));
    const lamps = this.#location
      .ofUser(userId)
      .filter(({ device }) => device.deviceKind === 'other' && !subscribed.has(device.deviceId))
      .filter(({ device }) => newcomer === null || device.deviceId === newcomer);
    if (lamps.length === 0) return;
    const counts = await this.#waiting.counts(userId);
    if (newcomer !== null && counts.unheard === 0) return;
    for (const { device, contact, connection } of lamps) {
      const account = `sip:${this.#waiting.number}@${device.domain}`;
      this.#send(
        {
          uri: contact,
          from: `<${account}>;tag=${randomToken()}`,
          to: `<sip:${device.extension}@${device.domain}>`,
          callId: randomToken(),
          sequence: 1,
          state: 'terminated;reason=noresource',
          body: summaryOf(account, counts),
        },
        connection,
        () => undefined,
      );
    }
  }

  async #notify(key: string, subscription: Subscription): Promise<void> {
    const { device, peer, target, local, remote, callId } = subscription;
    const counts = await this.#waiting.counts(device.userId);
    const left = Math.round((subscription.expiresAt - this.#now()) / 1000);
    subscription.sequence += 1;
    this.#send(
      {
        uri: target,
        from: local,
        to: remote,
        callId,
        sequence: subscription.sequence,
        state: left > 0 ? `active;expires=${left}` : 'terminated;reason=timeout',
        body: summaryOf(`sip:${this.#waiting.number}@${device.domain}`, counts),
      },
      peer,
      (status) => {
        if (status === 481 || status === 408) this.#drop(key);
      },
    );
  }

  #send(
    notice: { uri: string; from: string; to: string; callId: string; sequence: number; state: string; body: string },
    peer: SipPeer,
    answered: (status: number) => void,
  ): void {
    const { uri, from, to, callId, sequence, state, body } = notice;
    this.#transactions.send(
      {
        kind: 'request',
        method: 'NOTIFY',
        uri,
        headers: [
          { name: 'Max-Forwards', value: '70' },
          { name: 'From', value: from },
          { name: 'To', value: to },
          { name: 'Call-ID', value: callId },
          { name: 'CSeq', value: `${sequence} NOTIFY` },
          { name: 'Contact', value: from.replace(/;tag=[^;]*$/, '') },
          { name: 'Event', value: event },
          { name: 'Subscription-State', value: state },
          { name: 'Content-Type', value: 'application/simple-message-summary' },
        ],
        body: Buffer.from(body),
      },
      peer,
      this.#via,
      (response) => {
        if (response.status >= 200) answered(response.status);
      },
    );
  }

  #end(key: string): void {
    const subscription = this.#subscriptions.get(key);
    if (subscription !== undefined) void this.#notify(key, subscription).catch(() => undefined);
    this.#drop(key);
  }

  #drop(key: string): void {
    clearTimeout(this.#subscriptions.get(key)?.timer);
    this.#subscriptions.delete(key);
  }
}

/** RFC 3842 §5.2. */
const summaryOf = (account: string, { unheard, heard }: { unheard: number; heard: number }): string =>
  [
    `Messages-Waiting: ${unheard > 0 ? 'yes' : 'no'}`,
    `Message-Account: ${account}`,
    `Voice-Message: ${unheard}/${heard} (0/0)`,
    '',
  ].join('\r\n');
