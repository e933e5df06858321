/** How entries are found: by beginnings of words, umlauts either way, and by digits however a number is written. */
import type { PhoneBookFields } from '../../protocol/phone-book.ts';
import { withoutTrunkZero } from './number-match.ts';

/** Lower case, no accents, umlauts as their base letter, ß as ss: `Müller` and `muller` are the same. */
export const fold = (text: string): string =>
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
const withoutZeros = (text: string): string => withoutTrunkZero(text).replace(/\D/g, '').replace(/^0+/, '');

/** Where one may start to type a number: at its country, its area, or behind both. */
const beginnings = (number: string): string[] => {
  const digits = withoutZeros(number);
  const suffixes = Array.from({ length: 8 }, (_, at) => digits.slice(at)).filter((suffix) => suffix.length >= 4);
  return digits === '' ? [] : [digits, ...suffixes].map((each) => each.replace(/^0+/, '')).filter(Boolean);
};

type Searched = Pick<PhoneBookFields, 'name' | 'company' | 'labels' | 'emails' | 'numbers'>;

/** The lexemes of an entry. */
export const searchTermsOf = ({ name, company, labels, emails, numbers }: Searched): string[] => {
  const text = [name, company ?? '', ...labels, ...emails].join(' ');
  return [
    ...new Set([
      ...words(fold(text)),
      ...words(fold(spellOut(text))),
      ...numbers.flatMap(({ number }) => [...beginnings(number), number.replace(/\D/g, '')]),
    ]),
  ];
};

/** What was typed as a `tsquery`; `null`: everything. Its words hold letters and digits only, so nothing needs escaping. */
export const searchQueryOf = (typed: string): string | null => {
  const isNumber = /^[\d\s+()/.-]*\d[\d\s+()/.-]*$/.test(typed);
  const digits = withoutZeros(typed);
  const terms = isNumber && digits !== '' ? [digits] : words(fold(typed)).slice(0, 10);
  return terms.length === 0 ? null : terms.map((term) => `'${term}':*`).join(' & ');
};
