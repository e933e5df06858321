import { dialTextOfLink } from '../links/link.ts';

const longestSelection = 500;
/** Digits with what people put between and before them, vanity letters aside. */
const written = /\+?\(?\d[\d\s()./\-–]{0,40}\d|(?<![\w@.])\d{1,2}(?![\w@.])/;

/**
 * What a marked text puts into the dial field: the target of a link, or the first number as it is written there;
 * `null` where there is none. What it means is decided where numbers are dialled.
 */
export const dialTextOfSelection = (text: string): string | null => {
  const marked = text.slice(0, longestSelection).trim();
  const link = dialTextOfLink(marked);
  if (link !== null) return link;
  // An unfinished link is no number to guess at.
  if (/^(tel|callto|sips?):/i.test(marked)) return null;
  return (
    written
      .exec(marked.replace(/[\u00a0\u2007\u2009\u202f]/g, ' '))?.[0]
      .replace(/\s+/g, ' ')
      .trim() ?? null
  );
};
