import { useEffect } from 'react';
import { chordOf, localShortcutSchema, type LocalShortcut, type Shortcuts } from '../../../protocol/shortcuts.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { chordOfKeys, type Keys } from './chord.ts';
import { useNavigation, type Area } from './navigation.tsx';

/** What a shortcut of the client does (DSK-2). */
type Action =
  | { kind: 'layout'; layout: 'mini' | 'normal' | 'expanded' }
  | { kind: 'area'; area: Area }
  | { kind: 'dial' }
  | { kind: 'closeConversation' };

const actions: Readonly<Record<LocalShortcut, Action>> = {
  layoutMini: { kind: 'layout', layout: 'mini' },
  layoutNormal: { kind: 'layout', layout: 'normal' },
  layoutExpanded: { kind: 'layout', layout: 'expanded' },
  search: { kind: 'area', area: 'search' },
  dial: { kind: 'dial' },
  closeConversation: { kind: 'closeConversation' },
  contacts: { kind: 'area', area: 'contacts' },
  conversations: { kind: 'area', area: 'conversations' },
  journal: { kind: 'area', area: 'journal' },
  phoneBook: { kind: 'area', area: 'phoneBook' },
  settings: { kind: 'area', area: 'settings' },
};

/** Which of the client's shortcuts a key press is, by what the user has set. */
export const shortcutFor = (keys: Keys, isMac: boolean, shortcuts: Shortcuts): LocalShortcut | null => {
  const chord = chordOfKeys(keys, isMac);
  if (chord === null) return null;
  return localShortcutSchema.options.find((name) => chordOf(shortcuts, name) === chord) ?? null;
};

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Focuses what the user wants to type into, once it is on screen. */
const focusIn = (selector: string): void => {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
};

/** Listens for the client's own shortcuts while the window has the focus. */
export function useShortcuts(): void {
  const { layout, area, openPeers, show, closeConversation } = useNavigation();
  const commands = useCommands();
  const shortcuts = useDomain((state) => state.settings.shortcuts);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const name = shortcutFor(event, isMac(), shortcuts);
      if (name === null) return;
      const shortcut = actions[name];
      const front = openPeers.at(-1);
      if (shortcut.kind === 'closeConversation' && (area !== 'conversations' || front === undefined)) return;
      event.preventDefault();
      switch (shortcut.kind) {
        case 'layout':
          commands.setWindowLayout(shortcut.layout);
          break;
        case 'area':
          show(shortcut.area);
          if (shortcut.area === 'search') focusIn('[data-area="search"] input');
          if (shortcut.area === 'contacts') focusIn('[data-area="contacts"] input[type="search"]');
          break;
        case 'dial':
          if (layout !== 'expanded') show('telephony');
          focusIn('[data-area="telephony"] input');
          break;
        case 'closeConversation':
          if (front !== undefined) closeConversation(front);
          break;
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [layout, area, openPeers, show, closeConversation, commands, shortcuts]);
}
