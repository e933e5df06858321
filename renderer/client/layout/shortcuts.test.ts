import { describe, expect, it } from 'vitest';
import { shortcutFor } from './shortcuts.ts';

const keys = (code: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>>) => ({
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('DSK-2 shortcuts in the client', () => {
  it('takes Ctrl on Windows and Linux, Cmd on a Mac', () => {
    expect(shortcutFor(keys('KeyF', { ctrlKey: true }), false)).toEqual({ kind: 'area', area: 'search' });
    expect(shortcutFor(keys('KeyF', { metaKey: true }), true)).toEqual({ kind: 'area', area: 'search' });
    expect(shortcutFor(keys('KeyF', { ctrlKey: true }), true)).toBeNull();
  });
  it('leaves AltGr and Shift to the text', () => {
    expect(shortcutFor(keys('KeyC', { ctrlKey: true, altKey: true }), false)).toBeNull();
    expect(shortcutFor(keys('KeyD', { ctrlKey: true, shiftKey: true }), false)).toBeNull();
    expect(shortcutFor(keys('KeyC', {}), false)).toBeNull();
  });
  it('chooses areas with Alt', () => {
    expect(shortcutFor(keys('KeyT', { altKey: true }), false)).toEqual({ kind: 'area', area: 'phoneBook' });
  });
});
