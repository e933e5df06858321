import type { UserId } from '../../protocol/identity.ts';
import type { Logger } from '../log.ts';
import type { EventStore } from './event-store.ts';

const batchSize = 500;
const cachedAudiences = 2_000;

/** Somebody who listens live. `deliver` gets each event once, in order. */
export interface EventSubscriber {
  userId: UserId;
  deliver(sequence: number, event: string): void;
}

/** Reads each new event once from the database and hands it to those subscribers it is meant for. */
export class EventHub {
  readonly #store: EventStore;
  readonly #log: Logger;
  readonly #subscribers = new Map<UserId, Set<EventSubscriber>>();
  readonly #audiences = new Map<number, Set<UserId>>();
  #position: number;
  #reading: Promise<void> | null = null;
  #readAgain = false;
  #closed = false;
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #poll: NodeJS.Timeout | null = null;

  private constructor(store: EventStore, log: Logger, position: number) {
    this.#store = store;
    this.#log = log;
    this.#position = position;
  }

  /** `pollMs`: also looks without being told, should a notification get lost. */
  static async start(store: EventStore, log: Logger, pollMs = 5_000): Promise<EventHub> {
    const hub = new EventHub(store, log, await store.position());
    hub.#stopListening = await store.onPublished(() => hub.#wake());
    hub.#poll = setInterval(() => hub.#wake(), pollMs);
    hub.#poll.unref();
    hub.#wake();
    return hub;
  }

  /** All events up to here have been handed out. */
  get position(): number {
    return this.#position;
  }

  /** From now on `subscriber` gets every event after `position`. */
  subscribe(subscriber: EventSubscriber): () => void {
    const subscribers = this.#subscribers.get(subscriber.userId) ?? new Set();
    subscribers.add(subscriber);
    this.#subscribers.set(subscriber.userId, subscribers);
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0 && this.#subscribers.get(subscriber.userId) === subscribers) {
        this.#subscribers.delete(subscriber.userId);
      }
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#poll !== null) clearInterval(this.#poll);
    await this.#stopListening();
    await this.#reading;
  }

  #wake(): void {
    this.#readAgain = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
      // Woken between the last look and here.
      if (this.#readAgain && !this.#closed) this.#wake();
    });
  }

  async #read(): Promise<void> {
    try {
      while (this.#readAgain && !this.#closed) {
        this.#readAgain = false;
        const events = await this.#store.eventsAfter(this.#position, batchSize);
        if (events.length === batchSize) this.#readAgain = true;
        for (const { sequence, audienceId, event } of events) {
          const audience = this.#subscribers.size === 0 ? null : await this.#audience(audienceId);
          // No waiting from here on: position and deliveries change together.
          this.#position = sequence;
          if (audience !== null) this.#deliver(audience, sequence, event);
        }
      }
    } catch (error) {
      this.#log.error({ err: error }, 'reading the event stream failed; trying again');
    }
  }

  #deliver(audience: ReadonlySet<UserId>, sequence: number, event: string): void {
    const [few, many] =
      audience.size < this.#subscribers.size ? [audience, this.#subscribers] : [this.#subscribers, audience];
    for (const userId of few.keys()) {
      if (!many.has(userId)) continue;
      for (const subscriber of this.#subscribers.get(userId) ?? []) subscriber.deliver(sequence, event);
    }
  }

  async #audience(audienceId: number): Promise<ReadonlySet<UserId>> {
    const known = this.#audiences.get(audienceId);
    if (known !== undefined) return known;
    const audience = await this.#store.audience(audienceId);
    this.#audiences.set(audienceId, audience);
    for (const oldest of this.#audiences.keys()) {
      if (this.#audiences.size <= cachedAudiences) break;
      this.#audiences.delete(oldest);
    }
    return audience;
  }
}
