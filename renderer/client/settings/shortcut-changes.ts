import {
  chordOf,
  defaultChords,
  globalShortcutSchema,
  localShortcutSchema,
  reservedChords,
  type Chord,
  type Shortcut,
  type Shortcuts,
} from '../../../protocol/shortcuts.ts';

/** Why a combination is not taken: Kontor uses it itself, or it belongs to text and program. */
export type Clash = { kind: 'own'; shortcut: Shortcut } | { kind: 'reserved' };

const all: readonly Shortcut[] = [...globalShortcutSchema.options, ...localShortcutSchema.options];

export const clashOf = (shortcuts: Shortcuts, name: Shortcut, chord: Chord): Clash | null => {
  if (reservedChords.includes(chord)) return { kind: 'reserved' };
  const other = all.find((each) => each !== name && chordOf(shortcuts, each) === chord);
  return other === undefined ? null : { kind: 'own', shortcut: other };
};

/** Back to the default. */
export const withoutChange = (shortcuts: Shortcuts, name: Shortcut): Shortcuts =>
  Object.fromEntries(Object.entries(shortcuts).filter(([each]) => each !== name));

/** With the new combination, or turned off (`null`). The default itself is no change. */
export const withChord = (shortcuts: Shortcuts, name: Shortcut, chord: Chord | null): Shortcuts =>
  chord === defaultChords[name] ? withoutChange(shortcuts, name) : { ...shortcuts, [name]: chord };
