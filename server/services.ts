import type { Accounts } from './accounts/accounts.ts';
import type { Database } from './database/database.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import type { CallRecorder } from './journal/call-recorder.ts';
import type { ServerLimits } from './limits.ts';
import type { Logger } from './log.ts';
import type { ServerMetrics } from './metrics.ts';
import type { SipService } from './sip/sip-service.ts';
import type { XmppService } from './xmpp/xmpp-service.ts';

export interface ServiceParts {
  accounts: Accounts;
  database: Database;
  events: EventPublisher;
  journal: CallRecorder;
  log: Logger;
  metrics: ServerMetrics;
  limits: ServerLimits;
  options: { noAnswerSeconds?: number };
}

/** Telephony and chat; `null` where this server does not offer one. */
export const startServices = async (
  _parts: ServiceParts,
): Promise<{ xmpp: XmppService | null; sip: SipService | null }> => ({ xmpp: null, sip: null });
