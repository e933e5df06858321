import { expect, test } from 'vitest';
import { dialPlanSchema } from '../../protocol/numbers.ts';
import { numberText } from './number-text.ts';

const plan = dialPlanSchema.parse({ country: 'DE', areaCode: '991' });
const german = new Intl.DisplayNames('de', { type: 'region' });
const of = (number: string) => numberText(number, plan, (country) => german.of(country) ?? country);

test('TEL-17 a number is shown as people here write it, with its place, network or country', () => {
  expect(of('+49991123456')).toEqual({ shown: '0991 123456', place: 'Deggendorf' });
  expect(of('+491713920010')).toEqual({ shown: '0171 3920010', place: 'Telekom' });
  expect(of('+4315123456')).toEqual({ shown: '+43 1 5123456', place: 'Wien, Österreich' });
  expect(of('+351211234567')).toEqual({ shown: '+351 21 123 4567', place: 'Portugal' });
  expect(of('102')).toEqual({ shown: '102', place: null });
  expect(of('')).toEqual({ shown: '', place: null });
});
