import type { Accounts } from './accounts/accounts.ts';
import type { Database } from './database/database.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import type { CallRecorder } from './journal/call-recorder.ts';
import type { ServerLimits } from './limits.ts';
import type { Logger } from './log.ts';
import type { ServerMetrics } from './metrics.ts';
import type { SipService } from './sip/sip-service.ts';
import { createXmppService } from './xmpp/service.ts';
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
export const startServices = async ({
  accounts,
  database,
  log,
  metrics,
  limits,
}: ServiceParts): Promise<{ xmpp: XmppService | null; sip: SipService | null }> => {
  const xmpp = await createXmppService({
    accounts,
    database,
    log: log.child({ part: 'xmpp' }),
    metrics: metrics.registry,
    limits: {
      stanzaBytes: limits.stanzaBytes,
      connectionsPerAccount: limits.connectionsPerAccount,
      stanzasPerSecond: limits.stanzasPerSecond,
    },
  });
  return { xmpp, sip: null };
};
