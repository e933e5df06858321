/** An entry as it comes out of a file, piece by piece: what fits stays, what does not is told. */
import { phoneBookFieldsSchema, phoneBookLimits, type NumberKind } from '../../protocol/phone-book.ts';
import { problem, type FileEntry, type FileProblem } from './file-problems.ts';

export interface EntryBuilder {
  setName(name: string): void;
  /** Used where there is no whole name. */
  setNameParts(first: string, last: string): void;
  setCompany(company: string): void;
  addNumber(kind: NumberKind, number: string, line: number): void;
  addEmail(email: string, line: number): void;
  addLabel(label: string): void;
  addNote(note: string): void;
  setPicture(picture: string, line: number): void;
  ignore(detail: string, line: number): void;
  /** `null`: nothing to call it by. */
  build(): FileEntry | null;
}

// Other programs separate with non-breaking spaces and leave line breaks inside names.
const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();
const fields = phoneBookFieldsSchema.shape;

export const createEntryBuilder = (line: number, problems: FileProblem[]): EntryBuilder => {
  let name = '';
  let parts = '';
  let company = '';
  let note = '';
  let picture: string | null = null;
  const numbers: { kind: NumberKind; number: string }[] = [];
  const emails: string[] = [];
  const labels: string[] = [];
  const tell = (at: number, ...what: [FileProblem['reason'], string]): void => void problems.push(problem(at, ...what));
  const cut = (text: string, longest: number): string => {
    if (text.length <= longest) return text;
    tell(line, 'tooLong', text);
    return text.slice(0, longest).trim();
  };
  return {
    setName: (text) => {
      name = oneLine(text) || name;
    },
    setNameParts: (first, last) => {
      parts = oneLine(`${first} ${last}`);
    },
    setCompany: (text) => {
      company = oneLine(text) || company;
    },
    addNumber: (kind, number, at) => {
      const bare = oneLine(number);
      if (bare === '' || numbers.some((each) => each.number === bare && each.kind === kind)) return;
      if (!fields.numbers.safeParse([{ kind, number: bare }]).success) tell(at, 'numberInvalid', bare);
      else if (numbers.length === phoneBookLimits.numbers) tell(at, 'tooLong', bare);
      else numbers.push({ kind, number: bare });
    },
    addEmail: (email, at) => {
      const bare = oneLine(email);
      if (bare === '' || emails.includes(bare)) return;
      if (!fields.emails.safeParse([bare]).success) tell(at, 'emailInvalid', bare);
      else if (emails.length === phoneBookLimits.emails) tell(at, 'tooLong', bare);
      else emails.push(bare);
    },
    addLabel: (label) => {
      const bare = cut(oneLine(label), phoneBookLimits.label);
      if (bare === '' || labels.includes(bare)) return;
      if (labels.length === phoneBookLimits.labels) tell(line, 'tooLong', bare);
      else labels.push(bare);
    },
    addNote: (text) => {
      note = [note, text.replace(/\r\n?/g, '\n').trim()].filter((each) => each !== '').join('\n');
    },
    setPicture: (text, at) => {
      if (fields.picture.safeParse(text).success) picture = text;
      else tell(at, 'pictureIgnored', '');
    },
    ignore: (detail, at) => tell(at, 'fieldIgnored', detail),
    build: () => {
      const called = name || parts || company || emails[0] || numbers[0]?.number || '';
      if (called === '') {
        tell(line, 'noName', '');
        return null;
      }
      const read = phoneBookFieldsSchema.safeParse({
        name: cut(called, phoneBookLimits.name),
        company: company === '' || company === called ? null : cut(company, phoneBookLimits.company),
        numbers,
        emails,
        labels,
        picture,
        note: cut(note, phoneBookLimits.note),
      });
      if (read.success) return { line, fields: read.data };
      tell(line, 'lineUnreadable', called);
      return null;
    },
  };
};
