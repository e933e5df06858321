import type { UserId } from '../../../protocol/identity.ts';
import type { CallLimits } from '../../numbers/outgoing.ts';
import type { Numbers } from '../../numbers/numbers.ts';
import type { OutsideLines } from '../trunk/gateway.ts';
import type { Logger } from '../../log.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { PickUpOffers } from '../calls/pick-up-offers.ts';
import type { CallBook } from '../calls/call-book.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Location } from '../registrar/location.ts';
import type { SipPeer } from '../transport/sip-connection.ts';
import type { Transactions } from './transactions.ts';

/** Waiting times, in milliseconds. */
export interface SipTiming {
  /** A user whose last connection broke still counts as there. */
  graceMs: number;
  /** A request in a dialog waits so long for the other party to reconnect. */
  reconnectMs: number;
  /** A call with a party gone for so long is closed. */
  goneMs: number;
  /** A client that came back as a new one has so long to take its former calls over. */
  takeoverMs: number;
  /** After a start: how long the calls of the former run may stay unheard of. */
  orphanMs: number;
  noAnswerMs: number;
  cancelMs: number;
}

/** A telephone inside the server, such as the echo test. It is called by its dial string, if any, in every instance. */
export interface LocalApplication {
  readonly dialString: string | null;
  readonly name: string;
  /** Stands for the device in route tokens; cannot be a real device's. */
  readonly deviceId: string;
  readonly peer: SipPeer;
  /** Gives the application its way back into the proxy. */
  attach(toProxy: (request: SipRequest) => void, respond: (message: SipResponse) => void): void;
  close(): Promise<void>;
}

/** Takes calls that nobody takes (RFC 4458). */
export interface MailboxApplication extends LocalApplication {
  /** How long the user's telephones ring before; `null`: the user's mailbox takes no calls. */
  noAnswerMs(userId: UserId): Promise<number | null>;
  /** Whether the caller of this dialog, which is over, has left a message; resolves once it is stored. */
  leftMessage(callId: string): Promise<boolean>;
}

/** Who calls: the device of a user, or, with `userId` null, somebody outside. */
export interface Caller {
  userId: UserId | null;
  deviceId: string;
  name: string;
  extension: string;
  domain: string;
}

/** Who sends a request: an authenticated device or an application. */
export interface Sender {
  peer: SipPeer;
  userId: string;
  deviceId: string;
}

/** What all parts of the proxy work with. */
export interface ProxyCore {
  accounts: Accounts;
  log: Logger;
  transactions: Transactions;
  location: Location;
  calls: CallBook;
  applications: LocalApplication[];
  /** One of the applications. */
  mailbox: MailboxApplication | null;
  /** The lines to the outside; one of the applications. */
  lines: OutsideLines;
  numbers: Numbers;
  limits: CallLimits;
  pickUps: PickUpOffers;
  key: Buffer;
  /** Kamailio in front, where there is one. */
  edge: SipPeer | null;
  /** Our sent-by. */
  via: string;
  timing: SipTiming;
  dialogsPerDevice: number;
  now: () => number;
}
