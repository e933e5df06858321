/** How the HTTP server hands an accepted WebSocket to `/sip`, `/xmpp` and `/events`. */
import type { WebSocket } from 'ws';

export interface ConnectionInfo {
  remoteAddress: string;
  /** True over TLS or from a loopback address: where PLAIN may be offered. */
  secure: boolean;
}

export interface WebSocketService {
  /** Takes the connection over. Never throws. */
  accept(socket: WebSocket, info: ConnectionInfo): void;
  /** Ends all connections in the protocol's own way, then resolves. */
  close(): Promise<void>;
}
