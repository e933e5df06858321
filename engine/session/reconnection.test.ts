import { beforeEach, expect, test } from 'vitest';
import type { Clock } from '../ports/ports.ts';
import type { LinkState } from '../state/types.ts';
import { createReconnection, type Reconnection } from './reconnection.ts';
import { createRetryPolicy } from './retry-policy.ts';

/** Time that passes when told to. */
class FakeClock implements Clock {
  #now = 1000;
  #timers: { at: number; callback: () => void }[] = [];
  now = (): number => this.#now;
  random = (): number => 1;
  after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.callback();
  }
}

let clock: FakeClock;
let seen: LinkState['phase'][];
let opens: number;
let checks: number;
let link: Reconnection;
beforeEach(() => {
  clock = new FakeClock();
  seen = [];
  opens = 0;
  checks = 0;
  link = createReconnection({
    clock,
    open: () => (opens += 1),
    check: () => (checks += 1),
    changed: (state) => seen.push(state.phase),
  });
});

test('SES-8 a lost connection is opened again after a growing wait', () => {
  link.start();
  link.opened();
  link.lost();
  expect(link.state).toEqual({ phase: 'waiting', retryAt: 1500, attempt: 1 });
  clock.pass(499);
  expect(opens).toBe(1);
  clock.pass(1);
  expect(opens).toBe(2);
  link.lost();
  expect(link.state).toMatchObject({ phase: 'waiting', retryAt: clock.now() + 1000, attempt: 2 });
  expect(seen).toEqual(['connecting', 'up', 'waiting', 'connecting', 'waiting']);
});

test('SES-8 a change of network ends the wait, and checks a connection that seems up', () => {
  link.start();
  link.lost();
  link.wake();
  expect(opens).toBe(2);
  link.opened();
  link.wake();
  expect([opens, checks]).toEqual([2, 1]);
});

test('stopping ends the wait for good', () => {
  link.start();
  link.lost();
  link.stop();
  clock.pass(60_000);
  expect(opens).toBe(1);
  expect(link.state).toEqual({ phase: 'down' });
});

test('waits stay between half of and all of the step, and never exceed 30 s', () => {
  const short = createRetryPolicy(() => 0);
  const long = createRetryPolicy(() => 0.999);
  const waits = Array.from({ length: 12 }, () => [short.nextDelay(), long.nextDelay()] as const);
  expect(waits[0]).toEqual([250, 500]);
  expect(waits.at(-1)).toEqual([15_000, 29_985]);
  long.reset();
  expect(long.nextDelay()).toBe(500);
});
