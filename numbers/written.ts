/** Telephone numbers as people write them, and as links carry them. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { DialPlan } from '../protocol/numbers.ts';
import { numberingOf } from './numbering.ts';

/** What to dial, and the digits to send once somebody has answered (an extension behind the number). */
export interface WrittenNumber {
  /** `+49991123456`, `0991123456`, `102`, `*21#`. */
  number: string;
  /** Often empty. */
  afterAnswer: string;
}

const longestInput = 256;
const scheme = /^([a-z][a-z0-9+.-]*):/i;
/** Fullwidth, Arabic-Indic and extended Arabic-Indic digits; each block has its ten in order. */
const digitBlocks = [0xff10, 0x0660, 0x06f0];
/** Direction marks, zero-width characters, soft hyphen: invisible, and often copied along. */
const invisible = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
/** What people put between digits. A line break is not among them: behind it stands another number. */
const marks = /[\p{Zs}\t().\-/'’[\]·•_|\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/gu;
/** `+49 (0)991`: the zero is for those who dial within the country. */
const optionalZero = /[([]\p{Zs}*0\p{Zs}*[)\]]/u;
const extension =
  /(?:,+|;ext=|[\p{Zs},;]*(?<!\p{L})(?:extension|ext|x|poste|toestel|lok|lokal)[.:]?)\p{Zs}*(\d{1,10})#?\p{Zs}*$/iu;
/** In German these words stand before digits that are part of the number. */
const directWords = /[\p{Zs},;/-]*\b(?:durchwahl|dw|klappe|kl|nebenstelle|nst)\b[.:]?/giu;
const wellFormed = /^(?:\+[1-9]\d{2,19}|[0-9*#]{1,32})$/;
const keypad = 'abc,def,ghi,jkl,mno,pqrs,tuv,wxyz'.split(',');

const plainDigits = (text: string): string =>
  text.replace(/[\uff0b\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const block = digitBlocks.find((start) => code >= start && code < start + 10);
    return block === undefined ? '+' : String(code - block);
  });

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The text in a `tel:` (RFC 3966), `callto:`, `sip:` or `sips:` (RFC 3261) address; `null` for anything else. */
const textOfUri = (name: string, rest: string): string | null => {
  // Headers (`?`) could add to the request: nothing that asks for more than a number is dialled.
  if (rest.includes('?')) return null;
  const [bare = '', ...parameters] = rest.replace(/^\/\//, '').split(';');
  const further = parameters.find((parameter) => /^ext=\d{1,10}$/i.test(parameter)) ?? '';
  switch (name) {
    case 'tel':
    case 'callto': {
      const text = decoded(bare);
      return text === null || further === '' ? text : `${text};${further.toLowerCase()}`;
    }
    case 'sip':
    case 'sips': {
      const [user = '', host, ...more] = bare.split('@');
      if (more.length > 0 || (host !== undefined && !/^[a-z0-9.:[\]-]+$/i.test(host))) return null;
      return decoded(user);
    }
    default:
      return null;
  }
};

/**
 * Letters as the digits of their keys, where that gives a number one can call: `0800 REIMANN`, `1-800-FLOWERS`.
 * A name behind a number (`102 Anna`) does not, and is refused.
 */
const vanity = (text: string, plan: DialPlan | null): string | null => {
  if (plan === null || !/^[\p{Zs}(+]*\d/u.test(text) || !/^[^A-Za-z]*[A-Za-z][A-Za-z0-9\p{Zs}\-.]*$/u.test(text))
    return null;
  const digits = text.replace(/[A-Za-z]/g, (letter) =>
    String(keypad.findIndex((key) => key.includes(letter.toLowerCase())) + 2),
  );
  const bare = digits.replace(marks, '');
  const number =
    parsePhoneNumberFromString(bare, { defaultCountry: numberingOf(plan).country, extract: false }) ??
    parsePhoneNumberFromString(`+${bare}`);
  const free = number?.getType();
  const called = free === 'TOLL_FREE' || free === 'SHARED_COST' || free === 'PERSONAL_NUMBER' || free === 'UAN';
  if (called) return digits;
  // Vanity numbers may be longer than the network needs: what is too much is not dialled anyway.
  const american = /^\+?1?(8\d\d)\d{7,}$/.exec(bare);
  return american === null ? null : `+1${bare.replace(/^\+?1?/, '').slice(0, 10)}`;
};

/**
 * Reads what somebody wrote: `+49 (0)991 / 123-45` → `+4999112345`. `null` where the text is not a number: only digits,
 * `*`, `#`, a leading `+` and the marks people put between digits are taken. Without a plan, letters are refused.
 */
export const readNumber = (written: string, plan: DialPlan | null): WrittenNumber | null => {
  if (written.length > longestInput) return null;
  const text = plainDigits(written.trim()).replace(invisible, '');
  const found = scheme.exec(text);
  const content = found?.[1] === undefined ? text : textOfUri(found[1].toLowerCase(), text.slice(found[0].length));
  if (content === null) return null;
  const behind = extension.exec(content);
  const main = (behind === null ? content : content.slice(0, behind.index)).replace(directWords, ' ');
  const international = main.trimStart().startsWith('+') || (plan !== null && startsInternational(main, plan));
  const withoutZero = international ? main.replace(optionalZero, '') : main;
  const spoken = /[A-Za-z]/.test(withoutZero) ? vanity(withoutZero, plan) : withoutZero;
  const number = spoken?.replace(marks, '') ?? '';
  return wellFormed.test(number) ? { number, afterAnswer: behind?.[1] ?? '' } : null;
};

const startsInternational = (text: string, plan: DialPlan): boolean =>
  text.replace(marks, '').startsWith(numberingOf(plan).internationalPrefix);
