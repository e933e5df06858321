import { describe, expect, it } from 'vitest';
import type { Keys } from './chord.ts';
import { shortcutFor } from './shortcuts.ts';

const press = (key: string, held: Partial<Keys>): Keys => ({
  code: /\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`,
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('DSK-2 shortcuts in the client', () => {
  it.each([
    ['1', 'ctrlKey', 'layoutMini'],
    ['2', 'ctrlKey', 'layoutNormal'],
    ['3', 'ctrlKey', 'layoutExpanded'],
    ['f', 'ctrlKey', 'search'],
    ['d', 'ctrlKey', 'dial'],
    ['w', 'ctrlKey', 'closeConversation'],
    ['h', 'altKey', 'contacts'],
    ['c', 'altKey', 'conversations'],
    ['j', 'altKey', 'journal'],
    ['t', 'altKey', 'phoneBook'],
    ['s', 'altKey', 'settings'],
  ])('%s with %s means %s', (key, modifier, shortcut) => {
    expect(shortcutFor(press(key, { [modifier]: true }), false, {})).toBe(shortcut);
  });

  it('DSK-3 follows what was recorded or turned off', () => {
    const shortcuts = { search: 'Alt+F', dial: null } as const;
    expect(shortcutFor(press('f', { altKey: true }), false, shortcuts)).toBe('search');
    expect(shortcutFor(press('f', { ctrlKey: true }), false, shortcuts)).toBeNull();
    expect(shortcutFor(press('d', { ctrlKey: true }), false, shortcuts)).toBeNull();
  });

  it('leaves the global ones to the desktop', () => {
    expect(shortcutFor(press('p', { ctrlKey: true, altKey: true }), false, {})).toBeNull();
  });
});
