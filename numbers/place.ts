/** Where a number belongs: its place, else the network it was first given to, else country and sort (TEL-17). */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { DialPlan } from '../protocol/numbers.ts';
import { kindOf, type OutsideKind } from './kind.ts';
import { numberingOf } from './numbering.ts';
import { germanNetworks, germanPlaces } from './places/germany.ts';
import {
  americanPlaces,
  austrianNetworks,
  austrianPlaces,
  belgianPlaces,
  britishPlaces,
  dutchPlaces,
  frenchPlaces,
  irishPlaces,
  serbianNetworks,
  serbianPlaces,
  swissNetworks,
  swissPlaces,
} from './places/neighbours.ts';

export interface NumberPlace {
  /** As people there call it: `Deggendorf`; `null`: not in the tables. */
  place: string | null;
  /** The operator a mobile number was first given to; `null`: unknown or not mobile. */
  network: string | null;
  sort: OutsideKind;
  /** ISO 3166-1 alpha-2, where it is not the own country; `null` at home and for networks without a country. */
  country: string | null;
}

const tables: Record<string, { places: string; networks?: string }> = {
  '49': { places: germanPlaces, networks: germanNetworks },
  '43': { places: austrianPlaces, networks: austrianNetworks },
  '41': { places: swissPlaces, networks: swissNetworks },
  '33': { places: frenchPlaces },
  '31': { places: dutchPlaces },
  '32': { places: belgianPlaces },
  '381': { places: serbianPlaces, networks: serbianNetworks },
  '44': { places: britishPlaces },
  '353': { places: irishPlaces },
  '1': { places: americanPlaces },
};
const read = new Map<string, Map<string, string>>();

/** The entry with the longest code that `digits` begin with. */
const entryOf = (table: string | undefined, digits: string): string | null => {
  if (table === undefined) return null;
  let entries = read.get(table);
  if (entries === undefined) {
    entries = new Map(
      table
        .trim()
        .split(/,\s*/)
        .map((entry) => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]),
    );
    read.set(table, entries);
  }
  for (let length = 6; length > 0; length -= 1) {
    const found = entries.get(digits.slice(0, length));
    if (found !== undefined) return found;
  }
  return null;
};

/** `number` in E.164; `null` where it says nothing: an extension, a code, no number. */
export const placeOf = (number: string, plan: DialPlan | null): NumberPlace | null => {
  const parsed = number.startsWith('+') ? parsePhoneNumberFromString(number, { extract: false }) : undefined;
  if (parsed === undefined || !parsed.isPossible()) return null;
  const sort = kindOf(parsed);
  const table = tables[parsed.countryCallingCode];
  const home = plan === null ? null : numberingOf(plan);
  const atHome = home !== null && (parsed.country ?? home.country) === home.country;
  return {
    place: sort === 'fixed' ? entryOf(table?.places, parsed.nationalNumber) : null,
    network: sort === 'mobile' ? entryOf(table?.networks, parsed.nationalNumber) : null,
    sort,
    country: atHome && parsed.countryCallingCode === home.callingCode ? null : (parsed.country ?? null),
  };
};
