/** Finds texts the way people type (SEA-2): several terms, each the start of a word, umlauts and case either way. */

const expansions: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', ø: 'oe', æ: 'ae', å: 'aa' };
const bases: Record<string, string> = { ß: 'ss', ø: 'o', æ: 'ae', đ: 'd', ł: 'l' };

const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßøæđł]/g, (letter) => bases[letter] ?? letter);
const expanded = (text: string): string =>
  plain(
    text
      .toLowerCase()
      .normalize('NFC')
      .replace(/[äöüßøæå]/g, (letter) => expansions[letter] ?? letter),
  );
const wordsOf = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
/** Without prefixes of country and trunk, so that +49 991 and 0991 meet. */
export const comparableDigits = (text: string): string => text.replace(/\D/g, '').replace(/^0+/, '');

/** The words of a text as it is compared; make it once per text, it costs more than a comparison. */
export interface SearchKey {
  words: readonly string[];
  digits: readonly string[];
}

export const searchKey = (texts: readonly string[], numbers: readonly string[] = []): SearchKey => {
  const words = new Set(texts.flatMap((text) => [...wordsOf(plain(text)), ...wordsOf(expanded(text))]));
  return { words: [...words], digits: numbers.map(comparableDigits) };
};

/** A test for what was typed; an empty query fits everything. */
export const createMatcher = (query: string): ((key: SearchKey) => boolean) => {
  const terms = wordsOf(plain(query)).map((term) => [term, ...wordsOf(expanded(term))]);
  const typed = /^[\d\s+()/.-]+$/.test(query) ? comparableDigits(query) : '';
  const german = wordsOf(expanded(query));
  return ({ words, digits }) => {
    if (typed !== '' && digits.some((number) => number.includes(typed))) return true;
    return terms.every((spellings, at) =>
      words.some((word) => spellings.some((term) => word.startsWith(term)) || word.startsWith(german[at] ?? '\0')),
    );
  };
};
