import type { z } from 'zod';
import type {
  ImportRequest,
  ImportResult,
  PhoneBookChange,
  PhoneBookEntry,
  PhoneBookPage,
  phoneBookQuerySchema,
} from '../../protocol/phone-book.ts';
import type { CsvField } from '../phone-book-files/csv-entries.ts';
import type { FileReading } from '../phone-book-files/read-file.ts';
import type { Answer, Outcome } from './outcome.ts';

export type PhoneBookSearch = Partial<
  Pick<z.output<typeof phoneBookQuerySchema>, 'query' | 'book' | 'label' | 'favourites' | 'offset' | 'limit'>
>;

export { csvFields } from '../phone-book-files/csv-entries.ts';
export type { CsvField, FileReading };

export type ExportFormat = 'vcard4' | 'vcard3' | 'csv';

/** What windows do with the phone book. Each can be called at any time; without a server it fails with `notConnected`. */
export interface PhoneBookCommands {
  /** A page of the list, by name. */
  find(search: PhoneBookSearch): Promise<Answer<PhoneBookPage>>;
  entry(id: string): Promise<Answer<PhoneBookEntry>>;
  /** Labels in use, the commonest first. */
  labels(): Promise<Answer<string[]>>;
  /** `id: null` creates. `conflict`: somebody else has changed the entry since `change.version`. */
  save(id: string | null, change: PhoneBookChange): Promise<Answer<PhoneBookEntry>>;
  remove(entry: PhoneBookEntry): Promise<Outcome>;
  /** Brings back what was removed, as it was. */
  restore(entry: PhoneBookEntry): Promise<Answer<PhoneBookEntry>>;
  /** An image file as chosen, made small enough to be the picture of an entry. */
  picture(file: Blob): Promise<Answer<string>>;
  setFavourite(id: string, favourite: boolean): Promise<Outcome>;
  /** What a file holds, and what of it was not understood; nothing is written. `columns`: of a table, in their order. */
  readFile(file: Blob, columns?: readonly CsvField[]): Promise<FileReading>;
  importEntries(request: ImportRequest): Promise<Answer<ImportResult>>;
  /** All entries of a search as a file. */
  exportFile(search: PhoneBookSearch, format: ExportFormat): Promise<Answer<Blob>>;
}
