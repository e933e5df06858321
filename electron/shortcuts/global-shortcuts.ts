import {
  chordOf,
  globalShortcutSchema,
  type Chord,
  type GlobalShortcut,
  type GlobalShortcutStates,
  type Shortcuts,
} from '../../protocol/shortcuts.ts';

/** The part of Electron's `globalShortcut` that is needed; `register` is false where another program has the keys. */
export interface Keyboard {
  register(accelerator: string, pressed: () => void): boolean;
  unregister(accelerator: string): void;
}

/** Combinations that work without focus (DSK-1). */
export interface GlobalShortcuts {
  states(): GlobalShortcutStates;
  /** Takes the settings' combinations; those that did not change stay registered. */
  use(shortcuts: Shortcuts): void;
  /** While keys are being recorded nothing fires. */
  pause(paused: boolean): void;
}

/** A chord in the words of Electron. */
export const acceleratorOf = (chord: Chord): string =>
  chord
    .split('+')
    .map((part) => (part === 'Mod' ? 'CommandOrControl' : part === 'Ctrl' ? 'Control' : part))
    .join('+');

interface Held {
  chord: Chord | null;
  state: GlobalShortcutStates[GlobalShortcut];
}

export const globalShortcuts = (
  keyboard: Keyboard,
  pressed: (shortcut: GlobalShortcut) => void,
  changed: (states: GlobalShortcutStates) => void,
): GlobalShortcuts => {
  let wanted: Shortcuts = {};
  let paused = false;
  const held = new Map<GlobalShortcut, Held>();
  const names = globalShortcutSchema.options;
  const stateOf = (name: GlobalShortcut) => held.get(name)?.state ?? 'off';
  const states = (): GlobalShortcutStates => ({
    offHook: stateOf('offHook'),
    dialSelection: stateOf('dialSelection'),
    toggleWindow: stateOf('toggleWindow'),
  });
  const release = (name: GlobalShortcut): void => {
    const { chord, state } = held.get(name) ?? { chord: null, state: 'off' };
    if (chord !== null && state === 'on') keyboard.unregister(acceleratorOf(chord));
    held.delete(name);
  };
  const update = (): void => {
    const next = new Map(names.map((name) => [name, paused ? null : chordOf(wanted, name)]));
    // All that goes is released first: two may have changed places.
    for (const name of names)
      if (held.get(name)?.chord !== next.get(name) || held.get(name)?.state === 'taken') release(name);
    for (const [name, chord] of next) {
      if (held.has(name)) continue;
      if (chord === null) held.set(name, { chord, state: 'off' });
      else
        held.set(name, {
          chord,
          state: keyboard.register(acceleratorOf(chord), () => pressed(name)) ? 'on' : 'taken',
        });
    }
    if (!paused) changed(states());
  };
  return {
    states,
    use: (shortcuts) => {
      wanted = shortcuts;
      update();
    },
    pause: (wish) => {
      if (wish === paused) return;
      paused = wish;
      update();
    },
  };
};
