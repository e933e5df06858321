import type { UserId } from '../../../protocol/identity.ts';
import type { PickUpOffer } from '../../../protocol/rest.ts';
import type { EventPublisher } from '../../events/event-publisher.ts';
import type { Logger } from '../../log.ts';
import type { Numbers } from '../../numbers/numbers.ts';
import type { Call } from './call-book.ts';

/** Tells those who may whose telephone rings, and with whom, until somebody has taken the call (TEL-11, NOT-1). */
export class PickUpOffers {
  readonly #numbers: Numbers;
  readonly #events: EventPublisher;
  readonly #log: Logger;
  readonly #open = new Map<string, { offer: PickUpOffer; audience: UserId[] }>();
  #publishing: Promise<void> = Promise.resolve();

  constructor({ numbers, events, log }: { numbers: Numbers; events: EventPublisher; log: Logger }) {
    this.#numbers = numbers;
    this.#events = events;
    this.#log = log;
  }

  rings(call: Call): void {
    const { userId } = call.callee;
    if (userId === null || call.mailbox !== null) return;
    const { name, number } = call.caller;
    const offer = { callKey: call.key, userId, caller: { name, number } };
    this.#later(async () => {
      if (this.#open.has(call.key) || call.answeredAt !== null || call.callee.userId !== userId) return;
      const audience = (await this.#numbers.pickersOf(userId)).filter((one) => one !== call.caller.userId);
      if (audience.length === 0) return;
      this.#open.set(call.key, { offer, audience });
      await this.#events.publish(audience, { type: 'pickUpOffered', offer });
    });
  }

  /** Answered, given up, or gone to the mailbox. */
  over(callKey: string): void {
    this.#later(async () => {
      const open = this.#open.get(callKey);
      if (open === undefined) return;
      this.#open.delete(callKey);
      await this.#events.publish(open.audience, { type: 'pickUpEnded', callKey });
    });
  }

  /** What this user may pick up now. */
  for(userId: UserId): PickUpOffer[] {
    return [...this.#open.values()].flatMap(({ offer, audience }) => (audience.includes(userId) ? [offer] : []));
  }

  async settled(): Promise<void> {
    await this.#publishing;
  }

  #later(step: () => Promise<void>): void {
    this.#publishing = this.#publishing
      .then(step)
      .catch((error: unknown) => this.#log.error({ error }, 'pick-up not offered'));
  }
}
