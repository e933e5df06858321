import type { z } from 'zod';
import type { UserId } from '../../protocol/identity.ts';
import type {
  PhoneBookEntry,
  PhoneBookPage,
  phoneBookLabelsSchema,
  phoneBookQuerySchema,
  ResolvedParty,
} from '../../protocol/phone-book.ts';
import type { Database } from '../database/database.ts';
import { entryColumns, entryOf, type EntryRow } from './entry-rows.ts';
import { numberMatch, numberTail } from './number-match.ts';
import { searchQueryOf } from './search-terms.ts';

/** Who asks: sees the company's entries of the instance and the own private ones. */
export interface Reader {
  userId: UserId;
  instanceId: string;
}
export type PhoneBookQuery = z.output<typeof phoneBookQuerySchema>;

/** One number can stand in many entries, the switchboard's for example; more than these are not compared. */
const mostCandidates = 2_000;

/** Reading the phone book: lists, search, single entries and whose a number is (PHB-1, TEL-2). */
export class PhoneBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By name. `null`: unknown cursor. */
  async page(reader: Reader, query: PhoneBookQuery): Promise<PhoneBookPage | null> {
    const { limit, offset, cursor } = query;
    const after = cursor === undefined ? null : await this.#position(reader, cursor);
    if (cursor !== undefined && after === null) return null;
    const parameters: unknown[] = [reader.userId, reader.instanceId];
    const parameter = (value: unknown): string => `$${parameters.push(value)}`;
    const search = searchQueryOf(query.query);
    // The reader is named in every statement, also where the condition does not ask for them.
    const conditions = ['$1::text IS NOT NULL', 'e.instance_id = $2', 'e.deleted_at IS NULL'];
    if (search !== null) conditions.push(`e.search @@ ${parameter(search)}::tsquery`);
    if (query.label !== undefined) conditions.push(`${parameter(query.label)} = ANY(e.labels)`);
    if (query.favourites)
      conditions.push('EXISTS (SELECT FROM phone_book_favourites f WHERE f.user_id = $1 AND f.entry_id = e.id)');
    const counted = after === null && offset === 0;
    const [count] = counted
      ? await this.#database.query<{ total: number }>(
          `SELECT count(*) AS total FROM phone_book_entries e WHERE ${conditions.join(' AND ')} AND (${owners(query.book).join(' OR ')})`,
          parameters,
        )
      : [];
    if (after !== null) conditions.push(`(e.sort_key, e.id) > (${parameter(after.sort_key)}, ${parameter(cursor)})`);
    // One ordered scan of each book, merged: sorting 100,000 entries for each page would take too long.
    const books = owners(query.book).map(
      (owner) => `SELECT e.* FROM phone_book_entries e WHERE ${[...conditions, owner].join(' AND ')}`,
    );
    const rows = await this.#database.query<EntryRow>(
      `SELECT ${entryColumns} FROM (${books.join(' UNION ALL ')}) e
        ORDER BY e.sort_key, e.id LIMIT ${parameter(limit + 1)} OFFSET ${parameter(offset)}`,
      parameters,
    );
    const entries = rows.slice(0, limit).map(entryOf);
    return {
      entries,
      next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null,
      total: count?.total ?? null,
    };
  }

  /** `null`: no such entry, or not to be seen by this reader. */
  async entry({ userId, instanceId }: Reader, id: string): Promise<PhoneBookEntry | null> {
    const [row] = await this.#database.query<EntryRow>(
      `SELECT ${entryColumns} FROM phone_book_entries e
        WHERE e.id = $2 AND e.instance_id = $3 AND e.deleted_at IS NULL AND (e.owner_id IS NULL OR e.owner_id = $1)`,
      [userId, id, instanceId],
    );
    return row === undefined ? null : entryOf(row);
  }

  /** All labels in use, the commonest first. */
  async labels({ userId, instanceId }: Reader): Promise<z.infer<typeof phoneBookLabelsSchema>> {
    const entries = await this.#database.query<{ label: string; count: number }>(
      `SELECT label, count(*) AS count FROM phone_book_entries e, unnest(e.labels) AS label
        WHERE e.instance_id = $1 AND e.deleted_at IS NULL AND (e.owner_id IS NULL OR e.owner_id = $2)
        GROUP BY label ORDER BY count(*) DESC, label LIMIT 200`,
      [instanceId, userId],
    );
    return { entries, next: null };
  }

  /** Whose these numbers are, however they are written. A private entry wins over the company's (TEL-2). */
  async resolve(
    { userId, instanceId }: Reader,
    numbers: readonly string[],
  ): Promise<Map<string, ResolvedParty | null>> {
    const tails = [...new Set(numbers.map(numberTail))].filter((tail) => tail !== '');
    const rows =
      tails.length === 0
        ? []
        : await this.#database.query<Pick<EntryRow, 'id' | 'owner_id' | 'name' | 'company' | 'numbers'>>(
            `SELECT id, owner_id, name, company, numbers FROM phone_book_entries
              WHERE number_tails && $3::text[] AND instance_id = $1 AND deleted_at IS NULL
                AND (owner_id IS NULL OR owner_id = $2)
              ORDER BY owner_id IS NULL, sort_key, id LIMIT ${mostCandidates}`,
            [instanceId, userId, tails],
          );
    return new Map(
      numbers.map((number) => {
        const [best] = rows
          .map((row) => ({ row, match: Math.max(0, ...row.numbers.map((each) => numberMatch(each.number, number))) }))
          .filter(({ match }) => match > 0)
          // Sorting is stable: among equals the order of the rows decides, which has the private ones first.
          .sort(
            (a, b) =>
              Number(b.match >= 2) - Number(a.match >= 2) || bookRank(a.row) - bookRank(b.row) || b.match - a.match,
          );
        if (best === undefined) return [number, null];
        const { id, owner_id, name, company } = best.row;
        return [number, { entryId: id, book: owner_id === null ? 'company' : 'private', name, company }];
      }),
    );
  }

  async #position({ userId, instanceId }: Reader, id: string): Promise<{ sort_key: string } | null> {
    const [row] = await this.#database.query<{ sort_key: string }>(
      // Also of an entry that was deleted since the page before.
      `SELECT sort_key FROM phone_book_entries
        WHERE id = $1 AND instance_id = $2 AND (owner_id IS NULL OR owner_id = $3)`,
      [id, instanceId, userId],
    );
    return row ?? null;
  }
}

const bookRank = (row: { owner_id: string | null }): number => (row.owner_id === null ? 1 : 0);

const owners = (book: PhoneBookQuery['book']): string[] => [
  ...(book === 'company' ? [] : ['e.owner_id = $1']),
  ...(book === 'private' ? [] : ['e.owner_id IS NULL']),
];
