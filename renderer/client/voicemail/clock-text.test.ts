import { expect, test } from 'vitest';
import { clockText } from './clock-text.ts';

test('seconds read as minutes and seconds', () => {
  expect([0, 5.9, 60, 65, 3_600, -1].map(clockText)).toEqual(['0:00', '0:05', '1:00', '1:05', '60:00', '0:00']);
});
