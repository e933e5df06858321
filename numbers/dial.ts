/** What a dialled number means in an instance. */
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';
import type { DialPlan } from '../protocol/numbers.ts';
import { isEmergency, serviceOf } from './emergency.ts';
import { kindOf, type OutsideKind } from './kind.ts';
import { numberingOf } from './numbering.ts';

export type DialTarget =
  /** Goes out exactly as it is, whatever rules and limits say. */
  | { kind: 'emergency'; number: string }
  /** A number of the house; whether somebody has it is the server's to know. */
  | { kind: 'internal'; extension: string }
  /** Begins with `*` or `#`: an order to the server, or to the network. */
  | { kind: 'code'; code: string }
  /** A short number of the country: 115, 116117, 11833. */
  | { kind: 'service'; number: string; premium: boolean }
  | {
      kind: 'outside';
      /** E.164 with `+`. */
      number: string;
      /** `null` for networks without a country. */
      country: string | null;
      sort: OutsideKind;
      /** In another country than the instance, or in none. */
      foreign: boolean;
    }
  | { kind: 'invalid'; reason: 'malformed' | 'tooShort' | 'tooLong' };

/** Takes the digits of `readNumber`. */
export const dialTarget = (dialled: string, plan: DialPlan): DialTarget => {
  if (!/^\+?[0-9*#]{1,32}$/.test(dialled)) return { kind: 'invalid', reason: 'malformed' };
  if (isEmergency(dialled, plan.country)) return { kind: 'emergency', number: dialled };
  if (/[*#]/.test(dialled))
    return dialled.startsWith('+') ? { kind: 'invalid', reason: 'malformed' } : { kind: 'code', code: dialled };
  if (!dialled.startsWith('+')) {
    if (dialled.length <= plan.longestInternal) return { kind: 'internal', extension: dialled };
    const service = serviceOf(dialled, plan.country);
    if (service !== null) return { kind: 'service', number: dialled, premium: service === 'premium' };
  }
  const number = outsideNumber(dialled, plan);
  if (typeof number === 'string') return { kind: 'invalid', reason: number };
  const own = ownExtension(number.number, plan);
  if (own !== null) return { kind: 'internal', extension: own };
  const { country } = numberingOf(plan);
  const region = number.country ?? null;
  return {
    kind: 'outside',
    number: number.number,
    country: region,
    sort: kindOf(number),
    // A range the metadata does not know yet still has the own calling code.
    foreign: region === null ? number.countryCallingCode !== numberingOf(plan).callingCode : region !== country,
  };
};

/** The extension behind a number of the own ranges; `null`: not one of the house. */
export const ownExtension = (number: string, plan: DialPlan): string | null => {
  const range = plan.ownNumbers
    .filter(({ prefix }) => number.startsWith(prefix))
    .toSorted((one, other) => other.prefix.length - one.prefix.length)[0];
  if (range === undefined) return null;
  const extension = number.slice(range.prefix.length);
  if ((extension === '' || extension === '0') && range.main !== null) return range.main;
  return extension === '' ? null : extension;
};

/** The number in the plan's country and area, or why it cannot be one. */
const outsideNumber = (dialled: string, plan: DialPlan): PhoneNumber | 'tooShort' | 'tooLong' | 'malformed' => {
  const number = parsePhoneNumberFromString(international(dialled, plan), { extract: false });
  if (number === undefined) return dialled.length > 15 ? 'tooLong' : 'malformed';
  if (number.isPossible()) return number;
  return number.nationalNumber.length < 7 ? 'tooShort' : 'tooLong';
};

/** With `+` and country, by prefixes alone: no digit is guessed. */
const international = (dialled: string, plan: DialPlan): string => {
  const { callingCode, nationalPrefix, internationalPrefix } = numberingOf(plan);
  if (dialled.startsWith('+')) return dialled;
  if (dialled.startsWith(internationalPrefix)) return `+${dialled.slice(internationalPrefix.length)}`;
  // In Italy and its like the zero belongs to the number; the library knows from the `+`.
  if (nationalPrefix !== null && dialled.startsWith(nationalPrefix))
    return `+${callingCode}${callingCode === '39' ? dialled : dialled.slice(nationalPrefix.length)}`;
  const local = parsePhoneNumberFromString(`+${callingCode}${plan.areaCode}${dialled}`, { extract: false });
  if (plan.areaCode !== '' && (local?.isPossible() === true || nationalPrefix === '0'))
    return `+${callingCode}${plan.areaCode}${dialled}`;
  return `+${callingCode}${dialled}`;
};

/**
 * A form in which numbers written differently compare equal, made by prefixes alone and so in a microsecond: for indexes
 * over many numbers. Internal numbers stay as they are.
 */
export const comparableNumber = (written: string, plan: DialPlan | null): string => {
  const compact = written.replace(/\(0\)/, '').replace(/[^\d+*#]/g, '');
  if (plan === null) return compact.replace(/^00/, '+');
  if (compact.startsWith('+')) return compact;
  if (compact.length <= plan.longestInternal || /[*#]/.test(compact)) return compact;
  if (isEmergency(compact, plan.country) || serviceOf(compact, plan.country) !== null) return compact;
  const { callingCode, nationalPrefix, internationalPrefix } = numberingOf(plan);
  if (compact.startsWith(internationalPrefix)) return `+${compact.slice(internationalPrefix.length)}`;
  if (nationalPrefix !== null && callingCode !== '39' && compact.startsWith(nationalPrefix))
    return `+${callingCode}${compact.slice(nationalPrefix.length)}`;
  return `+${callingCode}${plan.areaCode}${compact}`;
};
