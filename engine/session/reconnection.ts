/**
 * Keeps one connection alive for as long as it is wanted (SES-8).
 *
 * | state      | start      | opened | lost    | wake       | time up    | stop |
 * | ---------- | ---------- | ------ | ------- | ---------- | ---------- | ---- |
 * | down       | connecting |        |         |            |            |      |
 * | connecting |            | up     | waiting |            |            | down |
 * | up         |            |        | waiting | (check)    |            | down |
 * | waiting    |            |        |         | connecting | connecting | down |
 */
import type { Clock } from '../ports/ports.ts';
import type { LinkState } from '../state/types.ts';
import { createRetryPolicy } from './retry-policy.ts';

export interface Reconnection {
  readonly state: LinkState;
  start(): void;
  /** The connection stands. */
  opened(): void;
  /** The connection failed or ended: try again after a while. */
  lost(): void;
  /** The network changed or the machine woke up: try at once instead of waiting. */
  wake(): void;
  stop(): void;
}

export interface ReconnectionOptions {
  clock: Clock;
  /** Opens the connection; answers by `opened` or `lost`. */
  open(): void;
  /** Called on `wake` while the connection seems up: it may be dead without having said so. */
  check(): void;
  changed(state: LinkState): void;
}

export const createReconnection = ({ clock, open, check, changed }: ReconnectionOptions): Reconnection => {
  const policy = createRetryPolicy(clock.random);
  let state: LinkState = { phase: 'down' };
  let cancel: (() => void) | null = null;
  const become = (next: LinkState): void => {
    state = next;
    changed(next);
  };
  const connect = (): void => {
    cancel?.();
    cancel = null;
    become({ phase: 'connecting' });
    open();
  };
  return {
    get state() {
      return state;
    },
    start: () => {
      if (state.phase === 'down') connect();
    },
    opened: () => {
      if (state.phase !== 'connecting') return;
      policy.reset();
      become({ phase: 'up' });
    },
    lost: () => {
      if (state.phase !== 'connecting' && state.phase !== 'up') return;
      const delay = policy.nextDelay();
      become({ phase: 'waiting', retryAt: clock.now() + delay, attempt: policy.attempt });
      cancel = clock.after(delay, connect);
    },
    wake: () => {
      if (state.phase === 'waiting') connect();
      else if (state.phase === 'up') check();
    },
    stop: () => {
      cancel?.();
      cancel = null;
      policy.reset();
      if (state.phase !== 'down') become({ phase: 'down' });
    },
  };
};
