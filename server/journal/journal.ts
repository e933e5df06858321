import type { CallResult, JournalEntry } from '../../protocol/rest.ts';
import type { UserId } from '../../protocol/identity.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Database } from '../database/database.ts';
import { toStorable } from '../database/storable-text.ts';
import type { EventStore } from '../events/event-store.ts';
import type { CallRecord, CallRecorder } from './call-recorder.ts';

type RunningCall = Omit<CallRecord, 'result' | 'endedAt'>;

interface EntryRow extends Record<string, unknown> {
  id: number;
  direction: CallRecord['direction'];
  result: CallResult;
  party_user_id: string | null;
  party_name: string | null;
  number: string;
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date;
  seen: boolean;
}
interface RunningRow extends Record<string, unknown> {
  call_key: string;
  user_id: string;
  direction: CallRecord['direction'];
  party_user_id: string | null;
  party_name: string | null;
  number: string;
  started_at: Date;
  answered_at: Date | null;
}
const entryColumns =
  'id, direction, result, party_user_id, party_name, number, started_at, answered_at, ended_at, seen';

export interface JournalPage {
  entries: JournalEntry[];
  next: string | null;
}

/** Everybody's calls: exactly one row per call and party (JOU-1). */
export class Journal implements CallRecorder {
  readonly #database: Database;
  readonly #events: EventStore;
  readonly #accounts: Accounts;

  constructor(parts: { database: Database; events: EventStore; accounts: Accounts }) {
    this.#database = parts.database;
    this.#events = parts.events;
    this.#accounts = parts.accounts;
  }

  async callProgressed(call: RunningCall): Promise<void> {
    await this.#database.query(
      `INSERT INTO running_calls
         (call_key, user_id, direction, party_user_id, party_name, number, started_at, answered_at)
       SELECT $1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz
        WHERE EXISTS (SELECT FROM users WHERE id = $2)
          AND NOT EXISTS (SELECT FROM journal_entries WHERE call_key = $1 AND user_id = $2)
       ON CONFLICT (call_key, user_id) DO UPDATE SET
         direction = EXCLUDED.direction, party_user_id = EXCLUDED.party_user_id, party_name = EXCLUDED.party_name,
         number = EXCLUDED.number, answered_at = COALESCE(EXCLUDED.answered_at, running_calls.answered_at)`,
      parametersOf(call),
    );
  }

  async callEnded(record: CallRecord): Promise<void> {
    const visible = await this.#visibleTo(record.userId);
    await this.#database.transaction(async (transaction) => {
      await transaction.query('DELETE FROM running_calls WHERE call_key = $1 AND user_id = $2', [
        record.callKey,
        record.userId,
      ]);
      const [row] = await transaction.query<EntryRow>(
        `INSERT INTO journal_entries
           (call_key, user_id, direction, party_user_id, party_name, number, started_at, answered_at,
            result, ended_at, seen)
         SELECT $1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9, $10::timestamptz, $11::boolean
          WHERE EXISTS (SELECT FROM users WHERE id = $2)
         ON CONFLICT (call_key, user_id) DO NOTHING RETURNING ${entryColumns}`,
        [...parametersOf(record), record.result, record.endedAt, record.result !== 'missed'],
      );
      if (row === undefined) return;
      const entry = entryOf(row, visible);
      await this.#events.publishIn(transaction, [record.userId], { type: 'journalEntryAdded', entry });
    });
  }

  async runningCalls(): Promise<RunningCall[]> {
    const rows = await this.#database.query<RunningRow>(
      `SELECT call_key, user_id, direction, party_user_id, party_name, number, started_at, answered_at
         FROM running_calls r
        WHERE NOT EXISTS (SELECT FROM journal_entries j WHERE j.call_key = r.call_key AND j.user_id = r.user_id)
        ORDER BY started_at, call_key, user_id`,
    );
    return rows.map((row) => ({
      callKey: row.call_key,
      userId: row.user_id,
      direction: row.direction,
      partyUserId: row.party_user_id,
      partyName: row.party_name,
      number: row.number,
      startedAt: row.started_at,
      answeredAt: row.answered_at,
    }));
  }

  /** Newest first. `null`: the cursor is not one of this user's. */
  async page(userId: UserId, limit: number, cursor: string | null): Promise<JournalPage | null> {
    const after = cursor === null ? null : await this.#position(userId, cursor);
    if (cursor !== null && after === null) return null;
    const rows = await this.#database.query<EntryRow>(
      `SELECT ${entryColumns} FROM journal_entries
        WHERE user_id = $1 ${after === null ? '' : 'AND (started_at, id) < ($3, $4)'}
        ORDER BY started_at DESC, id DESC LIMIT $2`,
      [userId, limit + 1, ...(after === null ? [] : [after.started_at, after.id])],
    );
    const visible = await this.#visibleTo(userId);
    const entries = rows.slice(0, limit).map((row) => entryOf(row, visible));
    return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
  }

  /** All missed calls up to this row count as seen, on all devices. False: no such row of this user. */
  async markSeen(userId: UserId, upTo: string): Promise<boolean> {
    const position = await this.#position(userId, upTo);
    if (position === null) return false;
    await this.#database.transaction(async (transaction) => {
      const marked = await transaction.query(
        `UPDATE journal_entries SET seen = true
          WHERE user_id = $1 AND NOT seen AND (started_at, id) <= ($2, $3) RETURNING id`,
        [userId, position.started_at, position.id],
      );
      if (marked.length > 0) await this.#events.publishIn(transaction, [userId], { type: 'journalSeen', upTo });
    });
    return true;
  }

  async #position(userId: UserId, entryId: string): Promise<{ id: number; started_at: Date } | null> {
    if (!/^[1-9]\d{0,14}$/.test(entryId)) return null;
    const [row] = await this.#database.query<{ id: number; started_at: Date }>(
      'SELECT id, started_at FROM journal_entries WHERE id = $1 AND user_id = $2',
      [entryId, userId],
    );
    return row ?? null;
  }

  async #visibleTo(userId: UserId): Promise<Set<UserId>> {
    return new Set((await this.#accounts.visibleTo(userId)).map((account) => account.userId));
  }
}

const parametersOf = (call: RunningCall): unknown[] => [
  call.callKey,
  call.userId,
  call.direction,
  call.partyUserId,
  // Names and numbers come from other people's telephones.
  call.partyName === null ? null : toStorable(call.partyName),
  toStorable(call.number),
  call.startedAt,
  call.answeredAt,
];

const entryOf = (row: EntryRow, visible: ReadonlySet<UserId>): JournalEntry => ({
  id: String(row.id),
  direction: row.direction,
  result: row.result,
  party: {
    name: row.party_name,
    userId: row.party_user_id !== null && visible.has(row.party_user_id) ? row.party_user_id : null,
  },
  number: row.number,
  startedAt: row.started_at.toISOString(),
  durationSeconds:
    row.answered_at === null ? 0 : Math.max(0, Math.floor((row.ended_at.getTime() - row.answered_at.getTime()) / 1000)),
  seen: row.seen,
});
