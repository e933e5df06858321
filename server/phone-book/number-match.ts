/**
 * Whether two numbers, as people write them, reach the same telephone. Nothing is known of the country, so
 * `030 23125100` and `+49 30 23125100` meet by their ends, and what could be either is the weaker match.
 */

/** `international`: with country code. `national`: as after the trunk zero. `local`: all else, also extensions. */
interface WrittenNumber {
  form: 'international' | 'national' | 'local';
  digits: string;
}

/** A number without its area or country that is shorter than this fits too many others. */
const shortestEnd = 6;
const longestCountryCode = 3;

/**
 * The end of a number: equal in all numbers that match, so that an index finds them. Empty where there are no digits.
 * Migration 0003 computes the same in SQL.
 */
export const numberTail = (number: string): string => number.replace(/\D/g, '').replace(/^0+/, '').slice(-shortestEnd);

/** The zero in `+49 (0)30`, which is dialled only without the country code. */
export const withoutTrunkZero = (number: string): string =>
  /^\s*(\+|00)/.test(number) ? number.replace('(0)', '') : number;

const read = (number: string): WrittenNumber => {
  const bare = withoutTrunkZero(number);
  const digits = bare.replace(/\D/g, '');
  if (/^\s*\+/.test(bare)) return { form: 'international', digits };
  if (digits.startsWith('00')) return { form: 'international', digits: digits.slice(2) };
  if (digits.startsWith('0') && digits.length > 1) return { form: 'national', digits: digits.slice(1) };
  return { form: 'local', digits };
};

const strength = { local: 0, national: 1, international: 2 } as const;

/** 3: the same beyond doubt; 2: the same if it is one country; 1: the same if it is one area; 0: another number. */
export const numberMatch = (one: string, other: string): 0 | 1 | 2 | 3 => {
  const [a, b] = [read(one), read(other)].sort((x, y) => strength[y.form] - strength[x.form]);
  if (a === undefined || b === undefined || a.digits === '' || b.digits === '') return 0;
  if (a.form === b.form) return a.digits === b.digits ? 3 : 0;
  if (b.digits.length < shortestEnd || !a.digits.endsWith(b.digits)) return 0;
  if (b.form === 'national') {
    const country = a.digits.length - b.digits.length;
    return country >= 1 && country <= longestCountryCode ? 2 : 0;
  }
  // Signalling often drops the plus: the same digits are the same number.
  if (a.digits === b.digits) return a.form === 'international' ? 2 : 1;
  return 1;
};
