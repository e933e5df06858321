/** Pauses before a crashed page or process is started again: short at first, so that calls survive, then longer. */
export interface Revival {
  /** Milliseconds to wait after a crash at this time. */
  pauseAfterCrash(now: number): number;
}

const firstPause = 100;
const longestPause = 30_000;
const wellAfter = 60_000;

/** Doubles the pause with each crash; after a minute without one it begins anew. */
export const revival = (): Revival => {
  let crashes = 0;
  let lastCrash = Number.NEGATIVE_INFINITY;
  return {
    pauseAfterCrash: (now) => {
      crashes = now - lastCrash > wellAfter ? 1 : crashes + 1;
      lastCrash = now;
      return Math.min(firstPause * 2 ** (crashes - 1), longestPause);
    },
  };
};
