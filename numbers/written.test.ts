import fc from 'fast-check';
import { getExampleNumber, getCountries } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { expect, test } from 'vitest';
import { dialPlanSchema, type DialPlan } from '../protocol/numbers.ts';
import { dialTarget } from './dial.ts';
import { readNumber } from './written.ts';

const german = dialPlanSchema.parse({ country: 'DE', areaCode: '991' });
const american = dialPlanSchema.parse({ country: 'US', areaCode: '415' });

test.each([
  ['102', '102', ''],
  ['+49 (0)991 / 123-45', '+4999112345', ''],
  ['+49 [0] 991 12345', '+4999112345', ''],
  ['0049 (0) 991 12345', '004999112345', ''],
  ['(0991) 123 45', '099112345', ''],
  ['0991\u2011123\u00a045', '099112345', ''],
  ['0991–123—45−6', '0991123456', ''],
  ['\u202a+49 991 12345\u202c', '+4999112345', ''],
  ['＋４９ ９９１ １２３４５', '+4999112345', ''],
  ['٠٩٩١ ١٢٣٤٥', '099112345', ''],
  ['044’123’45’67', '0441234567', ''],
  ['0991.123.45', '099112345', ''],
  ['0991/12345-0', '0991123450', ''],
  ['0991 123, Durchwahl 45', '099112345', ''],
  ['01 / 234 56 Klappe 78', '012345678', ''],
  ['+49 991 12345 ext. 67', '+4999112345', '67'],
  ['(415) 555-2671 x204', '4155552671', '204'],
  ['0991 12345,,67#', '099112345', '67'],
  ['tel:+49-991-12345;ext=67', '+4999112345', '67'],
  ['tel:102;phone-context=demo', '102', ''],
  ['TEL:+49%20991%2012345', '+4999112345', ''],
  ['callto://0991-12345', '099112345', ''],
  ['callto:+4999112345', '+4999112345', ''],
  ['sip:+4999112345@demo.example;user=phone', '+4999112345', ''],
  ['sips:102@[::1]:5061;transport=ws', '102', ''],
  ['0800 REIMANN', '08007346266', ''],
  ['*21#', '*21#', ''],
])('TEL-1 understands %j', (written, number, afterAnswer) => {
  expect(readNumber(written, german)).toEqual({ number, afterAnswer });
});

test('TEL-1 reads letters on the keys where the country has such numbers', () => {
  expect(readNumber('1-800-FLOWERS', american)).toEqual({ number: '18003569377', afterAnswer: '' });
  expect(readNumber('1-800-GO-FEDEX-NOW', american)?.number).toBe('+18004633339');
});

test.each([
  '',
  ' ',
  'anna',
  '102 Anna',
  'Anna 102',
  '0991 12345 Büro',
  '0991 12345\n0991 67890',
  '102\r\nTo: 103',
  'tel:1%',
  'tel:+49?body=x',
  'sip:anna@demo',
  'sip:102@demo?Replaces=1',
  'sip:102@a@b',
  'sip:102%0d%0aX:1@demo',
  'javascript:1',
  'https://102',
  'tel:<script>1</script>',
  '+0 991 12345',
  '++49991',
  '+*21#',
  '49+991',
  '1;2',
  '①②',
  '1'.repeat(33),
  `+${'1'.repeat(30)}`,
  ' '.repeat(300),
])('TEL-18 never dials %j', (written) => {
  expect(readNumber(written, german)).toBeNull();
});

test('TEL-18 whatever is written, only well-formed digits come out, and reading them again changes nothing', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'+0123456789*#()/.-, xextDWtel:sip@;?=%\u2013\u00a0\u200eé'), maxLength: 40 }),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom(german, american, null), (written, plan) => {
      const read = readNumber(written, plan);
      if (read === null) return;
      expect(read.number).toMatch(/^(?:\+[1-9]\d{2,19}|[0-9*#]{1,32})$/);
      expect(read.afterAnswer).toMatch(/^\d{0,10}$/);
      expect(readNumber(read.number, plan)).toEqual({ number: read.number, afterAnswer: '' });
    }),
    { numRuns: 3000 },
  );
});

test('TEL-1 marks between digits change nothing', () => {
  const mark = fc.constantFrom('', ' ', '-', '/', '.', '\u00a0', '\u2013', '\u200b');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), mark), { minLength: 3, maxLength: 14 }), (pairs) => {
      const digits = pairs.map(([digit]) => digit).join('');
      expect(readNumber(pairs.flat().join(''), german)?.number).toBe(digits);
    }),
  );
});

test('TEL-1 the example number of every country is dialled right however it is written', () => {
  for (const country of getCountries()) {
    const number = getExampleNumber(country, examples);
    if (number === undefined) continue;
    const home: DialPlan = { ...german, country, areaCode: '', longestInternal: 3 };
    for (const written of [number.formatInternational(), number.getURI(), number.number])
      expect(targetOf(written, german)).toBe(number.number);
    expect(targetOf(number.formatInternational(), home)).toBe(number.number);
    if (!number.formatNational().startsWith('*'))
      expect([country, targetOf(number.formatNational(), home)]).toEqual([country, number.number]);
  }
});

const targetOf = (written: string, plan: DialPlan): string => {
  const read = readNumber(written, plan);
  const target = read === null ? null : dialTarget(read.number, plan);
  return target?.kind === 'outside' ? target.number : JSON.stringify([written, read, target]);
};
