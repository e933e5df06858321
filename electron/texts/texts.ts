import bar from '../../locales/bar/desktop.json' with { type: 'json' };
import de from '../../locales/de/desktop.json' with { type: 'json' };
import en from '../../locales/en/desktop.json' with { type: 'json' };
import fr from '../../locales/fr/desktop.json' with { type: 'json' };
import nl from '../../locales/nl/desktop.json' with { type: 'json' };
import sr from '../../locales/sr/desktop.json' with { type: 'json' };
import { languageSchema, type Language } from '../../protocol/settings.ts';

/** What the desktop itself says, outside its windows: tray and menu. */
export type Texts = typeof en;
const all: Record<Language, Texts> = { bar, de, en, fr, nl, sr };

/** The language wished for, or the first of the system's that there is; else English. */
export const languageOf = (wished: Language | 'system', system: readonly string[]): Language => {
  if (wished !== 'system') return wished;
  const known = system
    .map((tag) => languageSchema.safeParse(tag.split('-', 1)[0]?.toLowerCase()))
    .find((language) => language.success);
  return known?.data ?? 'en';
};

export const textsOf = (language: Language): Texts => all[language];
