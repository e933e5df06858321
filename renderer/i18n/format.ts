import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { languageSchema } from '../../protocol/settings.ts';
import { regionalTag } from './language.ts';

export interface Formats {
  /** `09:31`. */
  time: (at: number) => string;
  /** `Dienstag, 24. November`. */
  day: (at: number) => string;
  /** `24.11.26, 09:31`, where there is little room. */
  stamp: (at: number) => string;
  number: (value: number) => string;
  compare: (a: string, b: string) => number;
}

/** Dates, numbers and sorting in the language that is shown. Times are milliseconds since the epoch. */
export const useFormats = (): Formats => {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const language = languageSchema.safeParse(i18n.language);
    const locale = language.success ? regionalTag(language.data, navigator.languages) : 'en';
    const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
    const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
    const stamp = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' });
    const number = new Intl.NumberFormat(locale);
    const collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
    return {
      time: (at) => time.format(at),
      day: (at) => day.format(at),
      stamp: (at) => stamp.format(at),
      number: (value) => number.format(value),
      compare: (a, b) => collator.compare(a, b),
    };
  }, [i18n.language]);
};
