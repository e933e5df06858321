import { expect, test } from 'vitest';
import type { Contact } from '../../../engine/state/types.ts';
import { contactIndex, findDialTargets, looksLikeNumber, phoneBookIndex } from './dial-index.ts';

const contact = (id: string, name: string, extension: string): Contact => ({
  id,
  jid: `${id}@demo`,
  name,
  extension,
  favourite: false,
  availability: 'available',
  statusText: '',
  deviceKind: null,
  phone: 'free',
  avatarUrl: null,
  lastActivityAt: 0,
});
const index = [
  ...contactIndex([
    contact('b', 'Ben Krüger', '102'),
    contact('c', 'Clara Meißner', '103'),
    contact('f', 'Felix Petrović', '106'),
  ]),
  ...phoneBookIndex([
    {
      id: '1',
      book: 'company',
      name: 'Martina Lorenz',
      company: 'Kanzlei Huber',
      numbers: [
        { kind: 'office', number: '+49 991 270060' },
        { kind: 'fax', number: '+49 991 270061' },
      ],
      emails: [],
      labels: [],
      picture: null,
      note: '',
      version: 1,
      favourite: false,
      source: null,
    },
  ]),
];
const names = (query: string) => findDialTargets(index, query).map((target) => target.name);

test.each(['Krüger', 'kruger', 'krueger', 'ben kru', 'KRÜ'])('TEL-1 finds Ben Krüger as %s', (query) => {
  expect(names(query)).toEqual(['Ben Krüger']);
});
test.each([
  ['meissner', 'Clara Meißner'],
  ['petrovic', 'Felix Petrović'],
  ['huber mart', 'Martina Lorenz'],
  ['0991 27', 'Martina Lorenz'],
  ['270060', 'Martina Lorenz'],
  ['103', 'Clara Meißner'],
])('TEL-1 finds by %s', (query, name) => {
  expect(names(query)).toEqual([name]);
});
test('TEL-1 offers nothing for an empty field and no fax numbers', () => {
  expect(names('  ')).toEqual([]);
  expect(findDialTargets(index, 'lorenz').map((target) => target.kind)).toEqual(['office']);
});
test('TEL-1 tells numbers from names', () => {
  expect(looksLikeNumber('+49 (991) 27-00')).toBe(true);
  expect(looksLikeNumber('*21#')).toBe(true);
  expect(looksLikeNumber('Ben 1')).toBe(false);
});
