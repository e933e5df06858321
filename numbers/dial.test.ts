import { expect, test } from 'vitest';
import { dialPlanSchema } from '../protocol/numbers.ts';
import { comparableNumber, dialTarget } from './dial.ts';
import { placeOf } from './place.ts';
import { showNumber } from './show.ts';

const plan = dialPlanSchema.parse({
  country: 'DE',
  areaCode: '991',
  longestInternal: 3,
  ownNumbers: [
    { prefix: '+4999199000', main: '100' },
    { prefix: '+49991990009', main: null },
  ],
});
const of = (country: string, areaCode = ''): typeof plan => ({ ...plan, country, areaCode, ownNumbers: [] });
const outside = (dialled: string, from = plan): unknown => {
  const target = dialTarget(dialled, from);
  return target.kind === 'outside' ? [target.number, target.sort, target.foreign] : target;
};

test.each([
  ['123456', '+49991123456', 'fixed', false],
  ['0991123456', '+49991123456', 'fixed', false],
  ['0049991123456', '+49991123456', 'fixed', false],
  ['+49991123456', '+49991123456', 'fixed', false],
  ['+490991123456', '+49991123456', 'fixed', false],
  ['01713920010', '+491713920010', 'mobile', false],
  ['08001234567', '+498001234567', 'free', false],
  ['01801234567', '+491801234567', 'shared', false],
  ['09001234567', '+499001234567', 'premium', false],
  ['01371234567', '+491371234567', 'premium', false],
  ['+4911833', '+4911833', 'premium', false],
  ['004315123456', '+4315123456', 'fixed', true],
  ['+12125550123', '+12125550123', 'fixed', true],
  ['+88213123456', '+88213123456', 'premium', true],
  ['+870772123456', '+870772123456', 'premium', true],
  ['+79011234567', '+79011234567', 'mobile', true],
])('SRV-7 %s goes to %s (%s)', (dialled, number, sort, foreign) => {
  expect(outside(dialled)).toEqual([number, sort, foreign]);
});

test('numbers follow the country: prefixes, local dialling, numbers in full', () => {
  expect(outside('5552671', of('US', '415'))).toEqual(['+14155552671', 'fixed', false]);
  expect(outside('2125550123', of('US', '415'))).toEqual(['+12125550123', 'fixed', false]);
  expect(outside('12125550123', of('US', '415'))).toEqual(['+12125550123', 'fixed', false]);
  expect(outside('01149991123456', of('US', '415'))).toEqual(['+49991123456', 'fixed', true]);
  expect(outside('0612345678', of('FR'))).toEqual(['+33612345678', 'mobile', false]);
  expect(outside('0612345678', of('IT'))).toEqual(['+390612345678', 'fixed', false]);
  expect(outside('3123456789', of('IT'))).toEqual(['+393123456789', 'mobile', false]);
  expect(outside('0201234567', of('NL'))).toEqual(['+31201234567', 'fixed', false]);
  expect(outside('011123456', of('RS', '11'))).toEqual(['+38111123456', 'fixed', false]);
  expect(outside('0991123456', { ...plan, internationalPrefix: '000' })).toEqual(['+49991123456', 'fixed', false]);
  expect(outside('00043151234', { ...plan, internationalPrefix: '000' })).toEqual(['+43151234', 'fixed', true]);
});

test.each([
  ['112', 'DE'],
  ['110', 'DE'],
  ['911', 'US'],
  ['999', 'GB'],
  ['15', 'FR'],
  ['144', 'CH'],
  ['194', 'RS'],
  ['112', 'ZA'],
])('emergency %s goes out as it is in %s', (number, country) => {
  expect(dialTarget(number, of(country))).toEqual({ kind: 'emergency', number });
});

test('numbers of the house stay in the house, however they are dialled', () => {
  const internal = (extension: string) => ({ kind: 'internal', extension });
  expect(dialTarget('102', plan)).toEqual(internal('102'));
  expect(dialTarget('+4999199000102', plan)).toEqual(internal('102'));
  expect(dialTarget('099199000102', plan)).toEqual(internal('102'));
  expect(dialTarget('99000102', plan)).toEqual(internal('102'));
  expect(dialTarget('09919900', { ...plan, ownNumbers: [{ prefix: '+499919900', main: '100' }] })).toEqual(
    internal('100'),
  );
  expect(dialTarget('0991990000', plan)).toEqual(internal('100'));
  expect(dialTarget('0991990009 7'.replace(' ', ''), plan)).toEqual(internal('7'));
});

test('short services, codes and what is no number', () => {
  expect(dialTarget('116117', plan)).toEqual({ kind: 'service', number: '116117', premium: false });
  expect(dialTarget('11833', plan)).toEqual({ kind: 'service', number: '11833', premium: true });
  expect(dialTarget('*8102', plan)).toEqual({ kind: 'code', code: '*8102' });
  expect(dialTarget('+49', plan)).toMatchObject({ kind: 'invalid' });
  expect(dialTarget('+499', plan)).toMatchObject({ kind: 'invalid' });
  expect(dialTarget('+49*1', plan)).toMatchObject({ kind: 'invalid', reason: 'malformed' });
  expect(dialTarget('0'.repeat(20), plan)).toMatchObject({ kind: 'invalid' });
  expect(dialTarget('+491711234567890123', plan)).toMatchObject({ kind: 'invalid' });
  expect(dialTarget('1 02', plan)).toMatchObject({ kind: 'invalid', reason: 'malformed' });
});

test('numbers written differently compare equal', () => {
  for (const written of ['0991 123456', '+49 991 123456', '+49 (0)991 12 34 56', '0049991123456', '123456'])
    expect(comparableNumber(written, plan)).toBe('+49991123456');
  expect(comparableNumber('102', plan)).toBe('102');
  expect(comparableNumber('116117', plan)).toBe('116117');
});

test('numbers are shown as people of the instance read them', () => {
  expect(showNumber('+49991123456', plan)).toBe('0991 123456');
  expect(showNumber('+43151234', plan)).toBe('+43 1 51234');
  expect(showNumber('+4999199000102', plan)).toBe('102');
  expect(showNumber('+49991123456', of('AT'))).toBe('+49 991 123456');
  expect(showNumber('102', plan)).toBe('102');
  expect(showNumber('+49991123456', null)).toBe('+49991123456');
});

test('TEL-17 the place, the network or the country of a number', () => {
  const fixed = { network: null, sort: 'fixed', country: null };
  expect(placeOf('+49991123456', plan)).toEqual({ ...fixed, place: 'Deggendorf' });
  expect(placeOf('+493023125100', plan)).toEqual({ ...fixed, place: 'Berlin' });
  expect(placeOf('+49991123456', of('AT'))).toEqual({ ...fixed, place: 'Deggendorf', country: 'DE' });
  expect(placeOf('+491713920010', plan)).toEqual({ place: null, network: 'Telekom', sort: 'mobile', country: null });
  expect(placeOf('+4315123456', plan)).toMatchObject({ place: 'Wien', country: 'AT' });
  expect(placeOf('+41443123456', plan)).toMatchObject({ place: 'Zürich', country: 'CH' });
  expect(placeOf('+33142345678', plan)).toMatchObject({ place: 'Île-de-France', country: 'FR' });
  expect(placeOf('+31201234567', plan)).toMatchObject({ place: 'Amsterdam', country: 'NL' });
  expect(placeOf('+38111123456', plan)).toMatchObject({ place: 'Beograd', country: 'RS' });
  expect(placeOf('+442071234567', plan)).toMatchObject({ place: 'London', country: 'GB' });
  expect(placeOf('+12125550123', plan)).toMatchObject({ place: 'New York', country: 'US' });
  expect(placeOf('+351211234567', plan)).toEqual({ ...fixed, place: null, country: 'PT' });
  expect(placeOf('102', plan)).toBeNull();
});
