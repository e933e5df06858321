import { expect, it } from 'vitest';
import { chordOfKeys, printedKeys, type Keys } from './chord.ts';

const keys = (code: string, key: string, held: Partial<Keys> = {}): Keys => ({
  code,
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

it('DSK-3 goes by the letter printed on the key', () => {
  expect(chordOfKeys(keys('KeyY', 'z', { ctrlKey: true, altKey: true }), false)).toBe('Mod+Alt+Z');
  expect(chordOfKeys(keys('KeyA', 'q', { altKey: true }), false)).toBe('Alt+Q');
});

it('DSK-3 goes by the place of the key where the key writes something else', () => {
  expect(chordOfKeys(keys('KeyP', 'π', { metaKey: true, altKey: true }), true)).toBe('Mod+Alt+P');
  expect(chordOfKeys(keys('KeyP', 'п', { ctrlKey: true }), false)).toBe('Mod+P');
  expect(chordOfKeys(keys('Digit1', '&', { ctrlKey: true }), false)).toBe('Mod+1');
  expect(chordOfKeys(keys('Digit1', '!', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+Shift+1');
});

it('DSK-2 takes Ctrl on Windows and Linux, Cmd on a Mac, where Ctrl is a key of its own', () => {
  expect(chordOfKeys(keys('KeyF', 'f', { metaKey: true }), true)).toBe('Mod+F');
  expect(chordOfKeys(keys('KeyF', 'f', { ctrlKey: true }), true)).toBe('Ctrl+F');
  expect(chordOfKeys(keys('KeyF', 'f', { metaKey: true }), false)).toBeNull();
});

it('DSK-2 leaves AltGr, Shift and single keys to the text', () => {
  const altGraph = { ctrlKey: true, altKey: true, getModifierState: (state: string) => state === 'AltGraph' };
  expect(chordOfKeys(keys('KeyE', '€', altGraph), false)).toBeNull();
  expect(chordOfKeys(keys('KeyC', 'C', { shiftKey: true }), false)).toBeNull();
  expect(chordOfKeys(keys('KeyC', 'c'), false)).toBeNull();
  expect(chordOfKeys(keys('ControlLeft', 'Control', { ctrlKey: true }), false)).toBeNull();
  expect(chordOfKeys(keys('F8', 'F8'), false)).toBe('F8');
});

it('shows the keys as they are printed', () => {
  const german = { control: 'Strg', shift: 'Umschalt' };
  expect(printedKeys('Mod+Shift+D', false, german)).toEqual(['Strg', 'Umschalt', 'D']);
  expect(printedKeys('Mod+Alt+P', true, german)).toEqual(['⌘', '⌥', 'P']);
});
