/** Comma-separated values (RFC 4180), also with semicolons, tabs or bars between them and line breaks inside quotes. */
import { problem, type FileProblem } from './file-problems.ts';

export interface CsvRow {
  line: number;
  cells: string[];
}
export const csvDelimiters = [',', ';', '\t', '|'] as const;
export type CsvDelimiter = (typeof csvDelimiters)[number];

const mostRows = 20_000;
const mostCells = 200;
/** A quoted text that runs on beyond this is a forgotten quotation mark. */
const longestCell = 20_000;

/** One row from `start` on; `null`: its quotation is not closed. */
const readRow = (text: string, start: number, delimiter: string): { cells: string[]; next: number } | null => {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      const opened = at;
      at += 1;
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote === -1 || quote - opened > longestCell) return null;
        cell += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at += 1;
      }
    }
    // What follows a closed quotation up to the delimiter belongs to the cell, as spreadsheets read it.
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
    cell += text.slice(from, at);
    if (cells.length < mostCells) cells.push(cell);
    if (text[at] !== delimiter) break;
    at += 1;
  }
  if (text[at] === '\r') at += 1;
  if (text[at] === '\n') at += 1;
  return { cells, next: at };
};

const endOfLine = (text: string, from: number): number => {
  const end = /\r\n|\r|\n/g;
  end.lastIndex = from;
  const found = end.exec(text);
  return found ? end.lastIndex : text.length;
};

/** All rows but empty ones. A row whose quotation is not closed is read as if the mark were a letter, and told. */
export const parseCsv = (text: string, delimiter: CsvDelimiter): { rows: CsvRow[]; problems: FileProblem[] } => {
  const rows: CsvRow[] = [];
  const problems: FileProblem[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    let read = readRow(text, at, delimiter);
    if (read === null) {
      const next = endOfLine(text, at);
      const bare = text.slice(at, next);
      problems.push(problem(line, 'quoteOpen', bare.trim()));
      read = {
        cells: bare
          .replace(/[\r\n]+$/, '')
          .replaceAll('"', '')
          .split(delimiter)
          .slice(0, mostCells),
        next,
      };
    }
    if (read.cells.some((cell) => cell.trim() !== '')) {
      if (rows.length === mostRows) {
        problems.push(problem(line, 'tooMany'));
        break;
      }
      rows.push({ line, cells: read.cells });
    }
    line += text.slice(at, read.next).match(/\r\n|\r|\n/g)?.length ?? 0;
    at = read.next;
  }
  return { rows, problems };
};

/** The delimiter that cuts the first rows into the same number of cells; `null`: this is no table. */
export const detectDelimiter = (text: string): CsvDelimiter | null => {
  const named = /^sep=(.)\r?\n/i.exec(text)?.[1];
  const told = csvDelimiters.find((delimiter) => delimiter === named);
  if (told !== undefined) return told;
  const start = text.slice(0, 50_000);
  const rated = csvDelimiters.map((delimiter) => {
    const widths = parseCsv(start, delimiter)
      .rows.slice(0, 30)
      .map(({ cells }) => cells.length);
    const [width = 0] = widths;
    return { delimiter, width, alike: widths.filter((each) => each === width).length / Math.max(1, widths.length) };
  });
  const [best] = rated
    .filter(({ width, alike }) => width > 1 && alike > 0.5)
    .sort((one, other) => other.alike * other.width - one.alike * one.width);
  return best?.delimiter ?? null;
};

/** Spreadsheets take such a text for a formula; an apostrophe in front keeps it a text. Numbers are left as they are. */
const formula = /^'*(?:[=@\t\r]|[+-](?![\d\s(]))/;
export const withoutGuard = (cell: string): string =>
  /^'/.test(cell) && formula.test(cell.slice(1)) ? cell.slice(1) : cell;

export const writeCsv = (rows: readonly (readonly string[])[], delimiter: CsvDelimiter = ','): string =>
  rows
    .map((cells) =>
      cells
        .map((cell) => (formula.test(cell) ? `'${cell}` : cell))
        .map((cell) => (/["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell))
        .join(delimiter),
    )
    .join('\r\n')
    .concat('\r\n');
