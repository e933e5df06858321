/** What the metadata says of a country's numbering; the one place that asks libphonenumber-js for it. */
import { isSupportedCountry, Metadata, type CountryCode } from 'libphonenumber-js/max';
import type { DialPlan } from '../protocol/numbers.ts';

export interface Numbering {
  country: CountryCode;
  /** `49`. */
  callingCode: string;
  /** What stands before the area code: `0`; `null` where nothing does. */
  nationalPrefix: string | null;
  /** What stands for the `+`: `00`. */
  internationalPrefix: string;
}

/** Only libphonenumber-js' internal type has these; they are documented behaviour of its `Metadata`. */
interface NumberingPlanFacts {
  callingCode(): string;
  nationalPrefix(): string | undefined;
  IDDPrefix(): string | undefined;
}

/** Where the metadata names several carriers' prefixes: the one people know. */
const usual: Record<string, string> = { AU: '0011', CX: '0011', CC: '0011', RU: '810', KZ: '810', IL: '00', FI: '00' };

const known = new Map<string, Numbering>();

/** The numbering of the plan's country. An unknown country counts as Germany, so that nothing stops working. */
export const numberingOf = ({ country, internationalPrefix }: DialPlan): Numbering => {
  const key = `${country} ${internationalPrefix ?? ''}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const supported: CountryCode = isSupportedCountry(country) ? country : 'DE';
  const metadata = new Metadata();
  metadata.selectNumberingPlan(supported);
  const plan = metadata.numberingPlan as unknown as NumberingPlanFacts;
  const prefix = plan.IDDPrefix() ?? '';
  const numbering: Numbering = {
    country: supported,
    callingCode: plan.callingCode(),
    nationalPrefix: plan.nationalPrefix() ?? null,
    internationalPrefix: internationalPrefix ?? (/^\d+$/.test(prefix) ? prefix : (usual[supported] ?? '00')),
  };
  known.set(key, numbering);
  return numbering;
};

/** Whether there are numbers for this country. */
export const isKnownCountry = (country: string): boolean => isSupportedCountry(country);
