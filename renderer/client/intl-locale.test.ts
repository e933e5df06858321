import { expect, test } from 'vitest';
import { formatDay, intlLocale } from './intl-locale.ts';

const names = { today: 'Heute', yesterday: 'Gestern' };
const at = (text: string) => new Date(text).getTime();

test('LAY-7 names today and yesterday and dates the rest', () => {
  const now = at('2026-03-30T08:00:00');
  expect(formatDay('de', at('2026-03-30T00:01:00'), now, names)).toBe('Heute');
  expect(formatDay('de', at('2026-03-29T23:59:00'), now, names)).toBe('Gestern');
  expect(formatDay('bar', at('2026-03-28T12:00:00'), now, names)).toBe('Samstag, 28. März 2026');
});

test('LAY-7 writes Serbian in Latin script', () => {
  expect(intlLocale('sr')).toBe('sr-Latn');
  expect(formatDay('sr', at('2026-03-02T12:00:00'), at('2026-03-30T08:00:00'), names)).toContain('mart');
});
