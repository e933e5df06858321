/**
 * The locale for `Intl` that belongs to an interface language (LAY-7). Engines know no Bavarian, so that German
 * dates stand in; Serbian would otherwise come in Cyrillic.
 */
export const intlLocale = (language: string): string => {
  if (language === 'bar') return 'de';
  return language === 'sr' ? 'sr-Latn' : language;
};

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatter = (language: string, name: 'time' | 'day' | 'full'): Intl.DateTimeFormat => {
  const key = `${language} ${name}`;
  const known = formatters.get(key);
  if (known) return known;
  const options: Record<typeof name, Intl.DateTimeFormatOptions> = {
    time: { hour: '2-digit', minute: '2-digit' },
    day: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    full: { dateStyle: 'medium', timeStyle: 'short' },
  };
  const made = new Intl.DateTimeFormat(intlLocale(language), options[name]);
  formatters.set(key, made);
  return made;
};

/** Hours and minutes as the language writes them. `at`: milliseconds since the epoch. */
export const formatTime = (language: string, at: number): string => formatter(language, 'time').format(at);
/** Date and time for tooltips and copied text. */
export const formatDateTime = (language: string, at: number): string => formatter(language, 'full').format(at);

/** First moment of the local day that holds `at`. */
export const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** `today` and `yesterday` are named by the caller's texts, all other days by their date. */
export function formatDay(language: string, at: number, now: number, names: { today: string; yesterday: string }) {
  const today = startOfDay(now);
  const day = startOfDay(at);
  if (day === today) return names.today;
  // A day may last 23 or 25 hours, so yesterday is found from its noon.
  if (day === startOfDay(today - 12 * 3_600_000)) return names.yesterday;
  return formatter(language, 'day').format(day);
}
