/** One run of a message's text: plain, a link that is safe to open, or a number that can be dialled (CHA-2). */
export type TextPart =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'number'; text: string; number: string };

const candidates =
  /(?:https?:\/\/|mailto:)[^\s<>"]{1,2000}|(?<![\p{L}\p{N}+./:-])(?:\+|0)\d[\d ()/-]{4,24}\d(?![\p{L}\p{N}:])/giu;

/**
 * Splits a message body; the parts joined give the body again. Only http, https and mailto become links,
 * and punctuation that ends a sentence stays outside of them.
 */
export function splitMessageText(body: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of body.matchAll(candidates)) {
    const text = /^[+0]/.test(match[0]) ? match[0] : match[0].replace(/[.,;:!?)\]}'»“”]+$/u, '');
    const part = understand(text);
    if (part === null) continue;
    if (match.index > end) parts.push({ kind: 'text', text: body.slice(end, match.index) });
    parts.push(part);
    end = match.index + text.length;
  }
  if (end < body.length) parts.push({ kind: 'text', text: body.slice(end) });
  return parts;
}

function understand(text: string): TextPart | null {
  if (/^[+0]/.test(text)) return { kind: 'number', text, number: text.replace(/[^\d+]/g, '') };
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return null;
  return { kind: 'link', text, href: url.href };
}
