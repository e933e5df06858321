/** A file somebody has chosen, as entries and a report (PHB-4). Nothing in it can do more than be reported. */
import { phoneBookLimits } from '../../protocol/phone-book.ts';
import { detectDelimiter, parseCsv, type CsvDelimiter } from './csv.ts';
import { guessByContent, guessField, hasHeadings, readRows, type CsvField } from './csv-entries.ts';
import { decodeText, type TextEncoding } from './decode-text.ts';
import { problem, type FileEntry, type FileProblem } from './file-problems.ts';
import { readVcards } from './vcard-entries.ts';

/** A column of a table: its heading, or its place; examples of what stands in it; what it is taken for. */
export interface FileColumn {
  heading: string;
  examples: string[];
  field: CsvField;
}
export interface ReadFile {
  format: 'vcard' | 'csv';
  encoding: TextEncoding;
  entries: FileEntry[];
  problems: FileProblem[];
  /** How many problems there are; of very many only the first are listed. */
  problemCount: number;
  /** Of a table. */
  columns: FileColumn[];
}
export type FileRefusal = 'tooLarge' | 'notText' | 'unknownFormat' | 'nothingFound';
export type FileReading = { kind: 'read'; file: ReadFile } | { kind: 'refused'; reason: FileRefusal };

export const largestFile = 20 * 1024 * 1024;
const listedProblems = 500;
const refused = (reason: FileRefusal): FileReading => ({ kind: 'refused', reason });

/** `columns`: what the user takes them for; left out: guessed. */
export const readPhoneBookFile = (bytes: Uint8Array, columns?: readonly CsvField[]): FileReading => {
  if (bytes.length > largestFile) return refused('tooLarge');
  const decoded = decodeText(bytes);
  if (decoded === null) return refused('notText');
  const { text, encoding } = decoded;
  if (/^\s*BEGIN\s*:\s*VCARD/im.test(text.slice(0, 100_000))) {
    const { entries, problems } = readVcards(text);
    return result({ format: 'vcard', encoding, columns: [] }, entries, problems);
  }
  const delimiter = detectDelimiter(text);
  return delimiter === null ? refused('unknownFormat') : readTable(text, encoding, delimiter, columns);
};

const readTable = (
  text: string,
  encoding: TextEncoding,
  delimiter: CsvDelimiter,
  chosen: readonly CsvField[] | undefined,
): FileReading => {
  const { rows, problems } = parseCsv(text.replace(/^sep=.\r?\n/i, '\n'), delimiter);
  const [first] = rows;
  if (!first) return refused('nothingFound');
  const isHeaded = hasHeadings(first);
  const content = isHeaded ? rows.slice(1) : rows;
  const guessed = isHeaded ? first.cells.map(guessField) : guessByContent(rows);
  const fields = guessed.map((field, at) => chosen?.[at] ?? field);
  // Without a column to name an entry by, this is some other text with commas in it.
  if (chosen === undefined && !fields.some((field) => field !== 'ignore' && field !== 'note' && field !== 'labels'))
    return refused('unknownFormat');
  const read = readRows(content, fields);
  const columns = fields.map((field, at) => ({
    heading: isHeaded ? (first.cells[at] ?? '').trim() : '',
    examples: content
      .map(({ cells }) => (cells[at] ?? '').trim())
      .filter((cell) => cell !== '')
      .slice(0, 2),
    field,
  }));
  return result({ format: 'csv', encoding, columns }, read.entries, [...problems, ...read.problems]);
};

const result = (
  facts: Pick<ReadFile, 'format' | 'encoding' | 'columns'>,
  all: FileEntry[],
  found: FileProblem[],
): FileReading => {
  const entries = all.slice(0, phoneBookLimits.imported);
  const [beyond] = all.slice(phoneBookLimits.imported);
  const problems = [...found, ...(beyond ? [problem(beyond.line, 'tooMany')] : [])].sort((a, b) => a.line - b.line);
  // A table can still get its columns right; a file of cards cannot.
  if (entries.length === 0 && facts.format === 'vcard') return refused('nothingFound');
  return {
    kind: 'read',
    file: { ...facts, entries, problems: problems.slice(0, listedProblems), problemCount: problems.length },
  };
};
