import { randomUUID } from 'node:crypto';
import type { ImportRequest, ImportResult, PhoneBookFields } from '../../protocol/phone-book.ts';
import type { Queryable } from '../database/database.ts';
import { fieldColumns, fieldParameters } from './entry-rows.ts';
import { numberMatch } from './number-match.ts';
import type { Reader } from './phone-book.ts';
import { fold } from './search-terms.ts';

interface Known extends Record<string, unknown> {
  id: string;
  sort_key: string;
  numbers: PhoneBookFields['numbers'];
  emails: string[];
}
interface Planned {
  /** `null`: a new entry. */
  id: string | null;
  fields: PhoneBookFields;
}
export interface ImportPlan {
  writes: Planned[];
  result: ImportResult;
}

const rowsAtOnce = 1_000;

/** Which entries of a file are new and which the book, or the file itself, has already (PHB-4). */
export const planImport = async (
  transaction: Queryable,
  reader: Reader,
  request: ImportRequest,
): Promise<ImportPlan> => {
  const known = await transaction.query<Known>(
    `SELECT id, sort_key, numbers, emails FROM phone_book_entries
      WHERE instance_id = $1 AND deleted_at IS NULL AND sort_key = ANY($3::text[])
        AND ${request.book === 'private' ? 'owner_id = $2' : '$2::text IS NOT NULL AND owner_id IS NULL'}
      ORDER BY id`,
    [reader.instanceId, reader.userId, [...new Set(request.entries.map(({ name }) => fold(name)))]],
  );
  const byName = Map.groupBy(known, ({ sort_key }) => sort_key);
  const inFile = new Map<string, PhoneBookFields[]>();
  const writes: Planned[] = [];
  const taken = new Set<string>();
  let skipped = 0;
  for (const fields of request.entries) {
    const key = fold(fields.name);
    const before = inFile.get(key) ?? [];
    inFile.set(key, [...before, fields]);
    const double = byName.get(key)?.find((each) => !taken.has(each.id) && isSame(each, fields));
    if (request.doubles === 'add') writes.push({ id: null, fields });
    else if (before.some((each) => isSame(each, fields))) skipped += 1;
    else if (double === undefined) writes.push({ id: null, fields });
    else if (request.doubles === 'replace') {
      taken.add(double.id);
      writes.push({ id: double.id, fields });
    } else skipped += 1;
  }
  const replaced = writes.filter(({ id }) => id !== null).length;
  return { writes, result: { added: writes.length - replaced, replaced, skipped } };
};

type Comparable = Pick<PhoneBookFields, 'numbers' | 'emails'>;
const isSame = (one: Comparable, other: Comparable): boolean => {
  const isBare = ({ numbers, emails }: Comparable): boolean => numbers.length === 0 && emails.length === 0;
  if (isBare(one) || isBare(other)) return isBare(one) && isBare(other);
  return (
    one.numbers.some((a) => other.numbers.some((b) => numberMatch(a.number, b.number) > 0)) ||
    one.emails.some((a) => other.emails.some((b) => a.toLowerCase() === b.toLowerCase()))
  );
};

/** Many rows a statement: 10,000 single ones would keep everybody else waiting for the embedded database. */
export const writePlanned = async (
  transaction: Queryable,
  { instanceId, owner }: { instanceId: string; owner: string | null },
  writes: readonly Planned[],
): Promise<void> => {
  for (let from = 0; from < writes.length; from += rowsAtOnce) {
    const rows = writes.slice(from, from + rowsAtOnce).map(({ id, fields }) => {
      const [name, company, numbers, emails, labels, picture, note, sort_key, number_tails, search] =
        fieldParameters(fields);
      const lists = {
        labels,
        number_tails,
        search,
        numbers: JSON.parse(String(numbers)),
        emails: JSON.parse(String(emails)),
      };
      return { id: id ?? randomUUID(), name, company, picture, note, sort_key, ...lists } as Record<string, unknown>;
    });
    await transaction.query(
      `INSERT INTO phone_book_entries (id, instance_id, owner_id, ${fieldColumns.join(', ')})
       SELECT r.id, $2, $3, r.name, r.company, r.numbers, r.emails, r.labels, r.picture, r.note, r.sort_key,
              r.number_tails, array_to_tsvector(r.search)
         FROM jsonb_to_recordset($1::jsonb) AS r(id text, name text, company text, numbers jsonb, emails jsonb,
              labels text[], picture text, note text, sort_key text, number_tails text[], search text[])
       ON CONFLICT (id) DO UPDATE SET ${fieldColumns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')},
         version = nextval('phone_book_versions'), deleted_at = NULL`,
      [JSON.stringify(rows), instanceId, owner],
    );
  }
};
