import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../../protocol/settings.ts';
import { localeTag } from './language.ts';

type Texts = Record<string, unknown>;
/** One chunk per file, so that a window loads its own language and nothing else. */
const files = import.meta.glob<Texts>('../../locales/*/*.json', { import: 'default' });

const load = async (language: Language): Promise<void> => {
  const prefix = `../../locales/${language}/`;
  await Promise.all(
    Object.entries(files)
      .filter(([file]) => file.startsWith(prefix))
      .map(async ([file, read]) => {
        i18next.addResourceBundle(language, file.slice(prefix.length, -'.json'.length), await read(), true, true);
      }),
  );
};

/** Loads the texts of a language, if need be, and shows them in every mounted component (LAY-7). */
export const showLanguage = async (language: Language): Promise<void> => {
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false,
      resources: {},
      defaultNS: 'common',
      interpolation: { escapeValue: false }, // React escapes.
      react: { useSuspense: false },
      returnNull: false,
    });
  }
  if (!i18next.hasResourceBundle(language, 'common')) await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = localeTag(language);
};
