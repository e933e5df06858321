import { expect, it } from 'vitest';
import { dialTextOfSelection } from './dial-text.ts';

it.each([
  ['+49 (0)991 123-45', '+49 (0)991 123-45'],
  ['Tel.: 0991/12345, Fax: 0991/12346', '0991/12345'],
  ['  102\n', '102'],
  ['Ext. 7', '7'],
  ['Rufen Sie (089) 123 456 an!', '(089) 123 456'],
  ['030\u00a01234\u202f56', '030 1234 56'],
  ['tel:+49-30-1234', '+49301234'],
  ['sip:ben@demo.example', 'ben@demo.example'],
])('DSK-1 finds the number in %j', (text, number) => {
  expect(dialTextOfSelection(text)).toBe(number);
});

it.each(['', 'no number here', 'tel:evil;<script>12', 'sips:1234567', `${' '.repeat(600)}110`])(
  'DSK-1 finds no number in %j',
  (text) => {
    expect(dialTextOfSelection(text)).toBeNull();
  },
);
