import type { Settings } from '../../protocol/settings.ts';

const storageKey = 'kontor.theme';

/** Shows the theme and keeps the choice where `public/theme.js` finds it before the next first paint (LAY-6). */
export const applyTheme = (theme: Settings['theme'], target: Document = document): void => {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  target.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // Storage is closed to this page: the next start follows the system.
  }
};

/** Calls back when the system changes between light and dark; returns the function that ends it. */
export const onSystemThemeChange = (listener: () => void): (() => void) => {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};
