/**
 * Numbers that come from outside the window: links, marked text, the command line. They fill the dial field; where the
 * user turned it on they are dialled, as soon as telephony is connected (TEL-18).
 */
import type { Clock } from '../ports/ports.ts';
import { dialRequested } from '../state/dial-request.ts';
import type { EngineStore } from '../state/store.ts';

export interface OutsideDialling {
  take(text: string): void;
  dispose(): void;
}

/** How long a number waits for telephony, in milliseconds; afterwards the user decides. */
const patience = 15_000;

export const createOutsideDialling = (
  store: EngineStore,
  clock: Clock,
  dial: (target: string) => Promise<{ ok: boolean }>,
): OutsideDialling => {
  let waiting: { text: string; stop: () => void } | null = null;
  const forget = (): void => {
    waiting?.stop();
    waiting = null;
  };
  const fill = (text: string): void => {
    forget();
    store.dispatch(dialRequested(text));
  };
  const dialNow = async (text: string): Promise<void> => {
    forget();
    // What cannot be dialled stands in the field, which says why.
    if (!(await dial(text)).ok) fill(text);
  };
  const isReady = (): boolean => store.getState().connection.sip.phase === 'up';
  return {
    take: (text) => {
      forget();
      if (!store.getState().settings.dialAtOnce) return fill(text);
      if (isReady()) return void dialNow(text);
      const cancel = clock.after(patience, () => fill(text));
      const unsubscribe = store.subscribe(() => {
        if (isReady()) void dialNow(text);
      });
      waiting = {
        text,
        stop: () => {
          cancel();
          unsubscribe();
        },
      };
    },
    dispose: forget,
  };
};
