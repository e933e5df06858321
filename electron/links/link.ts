/** Numbers and addresses are bounded: a link comes from any web page. */
const longestLink = 256;
const telephoneNumber = /^\+?[0-9*#]{1,32}$/;
const separators = /[\s().\-/]/g;
const sipAddress = /^[A-Za-z0-9+*#._~-]{1,64}@[A-Za-z0-9.-]{1,128}$/;

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/**
 * What a `tel:` (RFC 3966), `callto:` or `sip:` (RFC 3261, 19.1) link puts into the dial field: a number without
 * separators or a `user@host`; `null` for anything else. Parameters and headers are dropped.
 */
export const dialTextOfLink = (link: string): string | null => {
  if (link.length > longestLink) return null;
  const colon = link.indexOf(':');
  const scheme = link.slice(0, Math.max(colon, 0)).toLowerCase();
  if (scheme !== 'tel' && scheme !== 'callto' && scheme !== 'sip') return null;
  const target = decoded(link.slice(colon + 1).split(/[;?]/, 1)[0] ?? '');
  if (target === null) return null;
  if (scheme !== 'tel' && sipAddress.test(target)) return target;
  const number = target.replace(separators, '');
  return telephoneNumber.test(number) ? number : null;
};
