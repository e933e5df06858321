import { expect, it } from 'vitest';
import { chordOf, chordSchema, defaultChords } from './shortcuts.ts';

it('DSK-3 takes a key with modifiers or a function key, and no combination that writes text', () => {
  const isChord = (text: string): boolean => chordSchema.safeParse(text).success;
  for (const chord of ['Mod+Alt+P', 'Ctrl+1', 'F8', 'Shift+F24', 'Mod+Ctrl+Alt+Shift+Home'])
    expect(isChord(chord), chord).toBe(true);
  for (const text of ['P', 'Shift+P', 'Alt+Mod+P', 'Mod+', 'Mod+F25', 'Mod+p', 'Mod+P+Q', '', 'Shift+Home'])
    expect(isChord(text), text).toBe(false);
});

it('DSK-3 begins with combinations that are all different', () => {
  const chords = Object.values(defaultChords);
  expect(new Set(chords).size).toBe(chords.length);
  expect(chords.every((chord) => chordSchema.safeParse(chord).success)).toBe(true);
});

it('DSK-3 tells turned off from unchanged', () => {
  expect(chordOf({}, 'offHook')).toBe('Mod+Alt+P');
  expect(chordOf({ offHook: null }, 'offHook')).toBeNull();
  expect(chordOf({ offHook: 'F8' }, 'offHook')).toBe('F8');
});
