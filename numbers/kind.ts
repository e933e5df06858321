/** What sort of number an E.164 number is, as far as the metadata and the regulators' plans tell. */
import type { PhoneNumber } from 'libphonenumber-js/max';

export const outsideKinds = ['fixed', 'mobile', 'free', 'shared', 'premium', 'special'] as const;
/**
 * `shared`: service numbers with a fixed price for the caller. `special`: everything else, such as pagers, numbers
 * for companies, or number ranges the metadata does not know.
 */
export type OutsideKind = (typeof outsideKinds)[number];

/** Satellite and other networks without a country (ITU-T E.164 §A): a minute costs euros. */
const dearCodes = new Set(['870', '878', '881', '882', '883', '888', '979']);
/** Dear ranges that the metadata does not call premium, by calling code. */
const dearRanges: Record<string, RegExp> = {
  // Directory enquiries, dial-through services, and 0137 with its mass calls (numbering plan of the Bundesnetzagentur).
  '49': /^(?:118|190|9009|137|12\d)/,
  '43': /^(?:118|9[03][01])/,
  '41': /^(?:18\d\d|90[016])/,
  '33': /^(?:118|89[2-9])/,
  '31': /^(?:90[069])/,
};

export const kindOf = (number: PhoneNumber): OutsideKind => {
  const { countryCallingCode, nationalNumber } = number;
  if (dearCodes.has(countryCallingCode)) return 'premium';
  if (dearRanges[countryCallingCode]?.test(nationalNumber) === true) return 'premium';
  switch (number.getType()) {
    case 'FIXED_LINE':
    case 'FIXED_LINE_OR_MOBILE':
      return 'fixed';
    case 'MOBILE':
      return 'mobile';
    case 'TOLL_FREE':
      return 'free';
    case 'SHARED_COST':
      return 'shared';
    case 'PREMIUM_RATE':
      return 'premium';
    default:
      return 'special';
  }
};
