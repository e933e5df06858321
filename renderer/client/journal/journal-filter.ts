/** Which calls the journal shows (JOU-2). */
import { z } from 'zod';
import type { JournalEntry } from '../../../protocol/rest.ts';

/** The choice that stands above the list; the others are in its menu. */
export const journalViews = ['all', 'missed', 'incoming', 'outgoing'] as const;
export const journalResults = ['answered', 'takenByColleague', 'transferred', 'voicemail'] as const;
export const journalOrigins = ['internal', 'external'] as const;

const journalFilterSchema = z.object({
  view: z.enum(journalViews),
  result: z.enum(journalResults).nullable(),
  origin: z.enum(journalOrigins).nullable(),
  faxOnly: z.boolean(),
  /** Id of the team that was called. */
  team: z.string().nullable(),
});
export type JournalFilter = z.infer<typeof journalFilterSchema>;
export const wholeJournal: JournalFilter = { view: 'all', result: null, origin: null, faxOnly: false, team: null };

/** Reads what was kept; anything else is the whole journal. */
export const parseJournalFilter = (stored: string | null): JournalFilter => {
  try {
    return journalFilterSchema.parse(JSON.parse(stored ?? 'null'));
  } catch {
    return wholeJournal;
  }
};

/** Missed means: somebody called and no one here or elsewhere answered. */
export const isMissed = (entry: JournalEntry): boolean => entry.direction === 'incoming' && entry.result === 'missed';

const isOfView = (entry: JournalEntry, view: JournalFilter['view']): boolean => {
  if (view === 'all') return true;
  return view === 'missed' ? isMissed(entry) : entry.direction === view;
};
const isOfResult = ({ result }: JournalEntry, wanted: JournalFilter['result']): boolean =>
  wanted === null ||
  result === wanted ||
  // Taken over by somebody else is talked to as well, for those who look for conversations.
  (wanted === 'answered' && (result === 'transferred' || result === 'answeredElsewhere'));

/** `hidesServices`: calls to the mailbox, the echo test and the like are left out. */
export const passes = (entry: JournalEntry, filter: JournalFilter, hidesServices: boolean): boolean =>
  isOfView(entry, filter.view) &&
  isOfResult(entry, filter.result) &&
  (filter.origin === null || entry.internal === (filter.origin === 'internal')) &&
  (!filter.faxOnly || entry.kind === 'fax') &&
  (filter.team === null || entry.team?.id === filter.team) &&
  !(hidesServices && entry.kind === 'service');

export const isWhole = (filter: JournalFilter): boolean =>
  filter.view === 'all' && filter.result === null && filter.origin === null && !filter.faxOnly && filter.team === null;
