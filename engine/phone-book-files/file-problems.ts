/** What a file of entries said that was not understood: told with its line, never fatal for the rest. */
import type { PhoneBookFields } from '../../protocol/phone-book.ts';

export type ProblemReason =
  /** The entry has no name, company or number to be called by; it is left out. */
  | 'noName'
  | 'numberInvalid'
  | 'emailInvalid'
  /** Cut or left out because it is longer than an entry can hold. */
  | 'tooLong'
  /** There is no field for it; `detail` names it. */
  | 'fieldIgnored'
  | 'pictureIgnored'
  /** A quotation mark that nothing closes. */
  | 'quoteOpen'
  /** A card without its end. */
  | 'cardIncomplete'
  | 'lineUnreadable'
  /** Entries beyond what one import takes. */
  | 'tooMany';

export interface FileProblem {
  /** In the file, from 1. */
  line: number;
  reason: ProblemReason;
  /** The text it is about, shortened. */
  detail: string;
}
export interface FileEntry {
  line: number;
  fields: PhoneBookFields;
}

const longestDetail = 60;
export const problem = (line: number, reason: ProblemReason, detail = ''): FileProblem => ({
  line,
  reason,
  detail: detail.length > longestDetail ? `${detail.slice(0, longestDetail)}…` : detail,
});
