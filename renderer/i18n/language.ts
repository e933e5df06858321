import { languageSchema, type Language, type Settings } from '../../protocol/settings.ts';

/** The languages in their own words, in the order of the settings. */
export const languageNames: Record<Language, string> = {
  de: 'Deutsch',
  en: 'English',
  fr: 'Français',
  nl: 'Nederlands',
  bar: 'Boarisch',
  sr: 'Srpski',
};

/** The language to show: the chosen one, or the first of the system's that Kontor speaks; English otherwise. */
export const resolveLanguage = (chosen: Settings['language'], preferred: readonly string[]): Language => {
  if (chosen !== 'system') return chosen;
  for (const tag of preferred) {
    const language = languageSchema.safeParse(tag.toLowerCase().split('-')[0]);
    if (language.success) return language.data;
  }
  return 'en';
};

/** BCP 47 tag for dates, numbers and the page's `lang`. Browsers have no data for Bavarian. */
export const localeTag = (language: Language): string =>
  language === 'bar' ? 'de-AT' : language === 'sr' ? 'sr-Latn' : language;

/** The tag with the reader's own region where it fits the language: `en-GB` writes 14:05, `en-US` 02:05 PM. */
export const regionalTag = (language: Language, preferred: readonly string[]): string =>
  preferred.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? localeTag(language);
