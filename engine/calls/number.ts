/** Numbers as people write them, and as links carry them. */

const longestInput = 256;
const scheme = /^([a-z][a-z0-9+.-]*):/i;

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The number in a `tel:` (RFC 3966), `callto:`, `sip:` or `sips:` (RFC 3261) address; `null` for anything else. */
const numberOfUri = (name: string, rest: string): string | null => {
  // Headers (`?`) could add to the request: nothing that asks for more than a number is dialled.
  if (rest.includes('?')) return null;
  const bare = rest.replace(/^\/\//, '').split(';')[0] ?? '';
  switch (name) {
    case 'tel':
    case 'callto':
      return decoded(bare);
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
 * The digits to dial: `+49 (0)30 / 123-45` → `+493012345`. `null` where the text is not a number: only digits,
 * `*`, `#`, a leading `+` and the marks people put between digits are taken, at most 32 digits.
 */
export const parseNumber = (written: string): string | null => {
  if (written.length > longestInput) return null;
  const text = written.trim();
  const found = scheme.exec(text);
  const number = found?.[1] === undefined ? text : numberOfUri(found[1].toLowerCase(), text.slice(found[0].length));
  if (number === null) return null;
  const bare = (/^\s*\+/.test(number) ? number.replace(/\(0\)/, '') : number).replace(
    /[\s().\-/\u2010-\u2015\u00a0\u200e\u202a\u202c]/g,
    '',
  );
  return /^\+?[0-9*#]{1,32}$/.test(bare) ? bare : null;
};
