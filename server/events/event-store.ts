import { createHash } from 'node:crypto';
import type { UserId } from '../../protocol/identity.ts';
import type { ServerEvent } from '../../protocol/events.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { EventPublisher } from './event-publisher.ts';

const channel = 'kontor_events';
/** Any constant works; it only has to be the same in all servers on one database. */
const streamLock = 7_326_402;

export interface StoredEvent {
  sequence: number;
  /** JSON text as it goes on the wire. */
  event: string;
}
export interface BroadcastEvent extends StoredEvent {
  audienceId: number;
}
/** `gone`: events after the position asked for may have been dropped. */
export type Replay = { kind: 'events'; events: StoredEvent[] } | { kind: 'gone' };

interface Publication {
  audience: readonly UserId[];
  event: ServerEvent;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * The event stream in the database. A publisher takes a lock that it keeps until its commit and only then draws the
 * sequence number. So the order of commits is the order of numbers, and who has seen number n has seen all below.
 */
export class EventStore implements EventPublisher {
  readonly #database: Database;
  #pending: Publication[] = [];
  #flushing = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Calls that come in while one is being stored share the next transaction, in their order. */
  publish(audience: readonly UserId[], event: ServerEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ audience, event, resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  /** Publishes as part of the caller's transaction. Do it last: it holds up all other publishers until the commit. */
  publishIn(transaction: Queryable, audience: readonly UserId[], event: ServerEvent): Promise<void> {
    return this.#store(transaction, [{ audience, event }]);
  }

  /** Calls `listener` after each commit with new events, also of other servers on the same database. */
  onPublished(listener: () => void): Promise<() => Promise<void>> {
    return this.#database.listen(channel, listener);
  }

  /** Number of the last event of the whole stream. */
  async position(): Promise<number> {
    const [row] = await this.#database.query<{ last_sequence: number }>('SELECT last_sequence FROM event_stream');
    return row?.last_sequence ?? 0;
  }

  /** Up to `limit` events of one user with `after` < sequence <= `upTo`, in order. */
  async replay(userId: UserId, after: number, upTo: number, limit: number): Promise<Replay> {
    const events = await this.#database.query<StoredEvent & Record<string, unknown>>(
      `SELECT sequence, event::text AS event FROM events
        WHERE sequence > $2 AND sequence <= $3
          AND audience_id IN (SELECT audience_id FROM audience_members WHERE user_id = $1)
        ORDER BY sequence LIMIT $4`,
      [userId, after, upTo, limit],
    );
    // Asked afterwards: what was not pruned now was not pruned when the events were read.
    const [stream] = await this.#database.query<{ pruned_through: number }>('SELECT pruned_through FROM event_stream');
    if (stream === undefined || after < stream.pruned_through) return { kind: 'gone' };
    return { kind: 'events', events };
  }

  /** Up to `limit` events of everybody after `after`, in order. */
  eventsAfter(after: number, limit: number): Promise<BroadcastEvent[]> {
    return this.#database.query<BroadcastEvent & Record<string, unknown>>(
      `SELECT sequence, audience_id AS "audienceId", event::text AS event FROM events
        WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
      [after, limit],
    );
  }

  async audience(audienceId: number): Promise<Set<UserId>> {
    const rows = await this.#database.query<{ user_id: string }>(
      'SELECT user_id FROM audience_members WHERE audience_id = $1',
      [audienceId],
    );
    return new Set(rows.map((row) => row.user_id));
  }

  /** Drops events older than `days`, and the oldest beyond `count`. */
  async prune({ days, count }: { days: number; count: number }): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [streamLock]);
      await transaction.query(
        `UPDATE event_stream SET pruned_through = GREATEST(pruned_through, last_sequence - $2,
           (SELECT max(sequence) FROM events WHERE created_at < now() - make_interval(days => $1)))`,
        [days, count],
      );
      await transaction.query('DELETE FROM events WHERE sequence <= (SELECT pruned_through FROM event_stream)');
      await transaction.query(
        'DELETE FROM audiences a WHERE NOT EXISTS (SELECT FROM events e WHERE e.audience_id = a.id)',
      );
    });
  }

  async #store(
    transaction: Queryable,
    publications: readonly Pick<Publication, 'audience' | 'event'>[],
  ): Promise<void> {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [streamLock]);
    for (const { audience, event } of publications) {
      const members = [...new Set(audience)].sort();
      if (members.length === 0) continue;
      const hash = createHash('sha256').update(members.join('\n')).digest();
      if (await insertEvent(transaction, hash, event)) continue;
      await transaction.query(
        `WITH created AS (INSERT INTO audiences (hash) VALUES ($1) RETURNING id)
         INSERT INTO audience_members (user_id, audience_id)
         SELECT member, created.id FROM created, unnest($2::text[]) AS member`,
        [hash, members],
      );
      await insertEvent(transaction, hash, event);
    }
    await transaction.query(`SELECT pg_notify('${channel}', '')`);
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, 200);
      try {
        await this.#database.transaction((transaction) => this.#store(transaction, batch));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#flushing = false;
  }
}

/** False: this audience is not stored yet. */
const insertEvent = async (transaction: Queryable, audienceHash: Buffer, event: ServerEvent): Promise<boolean> => {
  const inserted = await transaction.query(
    `WITH audience AS (SELECT id FROM audiences WHERE hash = $1),
          stream AS (UPDATE event_stream SET last_sequence = last_sequence + 1
                      WHERE EXISTS (SELECT FROM audience) RETURNING last_sequence)
     INSERT INTO events (sequence, audience_id, event)
     SELECT stream.last_sequence, audience.id, $2::jsonb FROM stream, audience RETURNING sequence`,
    [audienceHash, JSON.stringify(event)],
  );
  return inserted.length === 1;
};
