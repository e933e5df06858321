/** Finds people and numbers for the dial field (TEL-1): by word beginnings, umlauts either way, digits however written. */
import type { NumberKind, PhoneBookEntry } from '../../../protocol/phone-book.ts';
import type { Contact } from '../../../engine/state/types.ts';
import { comparableDigits, createMatcher, searchKey, type SearchKey } from '../search/text-match.ts';

export interface DialTarget {
  key: string;
  name: string;
  number: string;
  kind: 'extension' | NumberKind;
  company: string | null;
}
interface IndexedTarget {
  target: DialTarget;
  searched: SearchKey;
}
/** Searchable people; build it once for a given list. */
export type DialIndex = readonly IndexedTarget[];

const indexed = (target: DialTarget): IndexedTarget => ({
  target,
  searched: searchKey([target.name, target.company ?? ''], [target.number]),
});

export const contactIndex = (contacts: readonly Contact[]): DialIndex =>
  contacts.map(({ id, name, extension }) =>
    indexed({ key: `contact ${id}`, name, number: extension, kind: 'extension', company: null }),
  );

/** Fax numbers cannot be spoken to and are left out. */
export const phoneBookIndex = (entries: readonly PhoneBookEntry[]): DialIndex =>
  entries.flatMap(({ id, name, company, numbers }) =>
    numbers
      .filter(({ kind }) => kind !== 'fax')
      .map(({ kind, number }) => indexed({ key: `entry ${id} ${number}`, name, number, kind, company })),
  );

/** Whether the text is written like a number, so that Enter dials it as it stands. */
export const looksLikeNumber = (text: string): boolean => /^[\s\d+*#()/.-]*\d[\s\d+*#()/.-]*$/.test(text);

/** The first `limit` targets that fit every term of the query. */
export function findDialTargets(index: DialIndex, query: string, limit = 8): DialTarget[] {
  const fits = looksLikeNumber(query) ? numberTest(query) : query.trim() === '' ? null : createMatcher(query);
  if (fits === null) return [];
  const found: DialTarget[] = [];
  for (const { target, searched } of index) {
    if (!fits(searched)) continue;
    found.push(target);
    if (found.length === limit) break;
  }
  return found;
}

function numberTest(query: string): ((key: SearchKey) => boolean) | null {
  const typed = comparableDigits(query);
  if (typed === '') return null;
  return ({ digits }) =>
    digits.some((number) => number.startsWith(typed) || (typed.length >= 3 && number.includes(typed)));
}
