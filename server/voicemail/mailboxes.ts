import {
  greetingId,
  type VoicemailMessage,
  type VoicemailPreferences,
  type VoicemailSettings,
} from '../../protocol/rest.ts';
import type { UserId } from '../../protocol/identity.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { createLoginThrottle } from '../accounts/login-throttle.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { Database, Queryable } from '../database/database.ts';
import { toStorable } from '../database/storable-text.ts';
import type { EventStore } from '../events/event-store.ts';
import { decode, encode, sampleRate, type Law } from '../media/g711.ts';
import type { Sound } from '../media/sounds.ts';

export interface MailboxLimits {
  messages: number;
  /** Of all messages of a mailbox. */
  bytes: number;
  greetingSeconds: number;
}
export const defaultMailboxLimits: MailboxLimits = { messages: 200, bytes: 64 * 1024 * 1024, greetingSeconds: 60 };

export interface NewMessage {
  partyUserId: UserId | null;
  partyName: string | null;
  number: string;
  receivedAt: Date;
  law: Law;
  /** One byte a sample. */
  audio: Buffer;
}

interface BoxRow extends Record<string, unknown> {
  enabled: boolean;
  no_answer_seconds: number;
  keep_days: number | null;
  has_pin: boolean;
  greeting_bytes: number | null;
}
interface MessageRow extends Record<string, unknown> {
  id: number;
  party_user_id: string | null;
  party_name: string | null;
  number: string;
  received_at: Date;
  heard: boolean;
  audio_bytes: number;
}
interface Use extends Record<string, unknown> {
  messages: number;
  unheard: number;
  bytes: number;
}
const messageColumns = 'id, party_user_id, party_name, number, received_at, heard, audio_bytes';
const defaults: BoxRow = {
  enabled: false,
  no_answer_seconds: 25,
  keep_days: 90,
  has_pin: false,
  greeting_bytes: null,
};
/** A removed message can be had back for so long. */
const undoMs = 3_600_000;
const greetingLaw: Law = 'PCMA';

/** The mailboxes and their messages (VOI-1), in the database: acknowledged means safe. */
export class Mailboxes {
  readonly #database: Database;
  readonly #events: EventStore;
  readonly #accounts: Accounts;
  readonly #passwords: Passwords;
  readonly #limits: MailboxLimits;
  readonly #now: () => number;
  readonly #throttle;
  readonly #listeners = new Set<(userId: UserId) => void>();

  constructor(parts: {
    database: Database;
    events: EventStore;
    accounts: Accounts;
    passwords: Passwords;
    limits?: Partial<MailboxLimits>;
    now?: () => number;
  }) {
    this.#database = parts.database;
    this.#events = parts.events;
    this.#accounts = parts.accounts;
    this.#passwords = parts.passwords;
    this.#limits = { ...defaultMailboxLimits, ...parts.limits };
    this.#now = parts.now ?? Date.now;
    this.#throttle = createLoginThrottle(this.#now);
  }

  /** `listener` is told whose waiting messages may have changed. */
  onChanged(listener: (userId: UserId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async settings(userId: UserId, database: Queryable = this.#database): Promise<VoicemailSettings> {
    const [box = defaults] = await database.query<BoxRow>(
      `SELECT enabled, no_answer_seconds, keep_days, pin_hash IS NOT NULL AS has_pin,
              octet_length(greeting) AS greeting_bytes
         FROM mailboxes WHERE user_id = $1`,
      [userId],
    );
    return {
      enabled: box.enabled,
      noAnswerSeconds: box.no_answer_seconds,
      keepDays: box.keep_days,
      hasPin: box.has_pin,
      greetingSeconds: box.greeting_bytes === null ? null : box.greeting_bytes / sampleRate,
      full: this.#isFull(await this.#use(userId, database)),
    };
  }

  async putPreferences(userId: UserId, preferences: VoicemailPreferences): Promise<VoicemailSettings> {
    const { enabled, noAnswerSeconds, keepDays } = preferences;
    return this.#change(userId, 'enabled = $2, no_answer_seconds = $3, keep_days = $4', [
      enabled,
      noAnswerSeconds,
      keepDays,
    ]);
  }

  /** `null` removes it: then only the owner's own telephones come in. */
  async setPin(userId: UserId, pin: string | null): Promise<VoicemailSettings> {
    return this.#change(userId, 'pin_hash = $2', [pin === null ? null : await this.#passwords.hash(pin)]);
  }

  /** Wrong PINs are counted for mailbox and caller; `tooMany`: not even looked at. */
  async checkPin(userId: UserId, pin: string, caller: string): Promise<'right' | 'wrong' | 'tooMany'> {
    if (this.#throttle.check(userId, caller) > 0) return 'tooMany';
    const [box] = await this.#database.query<{ pin_hash: string | null }>(
      'SELECT pin_hash FROM mailboxes WHERE user_id = $1',
      [userId],
    );
    const isRight = await this.#passwords.verify(box?.pin_hash ?? null, pin);
    if (isRight) this.#throttle.succeeded(userId, caller);
    else this.#throttle.failed(userId, caller);
    return isRight ? 'right' : 'wrong';
  }

  async greeting(userId: UserId): Promise<Sound | null> {
    const [box] = await this.#database.query<{ greeting: Buffer | null }>(
      'SELECT greeting FROM mailboxes WHERE user_id = $1',
      [userId],
    );
    return box?.greeting ? decode(greetingLaw, box.greeting) : null;
  }

  /** `null` goes back to the greeting of the house. What is longer than allowed is cut off. */
  async setGreeting(userId: UserId, greeting: Sound | null): Promise<VoicemailSettings> {
    const longest = this.#limits.greetingSeconds * sampleRate;
    return this.#change(userId, 'greeting = $2', [
      greeting === null ? null : encode(greetingLaw, greeting.subarray(0, longest)),
    ]);
  }

  /** How long it rings before the mailbox takes a call; `null`: it takes none. */
  async noAnswerMs(userId: UserId): Promise<number | null> {
    const { enabled, full, noAnswerSeconds } = await this.settings(userId);
    return enabled && !full ? noAnswerSeconds * 1000 : null;
  }

  /** Keeps a message. Resolves once it is safe; `false`: no room. */
  async add(userId: UserId, message: NewMessage): Promise<boolean> {
    const visible = await this.#visibleTo(userId);
    const kept = await this.#database.transaction(async (transaction) => {
      if (this.#isFull(await this.#use(userId, transaction))) return false;
      const [row] = await transaction.query<MessageRow>(
        `INSERT INTO mailbox_messages
           (user_id, party_user_id, party_name, number, received_at, law, audio_bytes, audio)
         SELECT $1, $2, $3, $4, $5::timestamptz, $6, $7::integer, $8::bytea
          WHERE EXISTS (SELECT FROM users WHERE id = $1)
         RETURNING ${messageColumns}`,
        [
          userId,
          message.partyUserId,
          message.partyName === null ? null : toStorable(message.partyName),
          toStorable(message.number),
          message.receivedAt,
          message.law,
          message.audio.length,
          message.audio,
        ],
      );
      if (row === undefined) return false;
      if (this.#isFull(await this.#use(userId, transaction))) await this.#publishSettings(userId, transaction);
      await this.#events.publishIn(transaction, [userId], {
        type: 'voicemailMessageChanged',
        message: messageOf(row, visible),
      });
      return true;
    });
    if (kept) this.#changed(userId);
    return kept;
  }

  /** Newest first. `null`: the cursor is not one of this list. */
  async page(
    userId: UserId,
    limit: number,
    cursor: string | null,
  ): Promise<{ entries: VoicemailMessage[]; next: string | null } | null> {
    const before = cursor === null ? null : idOf(cursor);
    if (cursor !== null && before === null) return null;
    const rows = await this.#database.query<MessageRow>(
      `SELECT ${messageColumns} FROM mailbox_messages
        WHERE user_id = $1 AND deleted_at IS NULL ${before === null ? '' : 'AND id < $3'}
        ORDER BY id DESC LIMIT $2`,
      [userId, limit + 1, ...(before === null ? [] : [before])],
    );
    const visible = await this.#visibleTo(userId);
    const entries = rows.slice(0, limit).map((row) => messageOf(row, visible));
    return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
  }

  /** What one hears by telephone: new messages first, the oldest of them first, then the others. */
  async queue(userId: UserId): Promise<{ id: string; heard: boolean }[]> {
    const rows = await this.#database.query<{ id: number; heard: boolean }>(
      'SELECT id, heard FROM mailbox_messages WHERE user_id = $1 AND deleted_at IS NULL ORDER BY heard, id',
      [userId],
    );
    return rows.map(({ id, heard }) => ({ id: String(id), heard }));
  }

  async counts(userId: UserId): Promise<{ unheard: number; heard: number }> {
    const { messages, unheard } = await this.#use(userId, this.#database);
    return { unheard, heard: messages - unheard };
  }

  /** The sound of a message, or of the own greeting. */
  async sound(userId: UserId, id: string): Promise<{ sound: Sound; receivedAt: Date | null } | null> {
    if (id === greetingId) {
      const sound = await this.greeting(userId);
      return sound === null ? null : { sound, receivedAt: null };
    }
    const known = idOf(id);
    if (known === null) return null;
    const [row] = await this.#database.query<{ law: Law; audio: Buffer; received_at: Date }>(
      'SELECT law, audio, received_at FROM mailbox_messages WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL',
      [known, userId],
    );
    return row === undefined ? null : { sound: decode(row.law, row.audio), receivedAt: row.received_at };
  }

  /** False: no such message of this user. */
  async setHeard(userId: UserId, id: string, heard: boolean): Promise<boolean> {
    return this.#update(userId, id, 'heard = $3', 'deleted_at IS NULL', heard);
  }

  /** Removes the message; `restore` brings it back within an hour. */
  async remove(userId: UserId, id: string): Promise<boolean> {
    return this.#update(userId, id, 'deleted_at = $3::timestamptz', 'deleted_at IS NULL', new Date(this.#now()));
  }

  async restore(userId: UserId, id: string): Promise<boolean> {
    return this.#update(userId, id, 'deleted_at = $3::timestamptz', 'deleted_at IS NOT NULL', null);
  }

  /** Drops for good what was removed, and what is older than its owner keeps messages. */
  async prune(): Promise<void> {
    const now = new Date(this.#now());
    await this.#database.query('DELETE FROM mailbox_messages WHERE deleted_at < $1::timestamptz', [
      new Date(now.getTime() - undoMs),
    ]);
    const expired = await this.#database.transaction(async (transaction) => {
      const rows = await transaction.query<{ id: number; user_id: string }>(
        `DELETE FROM mailbox_messages m USING users u LEFT JOIN mailboxes b ON b.user_id = u.id
          WHERE u.id = m.user_id AND m.deleted_at IS NULL
            AND m.received_at < $1::timestamptz - make_interval(days =>
                  CASE WHEN b.user_id IS NULL THEN ${defaults.keep_days ?? 'NULL'} ELSE b.keep_days END)
          RETURNING m.id, m.user_id`,
        [now],
      );
      for (const { id, user_id } of rows)
        await this.#events.publishIn(transaction, [user_id], { type: 'voicemailMessageRemoved', id: String(id) });
      return rows;
    });
    for (const userId of new Set(expired.map(({ user_id }) => user_id))) this.#changed(userId);
  }

  async #change(userId: UserId, assignments: string, values: unknown[]): Promise<VoicemailSettings> {
    return this.#database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO mailboxes (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING', [userId]);
      await transaction.query(`UPDATE mailboxes SET ${assignments} WHERE user_id = $1`, [userId, ...values]);
      return this.#publishSettings(userId, transaction);
    });
  }

  async #publishSettings(userId: UserId, transaction: Queryable): Promise<VoicemailSettings> {
    const settings = await this.settings(userId, transaction);
    await this.#events.publishIn(transaction, [userId], { type: 'voicemailSettingsChanged', settings });
    return settings;
  }

  async #update(userId: UserId, id: string, assignment: string, condition: string, value: unknown): Promise<boolean> {
    const known = idOf(id);
    if (known === null) return false;
    const visible = await this.#visibleTo(userId);
    const found = await this.#database.transaction(async (transaction) => {
      const wasFull = this.#isFull(await this.#use(userId, transaction));
      const [row] = await transaction.query<MessageRow & { deleted_at: Date | null }>(
        `UPDATE mailbox_messages SET ${assignment} WHERE id = $1 AND user_id = $2 AND ${condition}
         RETURNING ${messageColumns}, deleted_at`,
        [known, userId, value],
      );
      if (row === undefined) return false;
      if (wasFull !== this.#isFull(await this.#use(userId, transaction)))
        await this.#publishSettings(userId, transaction);
      await this.#events.publishIn(
        transaction,
        [userId],
        row.deleted_at === null
          ? { type: 'voicemailMessageChanged', message: messageOf(row, visible) }
          : { type: 'voicemailMessageRemoved', id },
      );
      return true;
    });
    if (found) this.#changed(userId);
    return found;
  }

  async #use(userId: UserId, database: Queryable): Promise<Use> {
    const [use] = await database.query<Use>(
      `SELECT count(*) AS messages, count(*) FILTER (WHERE NOT heard) AS unheard,
              coalesce(sum(audio_bytes), 0)::bigint AS bytes
         FROM mailbox_messages WHERE user_id = $1 AND deleted_at IS NULL`,
      [userId],
    );
    return use ?? { messages: 0, unheard: 0, bytes: 0 };
  }

  #isFull({ messages, bytes }: Use): boolean {
    return messages >= this.#limits.messages || bytes >= this.#limits.bytes;
  }

  async #visibleTo(userId: UserId): Promise<Set<UserId>> {
    return new Set((await this.#accounts.visibleTo(userId)).map((account) => account.userId));
  }

  #changed(userId: UserId): void {
    for (const listener of this.#listeners) listener(userId);
  }
}

const idOf = (text: string): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

const messageOf = (row: MessageRow, visible: ReadonlySet<UserId>): VoicemailMessage => ({
  id: String(row.id),
  party: {
    name: row.party_name,
    userId: row.party_user_id !== null && visible.has(row.party_user_id) ? row.party_user_id : null,
  },
  number: row.number,
  receivedAt: row.received_at.toISOString(),
  durationSeconds: Math.round(row.audio_bytes / sampleRate),
  heard: row.heard,
});
