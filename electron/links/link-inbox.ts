/**
 * Dial texts from links, command lines and second starts (DSK-4). They fill the dial field and never dial. One that
 * arrives before the page asks for it waits; a newer one replaces it.
 */
export interface LinkInbox {
  deliver(dialText: string): void;
  /** The page is ready: hands out what waits, and from now on tells. */
  take(): string | null;
  /** The page is gone; the next one has to ask again. */
  pageGone(): void;
}

export const linkInbox = (tell: (dialText: string) => void): LinkInbox => {
  let ready = false;
  let waiting: string | null = null;
  return {
    deliver: (dialText) => {
      if (ready) tell(dialText);
      else waiting = dialText;
    },
    take: () => {
      const taken = waiting;
      ready = true;
      waiting = null;
      return taken;
    },
    pageGone: () => {
      ready = false;
    },
  };
};
