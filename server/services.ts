import type { Accounts } from './accounts/accounts.ts';
import type { Database } from './database/database.ts';
import { serverKey } from './database/server-keys.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import type { CallRecorder } from './journal/call-recorder.ts';
import type { EdgeOptions } from './kamailio/edge.ts';
import type { ServerLimits } from './limits.ts';
import type { Logger } from './log.ts';
import type { ServerMetrics } from './metrics.ts';
import { createEchoApplication } from './media/echo-application.ts';
import { createEmbeddedMedia } from './media/embedded-media.ts';
import type { Numbers } from './numbers/numbers.ts';
import { createSipService } from './sip/service.ts';
import type { SipService } from './sip/sip-service.ts';
import { createMailboxApplication, mailboxNumber, type MailboxTiming } from './voicemail/mailbox-application.ts';
import type { Mailboxes } from './voicemail/mailboxes.ts';
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
  mailboxes: Mailboxes;
  numbers: Numbers;
  options: { edge?: EdgeOptions | null; noAnswerSeconds?: number; mailboxTiming?: Partial<MailboxTiming> };
}

/** Telephony and chat; `null` where this server does not offer one. */
export const startServices = async ({
  accounts,
  database,
  events,
  journal,
  log,
  metrics,
  limits,
  mailboxes,
  numbers,
  options,
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
  const sipLog = log.child({ part: 'sip' });
  const media = createEmbeddedMedia();
  const mailbox = createMailboxApplication({
    media,
    mailboxes,
    accounts,
    log: sipLog,
    ...(options.mailboxTiming === undefined ? {} : { timing: options.mailboxTiming }),
  });
  const sip = await createSipService({
    accounts,
    events,
    calls: journal,
    applications: [createEchoApplication(media, sipLog)],
    mailbox,
    waiting: {
      number: mailboxNumber,
      counts: (userId) => mailboxes.counts(userId),
      onChanged: (listener) => mailboxes.onChanged(listener),
    },
    numbers,
    log: sipLog,
    metrics: metrics.registry,
    limits: {
      messageBytes: limits.sipMessageBytes,
      headers: limits.sipHeaders,
      connectionsPerAccount: limits.connectionsPerAccount,
      messagesPerSecond: limits.sipMessagesPerSecond,
    },
    nonceKey: await serverKey(database, 'sip'),
    ...(options.edge === undefined || options.edge === null ? {} : { edge: options.edge }),
    ...(options.noAnswerSeconds === undefined ? {} : { noAnswerSeconds: options.noAnswerSeconds }),
  });
  return { xmpp, sip };
};
