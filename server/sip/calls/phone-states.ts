import type { PhoneState, UserId } from '../../../protocol/identity.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { EventPublisher } from '../../events/event-publisher.ts';
import type { Logger } from '../../log.ts';
import type { CallBook } from './call-book.ts';

/**
 * The state of all telephones of a user together (CON-3), published on change only. Talking or calling out is
 * `busy`; an incoming call that rings is `ringing`; a registered (or just reconnecting) telephone is `free`.
 */
export class PhoneStates {
  readonly #present: (userId: UserId) => boolean;
  readonly #calls: CallBook;
  readonly #accounts: Accounts;
  readonly #events: EventPublisher;
  readonly #log: Logger;
  readonly #known = new Map<UserId, PhoneState>();
  #publishing: Promise<void> = Promise.resolve();

  constructor(
    present: (userId: UserId) => boolean,
    calls: CallBook,
    { accounts, events, log }: { accounts: Accounts; events: EventPublisher; log: Logger },
  ) {
    this.#present = present;
    this.#calls = calls;
    this.#accounts = accounts;
    this.#events = events;
    this.#log = log;
  }

  of(userId: UserId): PhoneState {
    return this.#known.get(userId) ?? 'offline';
  }

  /** Works the state out again; the first state known of a user after a start is always published. */
  refresh(userId: UserId): void {
    const state = this.#compute(userId);
    if (this.#known.get(userId) === state) return;
    this.#known.set(userId, state);
    this.#publishing = this.#publishing
      .then(async () => {
        const audience = await this.#accounts.watchersOf(userId);
        await this.#events.publish(audience, { type: 'phoneStateChanged', userId, state });
      })
      .catch((error: unknown) => this.#log.error({ error }, 'phone state not published'));
  }

  async settled(): Promise<void> {
    await this.#publishing;
  }

  #compute(userId: UserId): PhoneState {
    if (!this.#present(userId)) return 'offline';
    // What talks to the mailbox does not keep its owner from telephoning.
    const calls = this.#calls.ofUser(userId).filter((call) => call.mailbox === null || call.caller.userId === userId);
    if (calls.some((call) => call.answeredAt !== null || call.caller.userId === userId)) return 'busy';
    return calls.some((call) => call.ringing) ? 'ringing' : 'free';
  }
}
