/** The phone book (PHB): company entries for all of an instance, private ones for their owner alone. */
import { z } from 'zod';
import { listOf, pageQuerySchema } from './rest.ts';

/** What one entry and one book may hold. Lengths in UTF-16 code units. */
export const phoneBookLimits = {
  name: 200,
  company: 200,
  numbers: 20,
  number: 64,
  emails: 5,
  email: 254,
  labels: 20,
  label: 50,
  note: 2_000,
  /** Characters of the picture as a data URL: some 24 kB. */
  picture: 32_768,
  privateEntries: 10_000,
  companyEntries: 200_000,
  /** Entries of one import. */
  imported: 10_000,
} as const;

export const phoneBookSchema = z.enum(['company', 'private']);
export type PhoneBookName = z.infer<typeof phoneBookSchema>;

export const numberKindSchema = z.enum(['office', 'private', 'mobile', 'fax']);
export type NumberKind = z.infer<typeof numberKindSchema>;
const phoneBookNumberSchema = z.object({
  kind: numberKindSchema,
  /** As a person wrote it; it has at least one digit. */
  number: z.string().trim().regex(/\d/).max(phoneBookLimits.number),
});

/** What people write into an entry. Only the name is required. */
export const phoneBookFieldsSchema = z.object({
  name: z.string().trim().min(1).max(phoneBookLimits.name),
  company: z.string().trim().min(1).max(phoneBookLimits.company).nullable().default(null),
  numbers: z.array(phoneBookNumberSchema).max(phoneBookLimits.numbers).default([]),
  emails: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[^\s@]+@[^\s@]+$/)
        .max(phoneBookLimits.email),
    )
    .max(phoneBookLimits.emails)
    .default([]),
  labels: z.array(z.string().trim().min(1).max(phoneBookLimits.label)).max(phoneBookLimits.labels).default([]),
  /** A small picture as a data URL. */
  picture: z
    .string()
    .max(phoneBookLimits.picture)
    .regex(/^data:image\/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$/)
    .nullable()
    .default(null),
  note: z.string().max(phoneBookLimits.note).default(''),
});
export type PhoneBookFields = z.infer<typeof phoneBookFieldsSchema>;

export const phoneBookEntryIdSchema = z.string().regex(/^[\w-]{1,64}$/);

export const phoneBookEntrySchema = phoneBookFieldsSchema.extend({
  id: phoneBookEntryIdSchema,
  book: phoneBookSchema,
  /** Rises with each change; a change names the version it was made from. */
  version: z.number().int(),
  /** For the asking user (CON-9). */
  favourite: z.boolean(),
  /** Name of the directory the entry is read from; such an entry cannot be changed. `null`: kept here. */
  source: z.string().nullable().default(null),
});
export type PhoneBookEntry = z.infer<typeof phoneBookEntrySchema>;

/** `GET /phone-book`: by name. Each word of `query` starts a word of name, company or label, or part of a number. */
export const phoneBookQuerySchema = pageQuerySchema.extend({
  query: z.string().max(200).default(''),
  book: z.enum(['all', 'company', 'private']).default('all'),
  label: z.string().max(phoneBookLimits.label).optional(),
  favourites: z.stringbool().default(false),
  /** Entries to leave out at the start; instead of `cursor`. */
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
export const phoneBookPageSchema = listOf(phoneBookEntrySchema).extend({
  /** How many there are in all; told with the first page only. */
  total: z.number().int().nonnegative().nullable(),
});
export type PhoneBookPage = z.infer<typeof phoneBookPageSchema>;

/**
 * `PUT /phone-book/:id`. The client chooses the id of a new entry. `version`: the one that was changed, or `null` to
 * create; an entry that was deleted comes back with it. Answers `conflict` where somebody was quicker.
 */
export const phoneBookChangeSchema = phoneBookFieldsSchema.extend({
  book: phoneBookSchema,
  version: z.number().int().nullable(),
});
export type PhoneBookChange = z.infer<typeof phoneBookChangeSchema>;

/** `GET /phone-book/labels`. */
export const phoneBookLabelsSchema = listOf(z.object({ label: z.string(), count: z.number().int() }));

/** `POST /phone-book/resolve`: whose numbers these are, however they are written; private entries win (TEL-2). */
export const resolveRequestSchema = z.object({ numbers: z.array(z.string().max(128)).max(200) });
export const resolvedPartySchema = z.object({
  entryId: phoneBookEntryIdSchema,
  book: phoneBookSchema,
  name: z.string(),
  company: z.string().nullable(),
});
export type ResolvedParty = z.infer<typeof resolvedPartySchema>;
export const resolveResponseSchema = listOf(z.object({ number: z.string(), party: resolvedPartySchema.nullable() }));

/**
 * `POST /phone-book/import`: all or nothing. An entry is a double where the book has one of the same name with a number
 * or an address in common, or without any; `preview` only tells what would happen.
 */
export const importRequestSchema = z.object({
  book: phoneBookSchema,
  entries: z.array(phoneBookFieldsSchema).min(1).max(phoneBookLimits.imported),
  doubles: z.enum(['skip', 'replace', 'add']),
  preview: z.boolean(),
});
export type ImportRequest = z.infer<typeof importRequestSchema>;
export const importResultSchema = z.object({
  added: z.number().int(),
  replaced: z.number().int(),
  skipped: z.number().int(),
});
export type ImportResult = z.infer<typeof importResultSchema>;
