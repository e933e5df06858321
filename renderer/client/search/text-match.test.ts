import { describe, expect, it } from 'vitest';
import { createMatcher, searchKey } from './text-match.ts';

const finds = (query: string, text: string, numbers: string[] = []) => createMatcher(query)(searchKey([text], numbers));

describe('SEA-2 search as people type', () => {
  it('takes several terms, each the start of a word', () => {
    expect(finds('And Muster', 'Max-Andreas Mustermann')).toBe(true);
    expect(finds('muster and', 'Max-Andreas Mustermann')).toBe(true);
    expect(finds('dreas', 'Max-Andreas Mustermann')).toBe(false);
  });
  it('does not mind umlauts and case', () => {
    for (const query of ['Müller', 'muller', 'MUELLER', 'müll']) expect(finds(query, 'Jan Müller')).toBe(true);
    expect(finds('mueller', 'Jan Muller')).toBe(false);
    expect(finds('petrovic', 'Felix Petrović')).toBe(true);
    expect(finds('strasse', 'Lange Straße')).toBe(true);
  });
  it('finds numbers however they are written', () => {
    expect(finds('0991 27', 'Lorenz', ['+49 991 270060'])).toBe(true);
    expect(finds('102', 'Ben', ['102'])).toBe(true);
    expect(finds('102', 'Ben', ['101'])).toBe(false);
  });
  it('fits everything while nothing is typed', () => {
    expect(finds(' ', 'Anna')).toBe(true);
  });
});
