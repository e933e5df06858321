import { withHeader, type SipMessage } from '../sip/message/message.ts';
import type { SipConnection, SipPeer } from '../sip/transport/sip-connection.ts';

/** Kamailio as a neighbour on SIP over TCP, whatever connection there is just now. */
export class EdgePeer implements SipPeer {
  readonly transport = 'TCP';
  readonly open = true;
  readonly #secret: string;
  readonly #dial: () => SipConnection;
  #connection: SipConnection | null = null;

  constructor(secret: string, dial: () => SipConnection) {
    this.#secret = secret;
    this.#dial = dial;
  }

  /** Kamailio speaks over this one. */
  use(connection: SipConnection): void {
    this.#connection = connection;
  }

  send(message: SipMessage): void {
    if (this.#connection === null || !this.#connection.open) this.#connection = this.#dial();
    this.#connection.send(
      message.kind === 'request'
        ? { ...message, headers: withHeader(message.headers, 'X-Kontor-Edge', this.#secret) }
        : message,
    );
  }
}
