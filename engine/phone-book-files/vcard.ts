/** vCard 3 (RFC 2426) and 4 (RFC 6350), and of 2.1 what old telephones write. */
import { problem, type FileProblem } from './file-problems.ts';

export interface VcardProperty {
  line: number;
  /** Upper case, without its group. */
  name: string;
  /** Names upper case; bare parameters of 2.1 stand under `TYPE`. */
  parameters: ReadonlyMap<string, readonly string[]>;
  /** As written, still escaped. */
  value: string;
}
export interface Vcard {
  line: number;
  properties: VcardProperty[];
}

const mostCards = 20_000;
const mostProperties = 500;
/** A picture of some megabytes is the longest that stands in such a file. */
const longestLine = 8_000_000;

interface LogicalLine {
  line: number;
  text: string;
}
/** Lines with their continuations: a blank in front (RFC 6350 §3.2), in 2.1 also `=` at the end of quoted-printable. */
const unfold = (text: string): LogicalLine[] => {
  const lines: LogicalLine[] = [];
  let isOpen = false;
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const last = lines.at(-1);
    const isContinuation = /^[ \t]/.test(raw) && last !== undefined;
    if (last && (isContinuation || isOpen) && last.text.length < longestLine) {
      last.text = isOpen && !isContinuation ? `${last.text.slice(0, -1)}${raw}` : `${last.text}${raw.slice(1)}`;
    } else lines.push({ line: index + 1, text: raw });
    const current = lines.at(-1)?.text ?? '';
    isOpen = current.endsWith('=') && /^[^:]*QUOTED-PRINTABLE[^:]*:/i.test(current.slice(0, 500));
  });
  return lines;
};

/** The head of a line is short; what is not found in its beginning is not there. */
const longestHead = 2_000;

/** Name and parameters before the first colon that stands in no quotation; `null`: there is none. */
const headOf = (text: string): string[] | null => {
  const parts = [''];
  let isQuoted = false;
  for (const character of text.slice(0, longestHead)) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === ':' && !isQuoted) return parts;
    if (character === ';' && !isQuoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return null;
};

const readProperty = ({ line, text }: LogicalLine): VcardProperty | null => {
  const parts = headOf(text);
  if (parts === null) return null;
  const [grouped = '', ...written] = parts;
  if (!/^[A-Za-z0-9.-]{1,80}$/.test(grouped)) return null;
  const parameters = new Map<string, string[]>();
  for (const part of written) {
    const equals = part.indexOf('=');
    const key = equals === -1 ? 'TYPE' : part.slice(0, equals).toUpperCase();
    const values = part
      .slice(equals + 1)
      .replaceAll('"', '')
      .split(',');
    parameters.set(key, [...(parameters.get(key) ?? []), ...values.map((value) => value.trim().toLowerCase())]);
  }
  const name = grouped.slice(grouped.lastIndexOf('.') + 1).toUpperCase();
  return { line, name, parameters, value: decoded(text.slice(parts.join(';').length + 1), parameters) };
};

const decoded = (value: string, parameters: ReadonlyMap<string, readonly string[]>): string => {
  const isQuoted = [...(parameters.get('ENCODING') ?? []), ...(parameters.get('TYPE') ?? [])].includes(
    'quoted-printable',
  );
  if (!isQuoted) return value;
  const bytes = value
    .replace(/=\r?\n/g, '')
    .match(/=[0-9A-Fa-f]{2}|[\s\S]/g)
    ?.flatMap((piece) =>
      piece.length === 3 ? [Number.parseInt(piece.slice(1), 16)] : [...new TextEncoder().encode(piece)],
    );
  const text = new TextDecoder(parameters.get('CHARSET')?.[0] === 'iso-8859-1' ? 'windows-1252' : 'utf-8').decode(
    Uint8Array.from(bytes ?? []),
  );
  return text.replace(/\r\n|\r|\n/g, '\\n');
};

/** All cards that are whole. What stands between them or cannot be read is told. */
export const parseVcards = (text: string): { cards: Vcard[]; problems: FileProblem[] } => {
  const cards: Vcard[] = [];
  const problems: FileProblem[] = [];
  let open: Vcard | null = null;
  for (const each of unfold(text)) {
    if (each.text.trim() === '') continue;
    const property = readProperty(each);
    const isMark = property?.value.trim().toUpperCase() === 'VCARD';
    if (property?.name === 'BEGIN' && isMark) {
      if (open) problems.push(problem(open.line, 'cardIncomplete'));
      open = { line: each.line, properties: [] };
    } else if (property?.name === 'END' && isMark && open) {
      if (cards.length === mostCards) {
        problems.push(problem(open.line, 'tooMany'));
        return { cards, problems };
      }
      cards.push(open);
      open = null;
    } else if (property === null || open === null) problems.push(problem(each.line, 'lineUnreadable', each.text));
    else if (open.properties.length < mostProperties) open.properties.push(property);
  }
  if (open) problems.push(problem(open.line, 'cardIncomplete'));
  return { cards, problems };
};

/** `\n`, `\,`, `\;` and `\\` as what they stand for. */
export const unescapeText = (value: string): string =>
  value.replace(/\\([\s\S])/g, (_, escaped: string) => (escaped === 'n' || escaped === 'N' ? '\n' : escaped));

/** The parts of a value between separators that are not escaped. */
export const splitValue = (value: string, separator: ',' | ';'): string[] => {
  const parts = [''];
  for (const piece of value.match(/\\[\s\S]|[\s\S]/g) ?? []) {
    if (piece === separator) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts.map(unescapeText);
};

export const escapeText = (text: string): string =>
  text.replace(/[\\,;]/g, (character) => `\\${character}`).replace(/\r\n|\r|\n/g, '\\n');

/** Folded after 75 bytes, never inside a character (RFC 6350 §3.2). */
export const foldLine = (line: string): string => {
  const rows: string[] = [];
  let row = '';
  let bytes = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (bytes + size > 75) {
      rows.push(row);
      row = ' ';
      bytes = 1;
    }
    row += character;
    bytes += size;
  }
  return [...rows, row].join('\r\n');
};
