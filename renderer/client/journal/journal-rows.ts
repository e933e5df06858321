/** What the journal shows: rows by day, and the colour and words of a result (JOU-1). */
import type { CallResult, JournalEntry } from '../../../protocol/rest.ts';
import { startOfDay } from '../day.ts';
import { passes, type JournalFilter } from './journal-filter.ts';

export type JournalRow =
  { kind: 'day'; key: string; day: number } | { kind: 'entry'; key: string; entry: JournalEntry };

/** Entries come newest first and stay so; each day has its heading. */
export function buildJournalRows(
  entries: readonly JournalEntry[],
  filter: JournalFilter,
  hidesServices = false,
): JournalRow[] {
  const rows: JournalRow[] = [];
  let day = Number.NaN;
  for (const entry of entries) {
    if (!passes(entry, filter, hidesServices)) continue;
    const entryDay = startOfDay(Date.parse(entry.startedAt));
    if (entryDay !== day) rows.push({ kind: 'day', key: `day ${entryDay}`, day: entryDay });
    day = entryDay;
    rows.push({ kind: 'entry', key: entry.id, entry });
  }
  return rows;
}

export type JournalTone = 'good' | 'warn' | 'bad' | 'quiet';
const outgoingTones: Record<CallResult, JournalTone> = {
  answered: 'good',
  missed: 'quiet',
  rejected: 'warn',
  busy: 'warn',
  cancelled: 'quiet',
  failed: 'bad',
  answeredElsewhere: 'good',
  takenByColleague: 'good',
  transferred: 'good',
  voicemail: 'warn',
};
/** Green spoke, yellow was taken elsewhere or declined, red was missed or failed. */
export function journalTone(entry: JournalEntry): JournalTone {
  if (entry.direction === 'outgoing') return outgoingTones[entry.result];
  if (entry.result === 'answered' || entry.result === 'transferred') return 'good';
  if (entry.result === 'missed' || entry.result === 'failed') return 'bad';
  return entry.result === 'cancelled' ? 'quiet' : 'warn';
}

/** Text key (`journal:<key>`) and values for a talking time; `null` where nobody talked. */
export function talkText(seconds: number): { key: string; values: Record<string, number> } | null {
  if (seconds <= 0) return null;
  if (seconds < 60) return { key: 'durationSeconds', values: { seconds } };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { key: 'durationMinutes', values: { minutes, seconds: seconds % 60 } };
  return { key: 'durationHours', values: { hours: Math.floor(minutes / 60), minutes: minutes % 60 } };
}
