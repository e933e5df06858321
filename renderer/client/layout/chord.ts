import { chordSchema, type Chord } from '../../../protocol/shortcuts.ts';

export type Keys = Pick<KeyboardEvent, 'code' | 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'getModifierState'>>;

const named: ReadonlySet<string> = new Set(['Home', 'End', 'PageUp', 'PageDown', 'Insert']);

/**
 * The key's name: the letter printed on it where the layout is a Latin one, else the one at its place. Alt changes
 * the letter on a Mac, AltGr elsewhere, Shift that of a digit, so those go by the place too.
 */
const keyName = ({ code, key }: Keys): string | null => {
  if (/^[a-z0-9]$/i.test(key)) return key.toUpperCase();
  if (/^F\d+$/.test(key) || named.has(key)) return key;
  return /^(?:Key|Digit)(\w)$/.exec(code)?.[1] ?? null;
};

/**
 * The chord of a key press; `null` for a key alone and for text. On Windows AltGr arrives as Ctrl with Alt and is told
 * from them by its own state.
 */
export const chordOfKeys = (keys: Keys, isMac: boolean): Chord | null => {
  if (keys.getModifierState?.('AltGraph')) return null;
  const name = keyName(keys);
  if (name === null) return null;
  const { ctrlKey, metaKey, altKey, shiftKey } = keys;
  if (!isMac && metaKey) return null;
  const parts = [
    (isMac ? metaKey : ctrlKey) && 'Mod',
    isMac && ctrlKey && 'Ctrl',
    altKey && 'Alt',
    shiftKey && 'Shift',
    name,
  ];
  const chord = chordSchema.safeParse(parts.filter(Boolean).join('+'));
  return chord.success ? chord.data : null;
};

export interface KeyWords {
  control: string;
  shift: string;
}

const macSigns: Record<string, string> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };

/** The keys of a chord as they are printed, one by one. */
export const printedKeys = (chord: Chord, isMac: boolean, { control, shift }: KeyWords): string[] =>
  chord.split('+').map((part) => {
    if (isMac) return macSigns[part] ?? part;
    if (part === 'Mod' || part === 'Ctrl') return control;
    return part === 'Shift' ? shift : part;
  });
