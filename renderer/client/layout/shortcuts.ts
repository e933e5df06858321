import { useEffect } from 'react';
import { useCommands } from '../engine-context.tsx';
import { useNavigation, type Area } from './navigation.tsx';

/** What a key combination means in the client (DSK-2). */
export type Shortcut =
  | { kind: 'layout'; layout: 'mini' | 'normal' | 'expanded' }
  | { kind: 'area'; area: Area }
  | { kind: 'dial' }
  | { kind: 'closeConversation' };

type Keys = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const withControl: Record<string, Shortcut> = {
  Digit1: { kind: 'layout', layout: 'mini' },
  Digit2: { kind: 'layout', layout: 'normal' },
  Digit3: { kind: 'layout', layout: 'expanded' },
  KeyF: { kind: 'area', area: 'search' },
  KeyD: { kind: 'dial' },
  KeyW: { kind: 'closeConversation' },
};
const withAlt: Record<string, Shortcut> = {
  KeyH: { kind: 'area', area: 'contacts' },
  KeyC: { kind: 'area', area: 'conversations' },
  KeyJ: { kind: 'area', area: 'journal' },
  KeyT: { kind: 'area', area: 'phoneBook' },
  KeyS: { kind: 'area', area: 'settings' },
};

/**
 * Reads a key press. Goes by the place of the key (`code`), because Alt changes the letter on a Mac.
 * Ctrl and Alt together are AltGr on Windows and stay text.
 */
export const shortcutFor = (keys: Keys, isMac: boolean): Shortcut | null => {
  if (keys.shiftKey) return null;
  const control = isMac ? keys.metaKey && !keys.ctrlKey : keys.ctrlKey && !keys.metaKey;
  if (control && !keys.altKey) return withControl[keys.code] ?? null;
  return keys.altKey && !keys.ctrlKey && !keys.metaKey ? (withAlt[keys.code] ?? null) : null;
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
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const shortcut = shortcutFor(event, isMac());
      if (shortcut === null) return;
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
  }, [layout, area, openPeers, show, closeConversation, commands]);
}
