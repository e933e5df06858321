import { tagOf } from '../message/address.ts';
import {
  header,
  respond,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import { randomToken, Transactions, type ClientTransaction, type ServerTransaction } from '../proxy/transactions.ts';
import type { SipPeer } from '../transport/sip-connection.ts';
import { Leg } from './leg.ts';

export interface UserAgentOptions {
  peer: SipPeer;
  /** Sent-by of our Via, with parameters. */
  via: () => string;
  contact: () => string;
  /** The header that answers a challenge; `null` gives up. */
  authorize?: (request: SipRequest, response: SipResponse) => SipHeader | null;
  /** A new call. */
  invited: (leg: Leg, request: SipRequest) => void;
}

/** The side of the server that makes and takes calls itself, over one peer. */
export class UserAgent {
  readonly transactions: Transactions;
  readonly peer: SipPeer;
  readonly contact: () => string;
  readonly authorize: ((request: SipRequest, response: SipResponse) => SipHeader | null) | undefined;
  readonly #via: () => string;
  readonly #invited: (leg: Leg, request: SipRequest) => void;
  readonly #legs = new Map<string, Leg>();
  readonly #pauses = new Set<NodeJS.Timeout>();

  constructor({ peer, via, contact, authorize, invited }: UserAgentOptions) {
    this.peer = peer;
    this.transactions = new Transactions((one) => one);
    this.contact = contact;
    this.authorize = authorize;
    this.#via = via;
    this.#invited = invited;
  }

  get legs(): Leg[] {
    return [...this.#legs.values()];
  }

  send(request: SipRequest, heard: (response: SipResponse) => void): ClientTransaction {
    return this.transactions.send(request, this.peer, this.#via(), heard);
  }
  /** Without a transaction: an ACK. */
  dispatch(request: SipRequest): void {
    const via = `SIP/2.0/${this.peer.transport} ${this.#via()};branch=z9hG4bK${randomToken()}`;
    this.peer.send({ ...request, headers: [{ name: 'Via', value: via }, ...request.headers] });
  }

  receive(message: SipMessage): void {
    if (message.kind === 'response') return void this.transactions.receive(message, this.peer);
    const leg = this.#legs.get(keyOf(header(message, 'Call-ID') ?? '', tagOf(header(message, 'To'))));
    if (message.method === 'ACK') {
      const invitation = this.transactions.invitationOf(message, this.peer);
      if (invitation?.state !== 'completed') leg?.acknowledged(message);
      return;
    }
    const server = this.transactions.begin(message, this.peer);
    if (server === null) return;
    if (message.method === 'CANCEL') return this.#cancel(server);
    if (tagOf(header(message, 'To')) !== '') {
      if (leg === undefined) this.transactions.refuse(server, 481, 'Call/Transaction Does Not Exist');
      else leg.handle(server);
    } else if (message.method === 'INVITE') {
      this.transactions.respond(server, respond(message, 100, 'Trying', ''));
      this.#invited(Leg.incoming(this, server), message);
    } else if (message.method === 'OPTIONS') {
      const allow = { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO' };
      this.transactions.respond(server, respond(message, 200, 'OK', randomToken(), [allow]));
    } else this.transactions.refuse(server, 405, 'Method Not Allowed');
  }

  /** The peer's connection has closed: what waits for an answer has failed. Dialogs go on over the next one. */
  connectionLost(): void {
    this.transactions.connectionClosed(this.peer, 0);
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resume) => {
      const timer = setTimeout(() => {
        this.#pauses.delete(timer);
        resume();
      }, milliseconds).unref();
      this.#pauses.add(timer);
    });
  }

  add(leg: Leg): void {
    this.#legs.set(keyOf(leg.callId, leg.localTag), leg);
  }
  remove(leg: Leg): void {
    this.#legs.delete(keyOf(leg.callId, leg.localTag));
  }

  close(): void {
    this.transactions.close();
    this.#pauses.forEach((timer) => clearTimeout(timer));
  }

  #cancel(server: ServerTransaction): void {
    const invitation = this.transactions.invitationOf(server.request, this.peer);
    if (invitation === undefined) return this.transactions.refuse(server, 481, 'Call/Transaction Does Not Exist');
    this.transactions.respond(server, respond(server.request, 200, 'OK', randomToken()));
    if (invitation.state === 'proceeding') invitation.cancelled?.(header(server.request, 'Reason'));
  }
}

const keyOf = (callId: string, tag: string): string => `${callId} ${tag}`;
