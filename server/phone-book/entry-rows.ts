/** Rows of the phone book's table, and what the API says of them. */
import type { PhoneBookEntry, PhoneBookFields } from '../../protocol/phone-book.ts';
import { numberTail } from './number-match.ts';
import { fold, searchTermsOf } from './search-terms.ts';

export interface EntryRow extends Record<string, unknown> {
  id: string;
  owner_id: string | null;
  name: string;
  company: string | null;
  numbers: PhoneBookEntry['numbers'];
  emails: string[];
  labels: string[];
  picture: string | null;
  note: string;
  version: number;
  favourite: boolean;
}

/** `$1` is the asking user in every statement that reads these. */
export const entryColumns = `e.id, e.owner_id, e.name, e.company, e.numbers, e.emails, e.labels, e.picture, e.note,
  e.version, EXISTS (SELECT FROM phone_book_favourites f WHERE f.user_id = $1 AND f.entry_id = e.id) AS favourite`;

export const entryOf = (row: EntryRow): PhoneBookEntry => ({
  id: row.id,
  book: row.owner_id === null ? 'company' : 'private',
  name: row.name,
  company: row.company,
  numbers: row.numbers,
  emails: row.emails,
  labels: row.labels,
  picture: row.picture,
  note: row.note,
  version: row.version,
  favourite: row.favourite,
  source: null,
});

/** In the order of `fieldColumns`. */
export const fieldColumns = [
  'name',
  'company',
  'numbers',
  'emails',
  'labels',
  'picture',
  'note',
  'sort_key',
  'number_tails',
  'search',
] as const;
/** The values of `fieldColumns` as SQL, from parameter number `first` on. */
export const fieldValues = (first: number): string =>
  ['', '', '::jsonb', '::jsonb', '::text[]', '', '', '', '::text[]', '::text[]']
    .map((cast, at) =>
      fieldColumns[at] === 'search' ? `array_to_tsvector($${first + at}${cast})` : `$${first + at}${cast}`,
    )
    .join(', ');
export const fieldParameters = (fields: PhoneBookFields): unknown[] => [
  fields.name,
  fields.company,
  JSON.stringify(fields.numbers),
  JSON.stringify(fields.emails),
  [...new Set(fields.labels)],
  fields.picture,
  fields.note,
  fold(fields.name),
  [...new Set(fields.numbers.map(({ number }) => numberTail(number)))].filter((tail) => tail !== ''),
  searchTermsOf(fields),
];
