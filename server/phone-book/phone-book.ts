import type { PhoneBookEntry } from '../../protocol/rest.ts';
import type { Database, Queryable } from '../database/database.ts';

export interface PhoneBookPage {
  entries: PhoneBookEntry[];
  next: string | null;
}

/** Lower case, no accents, umlauts as their base letter, ß as ss: `Müller` and `muller` are the same. */
const fold = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}+/gu, '');

/** The German spelling out of umlauts, so that `mueller` finds `Müller`. */
const spellOut = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFC')
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss');

const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

const searchTextOf = (entry: Omit<PhoneBookEntry, 'id'>): string => {
  const names = `${entry.name} ${entry.company ?? ''}`;
  const numbers = entry.numbers.map(({ number }) => number.replace(/\D/g, ''));
  return [...new Set([...words(fold(names)), ...words(fold(spellOut(names))), ...numbers])]
    .map((word) => ` ${word}`)
    .join('');
};

interface EntryRow extends Record<string, unknown> {
  id: string;
  name: string;
  company: string | null;
  numbers: PhoneBookEntry['numbers'];
}

/** The company phone book (PHB-1). */
export class PhoneBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By name. Each word of `query` must start a word of name, company or number. `null`: unknown cursor. */
  async page(
    instanceId: string,
    { query, limit, cursor }: { query: string; limit: number; cursor: string | null },
  ): Promise<PhoneBookPage | null> {
    const terms = words(fold(query)).slice(0, 10);
    const [after] =
      cursor === null
        ? []
        : await this.#database.query<{ sort_key: string }>(
            'SELECT sort_key FROM phone_book_entries WHERE instance_id = $1 AND id = $2',
            [instanceId, cursor],
          );
    if (cursor !== null && after === undefined) return null;
    const rows = await this.#database.query<EntryRow>(
      `SELECT id, name, company, numbers FROM phone_book_entries
        WHERE instance_id = $1 AND search_text LIKE ALL ($3::text[])
          ${after === undefined ? '' : 'AND (sort_key, id) > ($4, $5)'}
        ORDER BY sort_key, id LIMIT $2`,
      [
        instanceId,
        limit + 1,
        terms.map((term) => `% ${term}%`),
        ...(after === undefined ? [] : [after.sort_key, cursor]),
      ],
    );
    const entries = rows.slice(0, limit).map(({ id, name, company, numbers }) => ({ id, name, company, numbers }));
    return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
  }

  /** Adds the entry, or replaces the one with the same id. */
  async put(instanceId: string, entry: PhoneBookEntry, transaction: Queryable = this.#database): Promise<void> {
    await transaction.query(
      `INSERT INTO phone_book_entries (id, instance_id, name, company, numbers, sort_key, search_text)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)
       ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, company = EXCLUDED.company, numbers = EXCLUDED.numbers,
         sort_key = EXCLUDED.sort_key, search_text = EXCLUDED.search_text
       WHERE phone_book_entries.instance_id = EXCLUDED.instance_id`,
      [
        entry.id,
        instanceId,
        entry.name,
        entry.company,
        JSON.stringify(entry.numbers),
        fold(entry.name),
        searchTextOf(entry),
      ],
    );
  }
}
