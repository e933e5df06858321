/** Finds people and numbers for the dial field (TEL-1): by word beginnings, umlauts either way, digits however written. */
import type { PhoneBookEntry } from '../../../protocol/rest.ts';
import type { Contact } from '../../../engine/state/types.ts';

export interface DialTarget {
  key: string;
  name: string;
  number: string;
  kind: 'extension' | PhoneBookEntry['numbers'][number]['kind'];
  company: string | null;
}
interface IndexedTarget {
  target: DialTarget;
  words: string[];
  digits: string;
}
/** Searchable people; build it once for given lists. */
export interface DialIndex {
  targets: readonly IndexedTarget[];
}

const marks = /\p{M}/gu;
const expansions: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', ø: 'oe', æ: 'ae', å: 'aa' };
const plain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(marks, '')
    .replaceAll('ø', 'o')
    .replaceAll('đ', 'd');
const expanded = (text: string) =>
  plain(
    text
      .toLowerCase()
      .normalize('NFC')
      .replace(/[äöüßøæå]/g, (letter) => expansions[letter] ?? letter),
  );
const wordsOf = (text: string) => text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
/** Without prefixes of country and trunk, so that +49 991 and 0991 meet. */
const bareDigits = (text: string) => text.replace(/\D/g, '').replace(/^0+/, '');

/** Contacts come before phone-book entries; fax numbers cannot be spoken to and are left out. */
export function createDialIndex(contacts: readonly Contact[], phoneBook: readonly PhoneBookEntry[]): DialIndex {
  const targets: DialTarget[] = contacts.map((contact) => ({
    key: `contact ${contact.id}`,
    name: contact.name,
    number: contact.extension,
    kind: 'extension',
    company: null,
  }));
  for (const entry of phoneBook)
    for (const { kind, number } of entry.numbers)
      if (kind !== 'fax')
        targets.push({ key: `entry ${entry.id} ${number}`, name: entry.name, number, kind, company: entry.company });
  return {
    targets: targets.map((target) => {
      const text = `${target.name} ${target.company ?? ''}`;
      return {
        target,
        words: [...new Set([...wordsOf(plain(text)), ...wordsOf(expanded(text))])],
        digits: bareDigits(target.number),
      };
    }),
  };
}

/** Whether the text is written like a number, so that Enter dials it as it stands. */
export const looksLikeNumber = (text: string): boolean => /^[\s\d+*#()/.-]*\d[\s\d+*#()/.-]*$/.test(text);

/** The first `limit` targets that fit every term of the query. */
export function findDialTargets(index: DialIndex, query: string, limit = 8): DialTarget[] {
  const fits = looksLikeNumber(query) ? numberTest(query) : nameTest(query);
  if (fits === null) return [];
  const found: DialTarget[] = [];
  for (const indexed of index.targets) {
    if (!fits(indexed)) continue;
    found.push(indexed.target);
    if (found.length === limit) break;
  }
  return found;
}

function numberTest(query: string): ((indexed: IndexedTarget) => boolean) | null {
  const digits = bareDigits(query);
  if (digits === '') return null;
  return (indexed) => indexed.digits.startsWith(digits) || (digits.length >= 3 && indexed.digits.includes(digits));
}

function nameTest(query: string): ((indexed: IndexedTarget) => boolean) | null {
  const terms = wordsOf(plain(query));
  if (terms.length === 0) return null;
  return (indexed) => terms.every((term) => indexed.words.some((word) => word.startsWith(term)));
}
