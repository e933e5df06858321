/** What PostgreSQL can store as text and inside JSON: no NUL, no half surrogate pairs. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** The same text without what cannot be stored; for text that comes from elsewhere and has to be kept somehow. */
export const toStorable = (text: string): string => text.replaceAll('\0', '').toWellFormed();
