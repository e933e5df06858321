import { randomBytes } from 'node:crypto';
import { parseVia } from '../message/address.ts';
import {
  cseq,
  header,
  headers,
  respond,
  without,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import type { SipPeer } from '../transport/sip-connection.ts';

/**
 * Transactions over reliable transports (RFC 3261 §17, RFC 6026). Nothing is retransmitted by us, so of the
 * timers only those that end a state are left: B and F (no answer), H, J, L and M (memory of the end).
 *
 *   server: proceeding -> completed (non-2xx) | accepted (2xx, INVITE) -> forgotten after 32 s
 *   client: calling -> proceeding -> completed | accepted -> forgotten after 32 s
 */
const lifetime = 32_000;

export interface ServerTransaction {
  readonly key: string;
  readonly request: SipRequest;
  readonly peer: SipPeer;
  state: 'proceeding' | 'completed' | 'accepted';
  last: SipResponse | null;
  /** Called on a matching CANCEL. */
  cancelled: ((reason: string | undefined) => void) | null;
}

export interface ClientTransaction {
  readonly key: string;
  readonly request: SipRequest;
  readonly peer: SipPeer;
  state: 'calling' | 'proceeding' | 'completed' | 'accepted';
  cancelReason: string | null;
  cancelSent: boolean;
  timer: NodeJS.Timeout | null;
  readonly onResponse: (response: SipResponse) => void;
}

export const randomToken = (): string => randomBytes(9).toString('base64url').replace(/[-_]/g, 'x');

const serverKey = (request: SipRequest, method: string): string => {
  const via = parseVia(header(request, 'Via') ?? '');
  const branch = via?.branch ?? '';
  if (/^z9hG4bK./.test(branch)) return `${branch.toLowerCase()} ${via?.sentBy} ${method}`;
  // RFC 2543 clients: match by what identifies the request (RFC 3261 §17.2.3).
  return [
    header(request, 'Call-ID'),
    cseq(request).number,
    header(request, 'From'),
    header(request, 'Via'),
    method,
  ].join(' ');
};

export class Transactions {
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #live: (peer: SipPeer) => SipPeer;
  readonly #peerIds = new WeakMap<SipPeer, string>();

  /** `live` finds where a peer is now: the connection it has reconnected with. */
  constructor(live: (peer: SipPeer) => SipPeer) {
    this.#live = live;
  }

  /** A new server transaction; `null` when the request is a retransmission and has been dealt with. */
  begin(request: SipRequest, peer: SipPeer): ServerTransaction | null {
    const key = this.#keyFor(request, peer, request.method);
    const known = this.#servers.get(key);
    if (known !== undefined) {
      if (known.last !== null && known.state !== 'accepted') peer.send(known.last);
      return null;
    }
    const transaction: ServerTransaction = { key, request, peer, state: 'proceeding', last: null, cancelled: null };
    this.#servers.set(key, transaction);
    return transaction;
  }

  /** The INVITE transaction that an ACK or CANCEL from the same connection belongs to. */
  invitationOf(request: SipRequest, peer: SipPeer): ServerTransaction | undefined {
    const known = this.#servers.get(this.#keyFor(request, peer, 'INVITE'));
    if (known !== undefined) return known;
    // The client may have reconnected since it sent the INVITE.
    const suffix = ` ${serverKey(request, 'INVITE')}`;
    return [...this.#servers.values()].find((one) => one.key.endsWith(suffix) && this.#live(one.peer) === peer);
  }

  respond(transaction: ServerTransaction, response: SipResponse): void {
    if (transaction.state === 'completed') return;
    if (transaction.state === 'accepted' && response.status >= 300) return;
    transaction.last = response;
    this.#live(transaction.peer).send(response);
    if (response.status < 200 || transaction.state === 'accepted') return;
    transaction.state = transaction.request.method === 'INVITE' && response.status < 300 ? 'accepted' : 'completed';
    this.#later(lifetime, () => this.#servers.delete(transaction.key));
  }

  refuse(transaction: ServerTransaction, status: number, reason: string, extra: SipHeader[] = []): void {
    this.respond(transaction, respond(transaction.request, status, reason, randomToken(), extra));
  }

  /** Sends `request` (without our Via) and reports every response but 100; a time-out comes as 408. */
  send(
    request: SipRequest,
    peer: SipPeer,
    via: string,
    onResponse: (response: SipResponse) => void,
  ): ClientTransaction {
    const branch = `z9hG4bK${randomToken()}`;
    const own: SipHeader = { name: 'Via', value: `SIP/2.0/${peer.transport} ${via};branch=${branch}` };
    const sent: SipRequest = { ...request, headers: [own, ...request.headers] };
    const key = `${branch} ${request.method}`;
    const transaction: ClientTransaction = {
      key,
      request: sent,
      peer,
      state: 'calling',
      cancelReason: null,
      cancelSent: false,
      timer: null,
      onResponse,
    };
    this.#clients.set(key, transaction);
    transaction.timer = this.#later(lifetime, () => this.fail(transaction, 408, 'Request Timeout'));
    peer.send(sent);
    return transaction;
  }

  /** Ends a transaction without an answer: time-out or lost connection. */
  fail(transaction: ClientTransaction, status: number, reason: string): void {
    if (transaction.state === 'completed' || transaction.state === 'accepted') return;
    transaction.state = 'completed';
    this.#clients.delete(transaction.key);
    this.#stop(transaction.timer);
    transaction.onResponse(stripVia(respond(transaction.request, status, reason, randomToken())));
  }

  /** CANCEL, once a provisional response has come (RFC 3261 §9.1). */
  cancel(transaction: ClientTransaction, reason: string): void {
    if (transaction.state === 'completed' || transaction.state === 'accepted') return;
    transaction.cancelReason ??= reason;
    if (transaction.state !== 'proceeding' || transaction.cancelSent) return;
    transaction.cancelSent = true;
    const { request } = transaction;
    const kept = request.headers.filter(({ name }) => ['From', 'To', 'Call-ID', 'Route'].includes(name));
    this.#live(transaction.peer).send({
      kind: 'request',
      method: 'CANCEL',
      uri: request.uri,
      headers: [
        { name: 'Via', value: header(request, 'Via') ?? '' },
        { name: 'Max-Forwards', value: '70' },
        ...kept,
        { name: 'CSeq', value: `${cseq(request).number} CANCEL` },
        ...(transaction.cancelReason === '' ? [] : [{ name: 'Reason', value: transaction.cancelReason }]),
      ],
      body: Buffer.alloc(0),
    });
    this.#later(lifetime, () => this.fail(transaction, 408, 'Request Timeout'));
  }

  /** Takes a response from the peer the request went to; anything else is dropped. */
  receive(response: SipResponse, peer: SipPeer): boolean {
    const via = parseVia(header(response, 'Via') ?? '');
    const transaction = this.#clients.get(`${via?.branch ?? ''} ${cseq(response).method}`);
    if (transaction === undefined || this.#live(transaction.peer) !== this.#live(peer)) return false;
    const invite = transaction.request.method === 'INVITE';
    if (response.status < 200) {
      if (transaction.state !== 'calling' && transaction.state !== 'proceeding') return true;
      if (invite) this.#stop(transaction.timer);
      transaction.state = 'proceeding';
      if (transaction.cancelReason !== null) this.cancel(transaction, transaction.cancelReason);
      if (response.status > 100) transaction.onResponse(stripVia(response));
      return true;
    }
    if (invite && response.status >= 300) this.#acknowledge(transaction, response);
    if (transaction.state === 'completed' || (transaction.state === 'accepted' && response.status >= 300)) return true;
    const again = transaction.state === 'accepted';
    transaction.state = invite && response.status < 300 ? 'accepted' : 'completed';
    if (!again) {
      this.#stop(transaction.timer);
      this.#later(invite ? lifetime : 1000, () => this.#clients.delete(transaction.key));
    }
    transaction.onResponse(stripVia(response));
    return true;
  }

  /**
   * Fails what waits for an answer over a connection that has closed. A telephone that rings may come back within
   * `patience` milliseconds and answer over another connection.
   */
  connectionClosed(peer: SipPeer, patience: number): void {
    for (const transaction of [...this.#clients.values()]) {
      if (transaction.peer !== peer) continue;
      if (transaction.request.method !== 'INVITE' || transaction.state !== 'proceeding')
        this.fail(transaction, 408, 'Connection lost');
      else
        this.#later(patience, () => {
          if (!this.#live(peer).open) this.fail(transaction, 408, 'Connection lost');
        });
    }
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #acknowledge({ request, peer }: ClientTransaction, response: SipResponse): void {
    const kept = request.headers.filter(({ name }) => ['From', 'Call-ID', 'Route'].includes(name));
    this.#live(peer).send({
      kind: 'request',
      method: 'ACK',
      uri: request.uri,
      headers: [
        { name: 'Via', value: header(request, 'Via') ?? '' },
        { name: 'Max-Forwards', value: '70' },
        ...kept,
        { name: 'To', value: header(response, 'To') ?? '' },
        { name: 'CSeq', value: `${cseq(request).number} ACK` },
      ],
      body: Buffer.alloc(0),
    });
  }

  #keyFor(request: SipRequest, peer: SipPeer, method: string): string {
    let id = this.#peerIds.get(peer);
    if (id === undefined) this.#peerIds.set(peer, (id = randomToken()));
    return `${id} ${serverKey(request, method)}`;
  }

  #later(milliseconds: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds).unref();
    this.#timers.add(timer);
    return timer;
  }

  #stop(timer: NodeJS.Timeout | null): void {
    if (timer === null) return;
    clearTimeout(timer);
    this.#timers.delete(timer);
  }
}

const stripVia = (response: SipResponse): SipResponse => {
  const [, ...rest] = headers(response, 'Via');
  return {
    ...response,
    headers: [...rest.map((value) => ({ name: 'Via', value })), ...without(response.headers, 'Via')],
  };
};
