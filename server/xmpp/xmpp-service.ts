import type { Registry } from 'prom-client';
import type { Accounts } from '../accounts/accounts.ts';
import type { WebSocketService } from '../connection.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../log.ts';

export interface XmppServiceOptions {
  accounts: Accounts;
  database: Database;
  log: Logger;
  metrics: Registry;
  limits: { stanzaBytes: number; connectionsPerAccount: number; stanzasPerSecond: number };
}

/** XMPP over WebSocket (RFC 7395). See `README.md` for the extensions. */
export interface XmppService extends WebSocketService {
  /** Resolves when everything acknowledged so far is stored. */
  flush(): Promise<void>;
}
