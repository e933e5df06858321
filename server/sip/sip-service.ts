import type { Registry } from 'prom-client';
import type { PhoneState, UserId } from '../../protocol/identity.ts';
import type { PickUpOffer } from '../../protocol/rest.ts';
import type { Accounts, DeviceAccount } from '../accounts/accounts.ts';
import type { PickUpResult } from './proxy/router.ts';
import type { WebSocketService } from '../connection.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import type { CallRecorder } from '../journal/call-recorder.ts';
import type { EdgeOptions } from '../kamailio/edge.ts';
import type { Logger } from '../log.ts';
import type { Numbers } from '../numbers/numbers.ts';
import type { GatewayTiming } from './trunk/gateway.ts';
import type { WaitingMessages } from './message-waiting.ts';
import type { LocalApplication, MailboxApplication, SipTiming } from './proxy/core.ts';

export interface SipServiceOptions {
  accounts: Accounts;
  events: EventPublisher;
  calls: CallRecorder;
  log: Logger;
  metrics: Registry;
  limits: { messageBytes: number; headers: number; connectionsPerAccount: number; messagesPerSecond: number };
  /** Key of the stateless digest nonces and record-route tokens: 32 random bytes, kept with the data. */
  nonceKey: Buffer;
  /** Seconds an unanswered call rings (default 60). Tests shorten it. */
  noAnswerSeconds?: number;
  /** Other waiting times; tests shorten them. */
  timing?: Partial<SipTiming>;
  /** Telephones inside the server, such as the echo test. */
  applications?: LocalApplication[];
  /** Takes calls that nobody takes. */
  mailbox?: MailboxApplication;
  /** What lights the lamps of telephones. */
  waiting?: WaitingMessages;
  /** Country, rights and trunks; without them nothing leaves the house. */
  numbers?: Numbers;
  /** Waiting times of the trunks; tests shorten them. */
  trunkTiming?: Partial<GatewayTiming>;
  /** Kamailio in front as registrar and proxy. */
  edge?: EdgeOptions;
  /** Milliseconds since the epoch; tests set it. */
  now?: () => number;
}

/** Registrar and forking proxy (RFC 3261) over WebSocket (RFC 7118) and TCP, with the media applications behind it. */
export interface SipService extends WebSocketService {
  /** Opens SIP over TCP; resolves with the bound port. */
  listenTcp(port: number, host: string): Promise<number>;
  phoneStateOf(userId: UserId): PhoneState;
  /** Brings the call that rings at a colleague to this device (TEL-11). */
  pickUp(device: DeviceAccount, userId: UserId): Promise<PickUpResult>;
  pickUpsFor(userId: UserId): PickUpOffer[];
  /** Counts for `/healthz`. */
  status(): {
    registrations: number;
    dialogs: number;
    connections: number;
    trunks: { id: string; state: 'connecting' | 'up' | 'down' | 'closed' }[];
  };
}
