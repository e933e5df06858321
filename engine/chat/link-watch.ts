/** Notices a connection that died without saying so: while opening, by silence, and after sleep (SES-8). */
import type { Clock } from '../ports/ports.ts';
import type { XmppLink } from './xmpp-link.ts';

const openingMilliseconds = 15_000;
const beat = 30_000;
const answerMilliseconds = 8_000;
/** After waking up or a change of network the user is waiting. */
const urgentMilliseconds = 4_000;

export interface LinkWatch {
  opening(): void;
  opened(): void;
  closed(): void;
  /** The connection may be dead: asks, and aborts it when no answer comes. */
  check(): void;
}

export const createLinkWatch = (clock: Clock, link: Pick<XmppLink, 'abort' | 'ping' | 'lastHeardAt'>): LinkWatch => {
  let cancel: (() => void) | null = null;
  let generation = 0;

  const ask = (patience: number) => {
    const asked = generation;
    const end = clock.after(patience, () => {
      if (asked === generation) link.abort();
    });
    void link.ping().then((answered) => {
      // No answer in the library's own time: the timer above has seen to it.
      if (answered) end();
    });
  };
  const next = () => {
    const due = clock.now() + beat;
    cancel = clock.after(beat, () => {
      const slept = clock.now() - due > beat;
      if (slept) ask(urgentMilliseconds);
      else if (clock.now() - link.lastHeardAt >= beat) ask(answerMilliseconds);
      next();
    });
  };
  const restart = (): void => {
    generation += 1;
    cancel?.();
    cancel = null;
  };

  return {
    opening: () => {
      restart();
      cancel = clock.after(openingMilliseconds, () => link.abort());
    },
    opened: () => {
      restart();
      next();
    },
    closed: restart,
    check: () => ask(urgentMilliseconds),
  };
};
