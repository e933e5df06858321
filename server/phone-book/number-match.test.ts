import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberMatch, numberTail } from './number-match.ts';

describe('TEL-2 numbers however they are written', () => {
  it('are the same', () => {
    const spellings = ['+49 30 23125-100', '0049 (30) 23125100', '+49 (0)30 / 231 25 100', '+493023125100'];
    for (const one of spellings)
      for (const other of spellings) expect([one, other, numberMatch(one, other)][2]).toBe(3);
    for (const one of spellings) {
      expect(numberMatch(one, '030 23125100')).toBe(2);
      expect(numberMatch('493023125100', one)).toBe(2);
      expect(numberMatch(one, '23125100')).toBe(1);
    }
    expect(numberMatch('101', '101')).toBe(3);
  });

  it('are told apart', () => {
    expect(numberMatch('+49 30 23125100', '+49 40 23125100')).toBe(0);
    expect(numberMatch('030 23125100', '040 23125100')).toBe(0);
    expect(numberMatch('101', '+49 30 23125101')).toBe(0);
    expect(numberMatch('101', '0101')).toBe(0);
    expect(numberMatch('+49 4930 23125100', '030 23125100')).toBe(0);
    expect(numberMatch('', '')).toBe(0);
    expect(numberMatch('anonymous', '')).toBe(0);
  });

  it('meet in the index whenever they match, in either order', () => {
    const number = fc.stringMatching(/^(\+|00|0)?[0-9 ()/-]{1,18}$/);
    const written = fc.constantFrom('+4930123456', '0049 30 123456', '030123456', '123456', '030-123456');
    const any = fc.oneof(number, written);
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(numberMatch(one, other)).toBe(numberMatch(other, one));
        if (numberMatch(one, other) > 0) expect(numberTail(one)).toBe(numberTail(other));
      }),
    );
  });
});
