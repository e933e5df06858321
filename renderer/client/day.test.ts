import { expect, test } from 'vitest';
import { namedDay } from './day.ts';

const at = (text: string) => new Date(text).getTime();

test('CHA-3 names today and yesterday, also after a day of 23 hours', () => {
  const now = at('2026-03-30T08:00:00');
  expect(namedDay(at('2026-03-30T00:01:00'), now)).toBe('today');
  expect(namedDay(at('2026-03-29T23:59:00'), now)).toBe('yesterday');
  expect(namedDay(at('2026-03-28T12:00:00'), now)).toBeNull();
});
