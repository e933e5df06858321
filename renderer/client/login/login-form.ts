import type { Failure } from '../../../engine/state/types.ts';

/** What the form shows of a failed try: keys into `errors.json`, and whether a wait is running. */
export interface FailureView {
  title: string;
  hint: string;
  /** Milliseconds since the epoch until which a new try is refused; `null`: try again at once. */
  retryAt: number | null;
}

/** The failure in words; `now` in milliseconds since the epoch. */
export const viewFailure = (failure: Failure, now: number): FailureView => ({
  title: `${failure.code}.title`,
  hint: `${failure.code}.hint`,
  retryAt: failure.retryAfterSeconds === undefined ? null : now + failure.retryAfterSeconds * 1000,
});

/** Whole seconds left until `retryAt`; 0 when the wait is over. */
export const secondsLeft = (retryAt: number | null, now: number): number =>
  retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
