import type { UserId } from '../../protocol/identity.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Logger } from '../log.ts';
import { createApplication, type ApplicationSession } from '../media/application.ts';
import type { MediaPort } from '../media/media-port.ts';
import { parseUri } from '../sip/message/address.ts';
import type { MailboxApplication } from '../sip/proxy/core.ts';
import { deposit, type DepositLimits } from './deposit.ts';
import { listening, type ListeningTiming } from './listening.ts';
import type { Mailboxes } from './mailboxes.ts';

export const mailboxNumber = '800';

export interface MailboxTiming extends DepositLimits, ListeningTiming {}
const defaultTiming: MailboxTiming = {
  longestMs: 180_000,
  shortestMs: 700,
  silenceMs: 6_000,
  digitMs: 4_000,
  menuMs: 60_000,
  greetingMs: 60_000,
  greetingSilenceMs: 5_000,
};
const sessions = 50;
const longestCallMs = 1_800_000;
/** The proxy asks for the outcome right after the end of the call. */
const outcomeMs = 60_000;

export interface MailboxParts {
  media: Pick<MediaPort, 'voice'>;
  mailboxes: Mailboxes;
  accounts: Accounts;
  log: Logger;
  timing?: Partial<MailboxTiming>;
}

/**
 * The mailbox (800). Called by its number one hears one's messages; called for somebody (`target` in the URI, RFC 4458)
 * one leaves a message.
 */
export const createMailboxApplication = ({
  media,
  mailboxes,
  accounts,
  log,
  timing,
}: MailboxParts): MailboxApplication => {
  const limits = { ...defaultTiming, ...timing };
  const outcomes = new Map<string, PromiseWithResolvers<boolean>>();

  const application = createApplication(
    {
      dialString: mailboxNumber,
      name: 'Mailbox',
      deviceId: 'application:mailbox',
      sessions,
      longestMs: longestCallMs,
      open: async (caller, hangUp): Promise<ApplicationSession> => {
        const target = parseUri(decodeURIComponent(parseUri(caller.uri)?.parameters.get('target') ?? ''));
        const callerUser = await accounts.userByDialString(caller.number, caller.domain);
        const owner = target === null ? null : await accounts.userByDialString(target.user, target.host);
        if (target !== null && owner === null) throw new Error('nobody has this mailbox');
        const listener = { digit: (_digit: string): void => undefined, ended: hangUp };
        const session = await media.voice({ digit: (digit) => listener.digit(digit), ended: hangUp });
        const outcome = Promise.withResolvers<boolean>();
        if (owner !== null) outcomes.set(caller.callId, outcome);
        const left = (message: boolean): void => {
          outcome.resolve(message);
          setTimeout(() => outcomes.delete(caller.callId), outcomeMs).unref();
        };
        const dialogue =
          owner === null
            ? listening({
                mailboxes,
                callerUser,
                callerKey: callerUser?.userId ?? `${caller.number}@${caller.domain}`,
                timing: limits,
                session,
                find: (extension) => accounts.userByDialString(extension, caller.domain),
                hangUp,
              })
            : deposit({ mailboxes, owner, caller, callerUser, limits, session, now: () => new Date(), hangUp, left });
        listener.digit = (digit) => dialogue.pressed(digit);
        return dialogue;
      },
    },
    log,
  );
  return {
    ...application,
    noAnswerMs: (userId: UserId) => mailboxes.noAnswerMs(userId),
    leftMessage: (callId) => outcomes.get(callId)?.promise ?? Promise.resolve(false),
  };
};
