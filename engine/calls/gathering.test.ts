import { expect, test } from 'vitest';
import type { Clock } from '../ports/ports.ts';
import { createCandidateCap } from './gathering.ts';

/** A clock that stands still until it is told to go on; gives the time at which the offer was ready. */
const lab = (hasServers: boolean) => {
  let time = 0;
  let readyAt: number | null = null;
  let timers: { at: number; run: () => void }[] = [];
  const clock: Pick<Clock, 'now' | 'after'> = {
    now: () => time,
    after: (delay, run) => {
      const timer = { at: time + delay, run };
      timers.push(timer);
      return () => void (timers = timers.filter((each) => each !== timer));
    },
  };
  const cap = createCandidateCap(clock as Clock, hasServers, () => (readyAt = time));
  const advance = (to: number): void => {
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= to).sort((one, other) => one.at - other.at);
      if (!next) break;
      time = next.at;
      timers = timers.filter((each) => each !== next);
      next.run();
    }
    time = to;
  };
  return {
    at: (when: number, type: RTCIceCandidateType) => {
      advance(when);
      cap.candidate({ type });
    },
    readyAt: () => {
      advance(10_000);
      return readyAt;
    },
  };
};

test('TEL-1 without servers the offer goes out when the burst of candidates is over', () => {
  const { at, readyAt } = lab(false);
  at(6, 'host');
  at(7, 'host');
  expect(readyAt()).toBe(12);
});

test('TEL-1 the candidate of a server is waited for and then sent at once', () => {
  const { at, readyAt } = lab(true);
  at(6, 'host');
  at(40, 'srflx');
  expect(readyAt()).toBe(45);
});

test('TEL-1 a server that does not answer costs 50 ms', () => {
  const { at, readyAt } = lab(true);
  at(6, 'host');
  expect(readyAt()).toBe(56);
});

test('TEL-1 candidates that keep coming hold the offer up for half a second at most', () => {
  const { at, readyAt } = lab(true);
  for (let when = 6; when < 2_000; when += 40) at(when, 'host');
  expect(readyAt()).toBe(506);
});
