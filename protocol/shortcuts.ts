/** Key combinations: what they do, how they are written down, and which ones there are from the start (DSK-1 to DSK-3). */
import { z } from 'zod';

/** Work without focus, in the desktop only. */
export const globalShortcutSchema = z.enum(['offHook', 'dialSelection', 'toggleWindow']);
export type GlobalShortcut = z.infer<typeof globalShortcutSchema>;

/** Work while the client has the focus. */
export const localShortcutSchema = z.enum([
  'layoutMini',
  'layoutNormal',
  'layoutExpanded',
  'search',
  'dial',
  'closeConversation',
  'contacts',
  'conversations',
  'journal',
  'phoneBook',
  'settings',
]);
export type LocalShortcut = z.infer<typeof localShortcutSchema>;
export type Shortcut = GlobalShortcut | LocalShortcut;

/**
 * A key with its modifiers in the order `Mod+Ctrl+Alt+Shift`: `Mod+Alt+P`, `F8`. `Mod` is Ctrl, on macOS Cmd; `Ctrl` is
 * the Control key of macOS. A letter is the one printed on the key. Shift alone makes text, so it needs another one.
 */
export const chordSchema = z
  .string()
  .regex(
    /^(?:(?=.*(?:Mod|Ctrl|Alt)\+)(?:Mod\+)?(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?(?:[A-Z]|[0-9]|F(?:[1-9]|1[0-9]|2[0-4])|Home|End|PageUp|PageDown|Insert)|(?:Shift\+)?F(?:[1-9]|1[0-9]|2[0-4]))$/,
  );
export type Chord = z.infer<typeof chordSchema>;

/** What was changed: a chord, or `null` for turned off. What is not in it has its default. */
export const shortcutsSchema = z.partialRecord(
  z.enum([...globalShortcutSchema.options, ...localShortcutSchema.options]),
  chordSchema.nullable(),
);
export type Shortcuts = z.infer<typeof shortcutsSchema>;

export const defaultChords: Readonly<Record<Shortcut, Chord>> = {
  offHook: 'Mod+Alt+P',
  dialSelection: 'Mod+Shift+D',
  toggleWindow: 'Mod+Alt+S',
  layoutMini: 'Mod+1',
  layoutNormal: 'Mod+2',
  layoutExpanded: 'Mod+3',
  search: 'Mod+F',
  dial: 'Mod+D',
  closeConversation: 'Mod+W',
  contacts: 'Alt+H',
  conversations: 'Alt+C',
  journal: 'Alt+J',
  phoneBook: 'Alt+T',
  settings: 'Alt+S',
};

/** Belong to text and to the program itself; recording does not take them. */
export const reservedChords: readonly Chord[] = ['Mod+A', 'Mod+C', 'Mod+Q', 'Mod+V', 'Mod+X', 'Mod+Y', 'Mod+Z'];

/** The chord in force; `null`: turned off. */
export const chordOf = (shortcuts: Shortcuts, shortcut: Shortcut): Chord | null => {
  const changed = shortcuts[shortcut];
  return changed === undefined ? defaultChords[shortcut] : changed;
};

/** `taken`: the system refused it, because another program has it. */
export const globalShortcutStatesSchema = z.record(globalShortcutSchema, z.enum(['on', 'off', 'taken']));
export type GlobalShortcutStates = z.infer<typeof globalShortcutStatesSchema>;
