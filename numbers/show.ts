/** Numbers in the form in which people of the instance read them. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { DialPlan } from '../protocol/numbers.ts';
import { ownExtension } from './dial.ts';
import { numberingOf } from './numbering.ts';

const remembered = new Map<string, string>();
const mostRemembered = 2_000;

/** `+49991123456` → `0991 123456` in Germany, `+49 991 123456` elsewhere; an own number → its extension. */
export const showNumber = (number: string, plan: DialPlan | null): string => {
  if (plan === null || !number.startsWith('+')) return number;
  const key = `${plan.country} ${plan.ownNumbers.length} ${number}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const shown = work(number, plan);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, shown);
  return shown;
};

const work = (number: string, plan: DialPlan): string => {
  const own = ownExtension(number, plan);
  if (own !== null) return own;
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  if (parsed === undefined) return number;
  const { country, callingCode } = numberingOf(plan);
  const home = parsed.country === undefined ? parsed.countryCallingCode === callingCode : parsed.country === country;
  return home && parsed.isValid() ? parsed.formatNational() : parsed.formatInternational();
};
