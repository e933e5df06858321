/** The real contact list over the real store: 10,000 contacts, 100 presence changes a second, while it scrolls. */
import { createRoot } from 'react-dom/client';
import type { EngineCommands } from '../../engine/client/commands.ts';
import { directoryLoaded, presencesChanged } from '../../engine/state/contacts.ts';
import { createEngineStore } from '../../engine/state/store.ts';
import { ContactList } from '../../renderer/client/contacts/contact-list.tsx';
import { EngineProvider } from '../../renderer/client/engine-context.tsx';
import { NavigationProvider } from '../../renderer/client/layout/navigation.tsx';
import { showLanguage } from '../../renderer/i18n/i18n.ts';
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

export interface ListFigures {
  frames: number[];
  dispatches: number[];
}
/** Frame intervals and dispatch times in ms over `milliseconds`, with 100 presence changes a second. */
const run = (milliseconds: number, scrolls: boolean): Promise<ListFigures> =>
  new Promise((resolve) => {
    const frames: number[] = [];
    const dispatches: number[] = [];
    const scroller = document.querySelector('[role="grid"]');
    const from = performance.now();
    let last = from;
    let changed = 0;
    const frame = (now: number): void => {
      frames.push(now - last);
      last = now;
      const due = Math.floor((now - from) / 10);
      const changes = Array.from({ length: due - changed }, (_, step) => ({
        jid: `user${((changed + step) * 7919) % count}@bench.kontor.internal`,
        availability: (changed + step) % 2 ? ('available' as const) : ('away' as const),
        statusText: '',
        deviceKind: null,
      }));
      changed = due;
      const before = performance.now();
      if (changes.length > 0) store.dispatch(presencesChanged(changes));
      dispatches.push(performance.now() - before);
      if (scrolls) scroller?.scrollBy(0, 40);
      if (now - from < milliseconds) requestAnimationFrame(frame);
      else resolve({ frames: frames.slice(2), dispatches });
    };
    requestAnimationFrame(frame);
  });
Object.assign(window, { run });
