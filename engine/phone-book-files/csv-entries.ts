/** Entries out of tables and into them (PHB-4). Which column holds what is guessed by its heading and can be changed. */
import type { NumberKind, PhoneBookFields } from '../../protocol/phone-book.ts';
import { withoutGuard, writeCsv, type CsvRow } from './csv.ts';
import { createEntryBuilder } from './entry-builder.ts';
import type { FileEntry, FileProblem } from './file-problems.ts';

export const csvFields = [
  'ignore',
  'name',
  'firstName',
  'lastName',
  'company',
  'office',
  'private',
  'mobile',
  'fax',
  'email',
  'labels',
  'note',
] as const;
export type CsvField = (typeof csvFields)[number];

/** Parts of headings as German, English, French, Dutch and Serbian programs write them; the first that fits decides. */
const headings: readonly (readonly [CsvField, RegExp])[] = [
  ['fax', /fax|faks|télécopie|telecopie/],
  ['email', /e-?mail|e-?post|courriel|e-?pošta/],
  ['firstName', /vorname|first ?name|given ?name|prénom|prenom|voornaam|^ime$/],
  ['lastName', /nachname|familienname|last ?name|surname|family ?name|nom de famille|achternaam|prezime/],
  ['company', /firma|unternehmen|company|organi[sz]ation|société|societe|entreprise|bedrijf|preduze/],
  ['labels', /stichw|kategorie|categor|label|\btags?\b|gruppe|group|étiquette|oznak|schlagw/],
  ['note', /noti[zt]|note|bemerkung|kommentar|comment|opmerking|beleška|napomen/],
  ['mobile', /mobil|handy|cell|gsm|portable/],
  ['private', /privat|home|domicile|thuis|zu ?hause|kućn/],
  [
    'office',
    /büro|buero|gesch[äa]ft|business|office|work|dienst|bureau|kantoor|telefon|phone|téléphone|telefoon|nummer|number|rufnr|tel\b|broj/,
  ],
  ['name', /name|nom|naam|anzeige|display|ime|kontakt|contact/],
];

export const guessField = (heading: string): CsvField => {
  const text = heading.toLowerCase().trim();
  return headings.find(([, pattern]) => pattern.test(text))?.[0] ?? 'ignore';
};

/** Whether the first row names the columns rather than being an entry. */
export const hasHeadings = (row: CsvRow): boolean =>
  row.cells.filter((cell) => guessField(cell) !== 'ignore').length >= 1 &&
  !row.cells.some((cell) => /\d{4}|@/.test(cell));

const looksLike = (cell: string): CsvField =>
  /^\S+@\S+$/.test(cell.trim()) ? 'email' : /^[\d\s+()/.-]{3,}$/.test(cell) ? 'office' : 'ignore';

/**
 * Without headings: what most cells of a column look like; the first column of words is the name. All `ignore` where
 * there is no column of numbers or addresses: then it is some other text with commas in it.
 */
export const guessByContent = (rows: readonly CsvRow[]): CsvField[] => {
  const some = rows.slice(0, 20);
  const width = Math.max(0, ...some.map(({ cells }) => cells.length));
  const guesses = Array.from({ length: width }, (_, at): CsvField => {
    const looks = some.map(({ cells }) => looksLike(cells[at] ?? ''));
    return (
      (['email', 'office'] as const).find(
        (field) => looks.filter((look) => look === field).length * 2 >= some.length,
      ) ?? 'ignore'
    );
  });
  if (guesses.every((guess) => guess === 'ignore')) return guesses;
  const name = guesses.findIndex(
    (guess, at) => guess === 'ignore' && some.some(({ cells }) => /\p{L}/u.test(cells[at] ?? '')),
  );
  return guesses.map((guess, at) => (at === name ? 'name' : guess));
};

const isNumberKind = (field: CsvField): field is NumberKind =>
  field === 'office' || field === 'private' || field === 'mobile' || field === 'fax';

export const readRows = (
  rows: readonly CsvRow[],
  columns: readonly CsvField[],
): { entries: FileEntry[]; problems: FileProblem[] } => {
  const problems: FileProblem[] = [];
  const entries = rows.map(({ line, cells }) => {
    const entry = createEntryBuilder(line, problems);
    let [first, last] = ['', ''];
    cells.forEach((written, at) => {
      const cell = withoutGuard(written).trim();
      const field = columns[at] ?? 'ignore';
      if (cell === '' || field === 'ignore') return;
      if (isNumberKind(field)) for (const number of cell.split(/:::|;|\n/)) entry.addNumber(field, number, line);
      else if (field === 'name') entry.setName(cell);
      else if (field === 'firstName') first = `${first} ${cell}`;
      else if (field === 'lastName') last = `${last} ${cell}`;
      else if (field === 'company') entry.setCompany(cell);
      else if (field === 'email') for (const email of cell.split(/[\s;,]+|:::/)) entry.addEmail(email, line);
      else if (field === 'labels')
        for (const label of cell.split(/[,;]|:::/)) entry.addLabel(label.replace(/^\s*\*\s*/, ''));
      else entry.addNote(cell);
    });
    entry.setNameParts(first, last);
    return entry.build();
  });
  return { entries: entries.filter((entry) => entry !== null), problems };
};

const kinds: readonly NumberKind[] = ['office', 'private', 'mobile', 'fax'];

/** One row an entry; several numbers of a kind stand in one cell. Headings are English, so that every program knows them. */
export const writeRows = (entries: readonly PhoneBookFields[]): string =>
  writeCsv([
    ['Name', 'Company', 'Office phone', 'Private phone', 'Mobile phone', 'Fax', 'E-mail', 'Labels', 'Note'],
    ...entries.map(({ name, company, numbers, emails, labels, note }) => [
      name,
      company ?? '',
      ...kinds.map((kind) =>
        numbers
          .filter((each) => each.kind === kind)
          .map(({ number }) => number)
          .join(' ; '),
      ),
      emails.join(' ; '),
      labels.join(', '),
      note,
    ]),
  ]);
