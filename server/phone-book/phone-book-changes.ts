import type { UserId } from '../../protocol/identity.ts';
import {
  phoneBookLimits,
  type ImportRequest,
  type ImportResult,
  type PhoneBookChange,
  type PhoneBookEntry,
  type PhoneBookFields,
  type PhoneBookName,
} from '../../protocol/phone-book.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { EventStore } from '../events/event-store.ts';
import { entryColumns, entryOf, fieldColumns, fieldParameters, fieldValues, type EntryRow } from './entry-rows.ts';
import type { Reader } from './phone-book.ts';
import { planImport, writePlanned } from './phone-book-import.ts';

/** `gone`: no such entry for this user. `conflict`: changed, created or deleted by somebody else since. */
export type ChangeRefusal = { kind: 'forbidden' } | { kind: 'gone' } | { kind: 'conflict' } | { kind: 'limitReached' };
export type ChangeResult = { kind: 'changed'; entry: PhoneBookEntry } | ChangeRefusal;

/** Changes to the phone book; everybody who sees them is told (PHB-1 to PHB-3). */
export class PhoneBookChanges {
  readonly #database: Database;
  readonly #events: EventStore;

  constructor(parts: { database: Database; events: EventStore }) {
    this.#database = parts.database;
    this.#events = parts.events;
  }

  /** Creates or replaces an entry. */
  put(reader: Reader, id: string, change: PhoneBookChange): Promise<ChangeResult> {
    return this.#database.transaction(async (transaction): Promise<ChangeResult> => {
      if (!(await mayChange(transaction, reader.userId, change.book))) return { kind: 'forbidden' };
      const known = await lockEntry(transaction, reader, id);
      const owner = change.book === 'private' ? reader.userId : null;
      if (change.version === null) {
        if (known !== null && (!known.deleted || known.owner_id !== owner)) return { kind: 'conflict' };
        if (known === null && (await isTaken(transaction, id))) return { kind: 'conflict' };
        if ((await freePlaces(transaction, reader, change.book)) < 1) return { kind: 'limitReached' };
      } else {
        if (known === null || known.deleted) return { kind: 'gone' };
        if (known.version !== change.version) return { kind: 'conflict' };
        if (known.owner_id !== owner) return { kind: 'gone' };
      }
      await writeEntry(transaction, { id, instanceId: reader.instanceId, owner }, change);
      const [row] = await transaction.query<EntryRow>(
        `SELECT ${entryColumns} FROM phone_book_entries e WHERE e.id = $2`,
        [reader.userId, id],
      );
      if (row === undefined) return { kind: 'gone' };
      await this.#announce(transaction, reader, change.book);
      return { kind: 'changed', entry: entryOf(row) };
    });
  }

  /** `version`: as in `PhoneBookChange`. What is deleted already stays so. */
  remove(reader: Reader, id: string, version: number): Promise<{ kind: 'removed' } | ChangeRefusal> {
    return this.#database.transaction(async (transaction): Promise<{ kind: 'removed' } | ChangeRefusal> => {
      const known = await lockEntry(transaction, reader, id);
      if (known === null) return { kind: 'gone' };
      const book = known.owner_id === null ? 'company' : 'private';
      if (!(await mayChange(transaction, reader.userId, book))) return { kind: 'forbidden' };
      if (known.deleted) return { kind: 'removed' };
      if (known.version !== version) return { kind: 'conflict' };
      await transaction.query(
        `UPDATE phone_book_entries SET deleted_at = now(), version = nextval('phone_book_versions') WHERE id = $1`,
        [id],
      );
      await this.#announce(transaction, reader, book);
      return { kind: 'removed' };
    });
  }

  /** False: no such entry. Setting what is set already changes nothing. */
  setFavourite(reader: Reader, id: string, favourite: boolean): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const known = await lockEntry(transaction, reader, id);
      if (known === null || known.deleted) return false;
      const changed = await transaction.query(
        favourite
          ? 'INSERT INTO phone_book_favourites VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING entry_id'
          : 'DELETE FROM phone_book_favourites WHERE user_id = $1 AND entry_id = $2 RETURNING entry_id',
        [reader.userId, id],
      );
      // Only this user's own list is another one now, whichever book it is.
      if (changed.length > 0) await this.#announce(transaction, reader, 'private');
      return true;
    });
  }

  /** Takes over the entries of a file, all of them or none (PHB-4). */
  import(reader: Reader, request: ImportRequest): Promise<{ kind: 'imported'; result: ImportResult } | ChangeRefusal> {
    return this.#database.transaction(async (transaction) => {
      if (!(await mayChange(transaction, reader.userId, request.book))) return { kind: 'forbidden' };
      const { writes, result } = await planImport(transaction, reader, request);
      if ((await freePlaces(transaction, reader, request.book)) < result.added) return { kind: 'limitReached' };
      if (request.preview || writes.length === 0) return { kind: 'imported', result };
      const owner = request.book === 'private' ? reader.userId : null;
      await writePlanned(transaction, { instanceId: reader.instanceId, owner }, writes);
      await this.#announce(transaction, reader, request.book);
      return { kind: 'imported', result };
    });
  }

  /** Whether the user's role may change the company's entries (PHB-2). */
  mayEditCompany(userId: UserId): Promise<boolean> {
    return mayChange(this.#database, userId, 'company');
  }

  /** Forgets for good what was deleted more than `days` ago. */
  async forgetDeleted(days: number): Promise<void> {
    await this.#database.query('DELETE FROM phone_book_entries WHERE deleted_at < now() - make_interval(days => $1)', [
      days,
    ]);
  }

  async #announce(transaction: Queryable, { userId, instanceId }: Reader, book: PhoneBookName): Promise<void> {
    const audience =
      book === 'private'
        ? [userId]
        : (await transaction.query<{ id: string }>('SELECT id FROM users WHERE instance_id = $1', [instanceId])).map(
            ({ id }) => id,
          );
    await this.#events.publishIn(transaction, audience, { type: 'phoneBookChanged', book });
  }
}

const mayChange = async (database: Queryable, userId: UserId, book: PhoneBookName): Promise<boolean> => {
  if (book === 'private') return true;
  const [row] = await database.query<{ edits_phone_book: boolean }>(
    'SELECT r.edits_phone_book FROM users u JOIN roles r ON r.id = u.role_id WHERE u.id = $1',
    [userId],
  );
  return row?.edits_phone_book ?? false;
};

interface KnownEntry extends Record<string, unknown> {
  owner_id: string | null;
  version: number;
  deleted: boolean;
}
/** The entry as this reader may see it, kept as it is until the commit. */
const lockEntry = async (
  transaction: Queryable,
  { userId, instanceId }: Reader,
  id: string,
): Promise<KnownEntry | null> => {
  const [row] = await transaction.query<KnownEntry>(
    `SELECT owner_id, version, deleted_at IS NOT NULL AS deleted FROM phone_book_entries
      WHERE id = $1 AND instance_id = $2 AND (owner_id IS NULL OR owner_id = $3) FOR UPDATE`,
    [id, instanceId, userId],
  );
  return row ?? null;
};

const isTaken = async (transaction: Queryable, id: string): Promise<boolean> =>
  (await transaction.query('SELECT FROM phone_book_entries WHERE id = $1', [id])).length > 0;

/** How many entries still fit into a book. */
const freePlaces = async (
  transaction: Queryable,
  { userId, instanceId }: Reader,
  book: PhoneBookName,
): Promise<number> => {
  const [row] = await transaction.query<{ n: number }>(
    `SELECT count(*) AS n FROM phone_book_entries
      WHERE instance_id = $1 AND deleted_at IS NULL AND ${book === 'private' ? 'owner_id = $2' : '$2::text IS NOT NULL AND owner_id IS NULL'}`,
    [instanceId, userId],
  );
  const limit = book === 'private' ? phoneBookLimits.privateEntries : phoneBookLimits.companyEntries;
  return limit - (row?.n ?? 0);
};

/** Adds the entry, or replaces the one with the same id. */
export const writeEntry = async (
  transaction: Queryable,
  { id, instanceId, owner }: { id: string; instanceId: string; owner: UserId | null },
  fields: PhoneBookFields,
): Promise<void> => {
  await transaction.query(
    `INSERT INTO phone_book_entries (id, instance_id, owner_id, ${fieldColumns.join(', ')})
     VALUES ($1, $2, $3, ${fieldValues(4)})
     ON CONFLICT (id) DO UPDATE SET ${fieldColumns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')},
       version = nextval('phone_book_versions'), deleted_at = NULL
     WHERE phone_book_entries.instance_id = EXCLUDED.instance_id
       AND phone_book_entries.owner_id IS NOT DISTINCT FROM EXCLUDED.owner_id`,
    [id, instanceId, owner, ...fieldParameters(fields)],
  );
};
