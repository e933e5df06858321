/** Numbers too short for E.164 that every telephone of a country can dial. */

const emergency: Record<string, readonly string[]> = {
  AT: ['112', '122', '128', '133', '140', '144', '147'],
  AU: ['000', '112'],
  BA: ['112', '122', '123', '124'],
  BE: ['100', '101', '112'],
  BG: ['112'],
  CA: ['911'],
  CH: ['112', '117', '118', '144', '1414'],
  CZ: ['112', '150', '155', '156', '158'],
  DE: ['110', '112'],
  DK: ['112'],
  ES: ['061', '062', '080', '085', '091', '092', '112'],
  FI: ['112'],
  FR: ['15', '17', '18', '112', '114', '115', '119', '191', '196'],
  GB: ['112', '999'],
  GR: ['100', '108', '112', '166', '199'],
  HR: ['112', '192', '193', '194', '195'],
  HU: ['104', '105', '107', '112'],
  IE: ['112', '999'],
  IT: ['112', '113', '115', '118'],
  LI: ['112', '117', '118', '144', '1414'],
  LU: ['112', '113'],
  ME: ['112', '122', '123', '124'],
  MK: ['112', '192', '193', '194'],
  NL: ['112'],
  NO: ['110', '112', '113'],
  NZ: ['111', '112'],
  PL: ['112', '997', '998', '999'],
  PT: ['112', '117'],
  RO: ['112'],
  RS: ['112', '192', '193', '194'],
  SE: ['112'],
  SI: ['112', '113'],
  SK: ['112', '150', '155', '158'],
  TR: ['112'],
  US: ['911'],
};
/** Countries not listed: what mobile networks take everywhere (3GPP TS 22.101) and the most common third. */
const everywhere: readonly string[] = ['112', '911', '999'];

/** Whether `digits` calls for help in the country. */
export const isEmergency = (digits: string, country: string): boolean =>
  (emergency[country] ?? everywhere).includes(digits);

/** Directory enquiries and the like: short and expensive. */
const dearServices: Record<string, RegExp> = {
  DE: /^118\d{2,3}$/,
  AT: /^118\d{2,3}$/,
  FR: /^118\d{3}$/,
  GB: /^118\d{3}$/,
};
/** Short services that cost little or nothing. 116xxx is harmonised in Europe (2007/116/EC). */
const plainServices: Record<string, RegExp> = {
  DE: /^(115|116\d{3})$/,
  AT: /^(116\d{3}|1450|141|142|148[4-5])$/,
  CH: /^(116\d{3}|14[0-7]|1[678]\d)$/,
  FR: /^(116\d{3}|3\d{3})$/,
  NL: /^(116\d{3}|14\d{3})$/,
  US: /^(211|311|411|511|611|711|811|988)$/,
  CA: /^(211|311|411|511|611|711|811|988)$/,
};
const europeanService = /^116\d{3}$/;

/** Whether `digits` is a short service number of the country; `premium`: one that costs more than a call. */
export const serviceOf = (digits: string, country: string): 'service' | 'premium' | null => {
  if (dearServices[country]?.test(digits) === true) return 'premium';
  return (plainServices[country] ?? europeanService).test(digits) ? 'service' : null;
};
