import { expect, it } from 'vitest';
import { revival } from './revival.ts';

it('revives at once, waits longer with every crash, and forgets after a quiet minute (TEL-14)', () => {
  const pauses = revival();
  expect([0, 10, 20, 30].map((now) => pauses.pauseAfterCrash(now))).toEqual([100, 200, 400, 800]);
  expect(pauses.pauseAfterCrash(100_000)).toBe(100);
  for (let now = 100_000; now < 100_020; now += 1) pauses.pauseAfterCrash(now);
  expect(pauses.pauseAfterCrash(100_030)).toBe(30_000);
});
