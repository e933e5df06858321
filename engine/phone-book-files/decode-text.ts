/** Bytes of a text file as text, whichever program has written it. */

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const bomOf = (bytes: Uint8Array): TextEncoding | null => {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
};

/** Characters that no text has; a few are forgiven, as programs of old have left them. */
const isText = (text: string): boolean => {
  const odd = text.match(/[\p{Cc}\ufffd]/gu)?.filter((each) => !/\s/.test(each)).length ?? 0;
  return !text.includes('\0') && odd <= text.length / 1_000;
};

/**
 * UTF-8 and UTF-16 with a byte order mark, else UTF-8 where it is, else Windows-1252. `null`: not a text.
 * The mark is not part of the text.
 */
export const decodeText = (bytes: Uint8Array): { text: string; encoding: TextEncoding } | null => {
  const marked = bomOf(bytes);
  for (const encoding of marked === null ? (['utf-8', 'windows-1252'] as const) : [marked]) {
    try {
      const text = new TextDecoder(encoding, { fatal: encoding === 'utf-8' }).decode(bytes);
      return isText(text) ? { text, encoding } : null;
    } catch {
      // Not UTF-8: the next one.
    }
  }
  return null;
};
