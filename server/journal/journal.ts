import type { JournalDetails, JournalEntry } from '../../protocol/rest.ts';
import type { UserId } from '../../protocol/identity.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Database, Queryable } from '../database/database.ts';
import { toStorable } from '../database/storable-text.ts';
import type { EventStore } from '../events/event-store.ts';
import { numberMatch, numberTail } from '../phone-book/number-match.ts';
import type { CallDetails, CallRecord, CallRecorder } from './call-recorder.ts';
import {
  detailColumns,
  detailsOf,
  entryColumns,
  entryOf,
  runningOf,
  type DetailRow,
  type EntryRow,
  type RunningRow,
} from './journal-rows.ts';

type RunningCall = Omit<CallRecord, 'result' | 'endedAt'>;

/** Steps beyond these would not be read. */
const longestPath = 50;

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

  async callProgressed(...calls: RunningCall[]): Promise<void> {
    const note = (database: Queryable, call: RunningCall): Promise<unknown> =>
      database.query(
        `INSERT INTO running_calls
         (call_key, user_id, direction, party_user_id, party_name, number, started_at, answered_at, details)
       SELECT $1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9::jsonb
        WHERE EXISTS (SELECT FROM users WHERE id = $2)
          AND NOT EXISTS (SELECT FROM journal_entries WHERE call_key = $1 AND user_id = $2)
       ON CONFLICT (call_key, user_id) DO UPDATE SET
         direction = EXCLUDED.direction, party_user_id = EXCLUDED.party_user_id, party_name = EXCLUDED.party_name,
         number = EXCLUDED.number, answered_at = COALESCE(EXCLUDED.answered_at, running_calls.answered_at),
         details = running_calls.details || EXCLUDED.details`,
        [...parametersOf(call), JSON.stringify(storableDetails(call.details))],
      );
    const [only, ...others] = calls;
    if (only === undefined) return;
    if (others.length === 0) return void (await note(this.#database, only));
    await this.#database.transaction(async (transaction) => {
      for (const call of calls) await note(transaction, call);
    });
  }

  async callEnded(record: CallRecord): Promise<void> {
    const visible = await this.#visibleTo(record.userId);
    await this.#database.transaction(async (transaction) => {
      const [noted] = await transaction.query<{ details: CallDetails }>(
        'DELETE FROM running_calls WHERE call_key = $1 AND user_id = $2 RETURNING details',
        [record.callKey, record.userId],
      );
      const details: CallDetails = { ...noted?.details, ...storableDetails(record.details) };
      const kind = details.kind ?? 'call';
      const [row] = await transaction.query<EntryRow>(
        `INSERT INTO journal_entries
           (call_key, user_id, direction, party_user_id, party_name, number, started_at, answered_at,
            result, ended_at, seen, kind, internal, team, device_name, hold_seconds, path)
         SELECT $1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9, $10::timestamptz, $11::boolean,
                $12, $13::boolean, $14::jsonb, (SELECT name FROM devices WHERE id = $15 AND user_id = $2), $16::integer,
                $17::jsonb
          WHERE EXISTS (SELECT FROM users WHERE id = $2)
         ON CONFLICT (call_key, user_id) DO NOTHING RETURNING ${entryColumns}`,
        [
          ...parametersOf(record),
          record.result,
          record.endedAt,
          record.result !== 'missed',
          kind,
          record.partyUserId !== null || kind === 'service',
          details.team === undefined ? null : JSON.stringify(details.team),
          details.deviceId ?? null,
          Math.max(0, Math.round(details.holdSeconds ?? 0)),
          JSON.stringify(details.path ?? []),
        ],
      );
      if (row === undefined) return;
      const entry = entryOf(row, visible);
      await this.#events.publishIn(transaction, [record.userId], { type: 'journalEntryAdded', entry });
    });
  }

  async runningCalls(): Promise<RunningCall[]> {
    const rows = await this.#database.query<RunningRow>(
      `SELECT call_key, user_id, direction, party_user_id, party_name, number, started_at, answered_at, details
         FROM running_calls r
        WHERE NOT EXISTS (SELECT FROM journal_entries j WHERE j.call_key = r.call_key AND j.user_id = r.user_id)
        ORDER BY started_at, call_key, user_id`,
    );
    return rows.map(runningOf);
  }

  /**
   * Newest first. `query`: names of which each of its words starts a word, or a part of the number.
   * `null`: the cursor is not one of this user's.
   */
  async page(userId: UserId, limit: number, cursor: string | null, query = ''): Promise<JournalPage | null> {
    const after = cursor === null ? null : await this.#position(userId, cursor);
    if (cursor !== null && after === null) return null;
    const { names, digits } = searchOf(query);
    const rows = await this.#database.query<EntryRow>(
      `SELECT ${entryColumns} FROM journal_entries
        WHERE user_id = $1 AND ($3::text[] = '{}' OR party_name ~* ALL ($3::text[])
                                OR ($4 <> '' AND regexp_replace(number, '\\D', '', 'g') LIKE '%' || $4 || '%'))
          ${after === null ? '' : 'AND (started_at, id) < ($5, $6)'}
        ORDER BY started_at DESC, id DESC LIMIT $2`,
      [userId, limit + 1, names, digits, ...(after === null ? [] : [after.started_at, after.id])],
    );
    const visible = await this.#visibleTo(userId);
    const entries = rows.slice(0, limit).map((row) => entryOf(row, visible));
    return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
  }

  /** All that is known of one call (JOU-4). `null`: no such row of this user. */
  async details(userId: UserId, entryId: string): Promise<JournalDetails | null> {
    if (!isEntryId(entryId)) return null;
    const [row] = await this.#database.query<DetailRow>(
      `SELECT ${entryColumns}, ${detailColumns} FROM journal_entries WHERE user_id = $1 AND id = $2`,
      [userId, entryId],
    );
    if (row === undefined) return null;
    const visible = await this.#visibleTo(userId);
    const others = await this.#database.query<EntryRow>(
      `SELECT ${entryColumns} FROM journal_entries
        WHERE user_id = $1 AND right(ltrim(regexp_replace(number, '\\D', '', 'g'), '0'), 6) = $2 AND id <> $3
        ORDER BY started_at DESC, id DESC LIMIT 50`,
      [userId, numberTail(row.number), entryId],
    );
    const lastCalls = others
      .filter(({ number }) => (number === '' ? row.number === '' : numberMatch(number, row.number) > 0))
      .slice(0, 10)
      .map((other) => entryOf(other, visible));
    return detailsOf(row, visible, row.number === '' ? [] : lastCalls);
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
    if (!isEntryId(entryId)) return null;
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

/** Names on the way are other people's, too. */
const storableDetails = (details: CallDetails = {}): CallDetails => ({
  ...details,
  ...(details.path === undefined
    ? {}
    : {
        path: details.path.slice(0, longestPath).map((step) => ({
          ...step,
          party: step.party && {
            name: step.party.name === null ? null : toStorable(step.party.name),
            number: toStorable(step.party.number),
          },
        })),
      }),
});

const isEntryId = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text);

const searchOf = (query: string): { names: string[]; digits: string } => ({
  names: (query.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 10).map((word) => `\\m${word}`),
  digits: /^[\d\s+()/.-]+$/.test(query) ? query.replace(/\D/g, '').replace(/^0+/, '') : '',
});
