/** An entry while somebody writes it: texts as typed, checked when it is saved. */
import {
  phoneBookFieldsSchema,
  type NumberKind,
  type PhoneBookEntry,
  type PhoneBookFields,
  type PhoneBookName,
} from '../../../protocol/phone-book.ts';

export interface EntryDraft {
  book: PhoneBookName;
  name: string;
  company: string;
  numbers: { kind: NumberKind; number: string }[];
  emails: string[];
  /** Separated by commas. */
  labels: string;
  picture: string | null;
  note: string;
}
/** What somebody must mend before the draft can be saved. */
export type DraftProblem = 'nameMissing' | 'numberInvalid' | 'emailInvalid' | 'tooLong';

export const draftOf = (fields: Partial<PhoneBookFields>, book: PhoneBookName): EntryDraft => ({
  book,
  name: fields.name ?? '',
  company: fields.company ?? '',
  numbers: fields.numbers && fields.numbers.length > 0 ? fields.numbers : [{ kind: 'office', number: '' }],
  emails: fields.emails && fields.emails.length > 0 ? fields.emails : [''],
  labels: (fields.labels ?? []).join(', '),
  picture: fields.picture ?? null,
  note: fields.note ?? '',
});

/** The fields of the draft; rows that were left empty are left out. */
export const fieldsOf = (
  draft: EntryDraft,
): { ok: true; fields: PhoneBookFields } | { ok: false; problem: DraftProblem } => {
  const parsed = phoneBookFieldsSchema.safeParse({
    name: draft.name,
    company: draft.company.trim() === '' ? null : draft.company,
    numbers: draft.numbers.filter(({ number }) => number.trim() !== ''),
    emails: draft.emails.filter((email) => email.trim() !== ''),
    labels: [...new Set(draft.labels.split(',').map((label) => label.trim()))].filter((label) => label !== ''),
    picture: draft.picture,
    note: draft.note,
  });
  if (parsed.success) return { ok: true, fields: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue?.code === 'too_big') return { ok: false, problem: 'tooLong' };
  switch (issue?.path[0]) {
    case 'name':
      return { ok: false, problem: 'nameMissing' };
    case 'numbers':
      return { ok: false, problem: 'numberInvalid' };
    case 'emails':
      return { ok: false, problem: 'emailInvalid' };
    default:
      return { ok: false, problem: 'tooLong' };
  }
};

const fieldNames = ['name', 'company', 'numbers', 'emails', 'labels', 'picture', 'note'] as const;
export type FieldName = (typeof fieldNames)[number];

/** Fields in which two versions of an entry differ. */
export const differences = (one: PhoneBookFields, other: PhoneBookFields): FieldName[] =>
  fieldNames.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));

/** A field as one line of text; pictures are not shown in it. */
export const fieldText = (entry: PhoneBookEntry, name: FieldName): string => {
  switch (name) {
    case 'numbers':
      return entry.numbers.map(({ number }) => number).join(', ');
    case 'emails':
    case 'labels':
      return entry[name].join(', ');
    case 'picture':
      return '';
    default:
      return entry[name] ?? '';
  }
};
