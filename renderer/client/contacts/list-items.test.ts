import { expect, it } from 'vitest';
import { listItems, nextContact } from './list-items.ts';

it('CON-5 pins favourites to the top and shows nobody twice', () => {
  expect(listItems(['a', 'b', 'c'], ['c', 'gone'])).toEqual([
    { kind: 'heading', text: 'favourites' },
    { kind: 'contact', id: 'c' },
    { kind: 'heading', text: 'all' },
    { kind: 'contact', id: 'a' },
    { kind: 'contact', id: 'b' },
  ]);
  expect(listItems([], ['c'])).toEqual([]);
});
it('LAY-8 arrow keys pass over headings and stop at the ends', () => {
  const items = listItems(['a', 'b'], ['b']);
  expect(nextContact(items, 1, 1)).toBe(3);
  expect(nextContact(items, 3, 1)).toBe(3);
  expect(nextContact(items, 3, -1)).toBe(1);
  expect(nextContact(items, 1, -1)).toBe(1);
});
