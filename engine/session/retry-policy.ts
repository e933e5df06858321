/** How long to wait before trying again. One small object per connection, so that it can be read and replaced. */
export interface RetryPolicy {
  /** Milliseconds until the next try; counts the try. */
  nextDelay(): number;
  /** Tries since the last `reset`. */
  readonly attempt: number;
  /** The connection stood: start from the shortest wait again. */
  reset(): void;
}

const firstDelay = 500;
const longestDelay = 30_000;

/**
 * Doubles from 0.5 s to 30 s; each wait is between half of that and all of it, so that the clients of a restarted
 * server do not come back in step. `random` gives numbers from 0 up to 1.
 */
export const createRetryPolicy = (random: () => number): RetryPolicy => {
  let attempt = 0;
  return {
    get attempt() {
      return attempt;
    },
    nextDelay: () => {
      const whole = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt, 16));
      attempt += 1;
      return Math.round(whole / 2 + (whole / 2) * random());
    },
    reset: () => {
      attempt = 0;
    },
  };
};
