import { expect, it } from 'vitest';
import { clashOf, withChord, withoutChange } from './shortcut-changes.ts';

it('DSK-3 says which of its own shortcuts has a combination already', () => {
  expect(clashOf({}, 'search', 'Mod+D')).toEqual({ kind: 'own', shortcut: 'dial' });
  expect(clashOf({}, 'search', 'Mod+F')).toBeNull();
  expect(clashOf({ dial: null }, 'search', 'Mod+D')).toBeNull();
  expect(clashOf({ offHook: 'F8' }, 'search', 'F8')).toEqual({ kind: 'own', shortcut: 'offHook' });
  expect(clashOf({}, 'search', 'Mod+C')).toEqual({ kind: 'reserved' });
});

it('DSK-3 keeps what differs from the defaults alone', () => {
  expect(withChord({}, 'dial', 'F9')).toEqual({ dial: 'F9' });
  expect(withChord({ dial: 'F9' }, 'dial', 'Mod+D')).toEqual({});
  expect(withChord({}, 'dial', null)).toEqual({ dial: null });
  expect(withoutChange({ dial: null, search: 'F3' }, 'dial')).toEqual({ search: 'F3' });
});
