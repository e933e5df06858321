import type { Availability, UserId } from '../../protocol/identity.ts';
import type { Profile } from '../../protocol/rest.ts';
import type { Database } from '../database/database.ts';
import type { EventStore } from '../events/event-store.ts';

interface ProfileRow extends Record<string, unknown> {
  availability: Availability;
  status_available: string;
  status_away: string;
  status_dnd: string;
}

/** What users say of themselves; kept in step on all their devices (CON-1, SES-5). */
export class Profiles {
  readonly #database: Database;
  readonly #events: EventStore;

  constructor(database: Database, events: EventStore) {
    this.#database = database;
    this.#events = events;
  }

  /** `null`: no such user. */
  async get(userId: UserId): Promise<Profile | null> {
    const [row] = await this.#database.query<ProfileRow>(
      'SELECT availability, status_available, status_away, status_dnd FROM users WHERE id = $1',
      [userId],
    );
    if (row === undefined) return null;
    return {
      availability: row.availability,
      statusTexts: { available: row.status_available, away: row.status_away, dnd: row.status_dnd },
    };
  }

  async put(userId: UserId, profile: Profile): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const { available, away, dnd } = profile.statusTexts;
      const changed = await transaction.query(
        `UPDATE users SET availability = $2, status_available = $3, status_away = $4, status_dnd = $5
          WHERE id = $1
            AND (availability, status_available, status_away, status_dnd) IS DISTINCT FROM ($2, $3, $4, $5)
          RETURNING id`,
        [userId, profile.availability, available, away, dnd],
      );
      if (changed.length === 0) return;
      await this.#events.publishIn(transaction, [userId], { type: 'profileChanged', profile });
    });
  }
}
