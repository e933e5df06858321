import type { UserId } from '../../protocol/identity.ts';
import type { ServerEvent } from '../../protocol/events.ts';

/** Puts an event into the stream of each of these users, durably and in order. */
export interface EventPublisher {
  publish(audience: readonly UserId[], event: ServerEvent): Promise<void>;
}
