/** First moment of the local day that holds `at`. Times are milliseconds since the epoch. */
export const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Days that have a name of their own; `null` for all others, which are written as a date. */
export function namedDay(at: number, now: number): 'today' | 'yesterday' | null {
  const today = startOfDay(now);
  const day = startOfDay(at);
  if (day === today) return 'today';
  // A day may last 23 or 25 hours, so yesterday is found from its noon.
  return day === startOfDay(today - 12 * 3_600_000) ? 'yesterday' : null;
}
