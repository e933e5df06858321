import { createRoot } from 'react-dom/client';
import { createEngine } from '../../engine/client/engine.ts';
import { showLanguage } from '../i18n/i18n.ts';
import { resolveLanguage } from '../i18n/language.ts';
import { applyTheme, onSystemThemeChange } from '../theme/theme.ts';
import '../theme/tokens.css';
import '../theme/base.css';
import { App } from './app/app.tsx';
import { EngineProvider } from './engine-context.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element');

const engine = await createEngine();
const readSettings = () => engine.store.getState().settings;

let shown = readSettings();
const show = async (): Promise<void> => {
  applyTheme(shown.theme);
  await showLanguage(resolveLanguage(shown.language, navigator.languages));
};
await show();
engine.store.subscribe(() => {
  const settings = readSettings();
  if (settings.theme === shown.theme && settings.language === shown.language) return;
  shown = settings;
  void show();
});
onSystemThemeChange(() => applyTheme(shown.theme));

createRoot(root).render(
  <EngineProvider store={engine.store} commands={engine.commands}>
    <App />
  </EngineProvider>,
);
