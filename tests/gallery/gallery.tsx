import { createRoot } from 'react-dom/client';
import { settingsSchema } from '../../protocol/settings.ts';
import { createEngineStore } from '../../engine/state/store.ts';
import { App } from '../../renderer/client/app/app.tsx';
import { EngineProvider } from '../../renderer/client/engine-context.tsx';
import type { Area } from '../../renderer/client/layout/navigation.tsx';
import { Shell } from '../../renderer/client/layout/shell.tsx';
import { showLanguage } from '../../renderer/i18n/i18n.ts';
import { resolveLanguage } from '../../renderer/i18n/language.ts';
import { applyTheme } from '../../renderer/theme/theme.ts';
import '../../renderer/theme/tokens.css';
import '../../renderer/theme/base.css';
import { recordCommands, type RecordedCommand } from './commands.ts';
import { jidOf, stateOf, type Scene } from './state.ts';

declare global {
  interface Window {
    /** What the page has asked of the engine. */
    recorded: RecordedCommand[];
    store: ReturnType<typeof createEngineStore>;
  }
}

/** `?scene=work&area=conversations&peers=Ben Krüger&theme=dark&language=fr&contactStyle=list` */
const query = new URLSearchParams(location.search);
const settings = settingsSchema
  .partial()
  .parse(
    Object.fromEntries(
      [...query].filter(([name]) => ['theme', 'language', 'contactStyle', 'contactSort'].includes(name)),
    ),
  );
const store = createEngineStore(stateOf((query.get('scene') ?? 'work') as Scene, settings));
const { commands, recorded } = recordCommands(store);
window.recorded = recorded;
window.store = store;

const show = async (): Promise<void> => {
  const { theme, language } = store.getState().settings;
  applyTheme(theme);
  await showLanguage(resolveLanguage(language, navigator.languages));
};
await show();
let shown = store.getState().settings;
store.subscribe(() => {
  const { settings: now } = store.getState();
  if (now !== shown) void show();
  shown = now;
});

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element');
const start = {
  area: (query.get('area') ?? 'conversations') as Area,
  openPeers: (query.get('peers') ?? 'Ben Krüger').split(',').filter(Boolean).map(jidOf),
};
const isLoggedIn = store.getState().session.phase === 'loggedIn';
createRoot(root).render(
  <EngineProvider store={store} commands={commands}>
    {isLoggedIn ? <Shell start={start} /> : <App />}
  </EngineProvider>,
);
