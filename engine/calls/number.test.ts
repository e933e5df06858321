import { expect, test } from 'vitest';
import { parseNumber } from './number.ts';

test.each([
  ['102', '102'],
  [' 1 02 ', '102'],
  ['+49 (0)30 / 123-45', '+493012345'],
  ['(030) 123.45', '03012345'],
  ['*21#', '*21#'],
  ['tel:+49-30-12345', '+493012345'],
  ['TEL:102;phone-context=demo', '102'],
  ['callto://102', '102'],
  ['sip:102@demo.kontor.internal', '102'],
  ['sips:102@demo;transport=ws', '102'],
])('TEL-1 understands %j', (written, number) => {
  expect(parseNumber(written)).toBe(number);
});

test.each([
  '',
  'anna',
  'sip:anna@demo',
  'sip:102@demo?Replaces=1',
  'sip:102@a@b',
  'sip:102%0d%0aX:1@demo',
  'tel:1%',
  'javascript:1',
  'https://102',
  '102\r\nTo: 103',
  '1;2',
  '1'.repeat(33),
  ' '.repeat(300),
])('TEL-18 never dials %j', (written) => {
  expect(parseNumber(written)).toBeNull();
});
