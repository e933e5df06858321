import { expect, test } from 'vitest';
import { nationalTones } from './national-tones.ts';

test('TEL-2 each country has its own ring-back, busy and congestion tones; others have the usual ones', () => {
  expect(nationalTones('DE').busy).toEqual({ frequencies: [425], rhythm: [0.48, 0.48] });
  expect(nationalTones('US').ringback).toEqual({ frequencies: [440, 480], rhythm: [2, 4] });
  expect(nationalTones('XX')).toEqual(nationalTones('NL'));
  for (const country of ['DE', 'AT', 'CH', 'US', 'GB', 'FR', 'NL', 'RS'])
    for (const { frequencies, rhythm } of Object.values(nationalTones(country)) as {
      frequencies: number[];
      rhythm: number[];
    }[]) {
      expect(frequencies.every((hertz) => hertz >= 300 && hertz <= 700)).toBe(true);
      // Sound and silence in turn, and each tone is told apart by its rhythm.
      expect(rhythm.length % 2).toBe(0);
    }
  expect(nationalTones('GB').busy.rhythm).not.toEqual(nationalTones('GB').congestion.rhythm);
});
