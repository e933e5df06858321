/** The real contact list over the real store: 10,000 contacts, 100 presence changes a second, while it scrolls. */
import { createRoot } from 'react-dom/client';
import type { EngineCommands } from '../../engine/client/commands.ts';
import { directoryLoaded, presencesChanged, type PresenceChange } from '../../engine/state/contacts.ts';
import { settingsChanged } from '../../engine/state/settings.ts';
import { createEngineStore } from '../../engine/state/store.ts';
import { defaultSettings } from '../../protocol/settings.ts';
import { ContactList } from '../../renderer/client/contacts/contact-list.tsx';
import { EngineProvider } from '../../renderer/client/engine-context.tsx';
import { NavigationProvider } from '../../renderer/client/layout/navigation.tsx';
import { showLanguage } from '../../renderer/i18n/i18n.ts';
import type { RenderCounts } from '../../tests/e2e/render-counts.ts';
import '../../renderer/theme/tokens.css';
import '../../renderer/theme/base.css';

const count = 10_000;
const store = createEngineStore();
store.dispatch(
  directoryLoaded(
    Array.from({ length: count }, (_, at) => ({
      id: `u${at}`,
      jid: `user${at}@bench.kontor.internal`,
      name: `Person ${String(at).padStart(5, '0')}`,
      extension: String(10_000 + at),
      favourite: at < 5,
    })),
  ),
);
const commands = new Proxy({}, { get: () => () => undefined }) as EngineCommands;
await showLanguage('en');

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element');
createRoot(root).render(
  <EngineProvider store={store} commands={commands}>
    <NavigationProvider layout="expanded">
      <ContactList query="" clearQuery={() => undefined} />
    </NavigationProvider>
  </EngineProvider>,
);

export interface RunOptions {
  milliseconds: number;
  /** Without: what the page drops by itself. */
  changes: boolean;
  scrolls: boolean;
  sort: 'name' | 'availability';
}
export interface ListFigures {
  frames: number[];
  dispatches: number[];
  /** How often each component rendered. */
  renders: Record<string, number>;
}
const page = window as unknown as RenderCounts;
/** Changes so far: no contact is told twice the same. */
let told = 0;
/** Frame intervals and dispatch times in ms over `milliseconds`, with 100 presence changes a second. */
const run = async ({ milliseconds, changes, scrolls, sort }: RunOptions): Promise<ListFigures> => {
  store.dispatch(settingsChanged({ ...defaultSettings, contactSort: sort }));
  document.querySelector('[role="grid"]')?.scrollTo(0, 0);
  // The list renders once more when scrolling has come to rest.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return new Promise((resolve) => {
    const frames: number[] = [];
    const dispatches: number[] = [];
    const scroller = document.querySelector('[role="grid"]');
    const from = performance.now();
    let last = from;
    const toldBefore = told;
    page.takeRenders();
    const frame = (now: number): void => {
      frames.push(now - last);
      last = now;
      const batch: PresenceChange[] = [];
      for (const due = toldBefore + Math.floor((now - from) / 10); changes && told < due; told += 1)
        batch.push({
          jid: `user${(told * 7919) % count}@bench.kontor.internal`,
          availability: told % 2 ? 'available' : 'away',
          statusText: '',
          deviceKind: null,
        });
      const before = performance.now();
      if (batch.length > 0) store.dispatch(presencesChanged(batch));
      dispatches.push(performance.now() - before);
      if (scrolls) scroller?.scrollBy(0, 40);
      if (now - from < milliseconds) requestAnimationFrame(frame);
      else resolve({ frames: frames.slice(2), dispatches, renders: page.takeRenders() });
    };
    requestAnimationFrame(frame);
  });
};
Object.assign(window, { run });
