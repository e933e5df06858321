import { expect, it } from 'vitest';
import { acceleratorOf, globalShortcuts } from './global-shortcuts.ts';

const desk = (takenByOthers: string[] = []) => {
  const registered = new Map<string, () => void>();
  const pressed: string[] = [];
  const told: unknown[] = [];
  const shortcuts = globalShortcuts(
    {
      register: (accelerator, press) => {
        if (takenByOthers.includes(accelerator) || registered.has(accelerator)) return false;
        registered.set(accelerator, press);
        return true;
      },
      unregister: (accelerator) => void registered.delete(accelerator),
    },
    (name) => pressed.push(name),
    (states) => told.push(states),
  );
  return { shortcuts, registered, pressed, told, takenByOthers };
};

it('writes a chord in the words of Electron', () => {
  expect(acceleratorOf('Mod+Alt+P')).toBe('CommandOrControl+Alt+P');
  expect(acceleratorOf('Ctrl+Shift+F8')).toBe('Control+Shift+F8');
});

it('DSK-1 registers the defaults and says which was pressed', () => {
  const { shortcuts, registered, pressed } = desk();
  shortcuts.use({});
  expect([...registered.keys()]).toEqual([
    'CommandOrControl+Alt+P',
    'CommandOrControl+Shift+D',
    'CommandOrControl+Alt+S',
  ]);
  registered.get('CommandOrControl+Alt+P')?.();
  expect(pressed).toEqual(['offHook']);
});

it('DSK-3 says that another program has a combination, and tries again with the next change', () => {
  const { shortcuts, told, takenByOthers } = desk(['F8']);
  shortcuts.use({ offHook: 'F8', toggleWindow: null });
  expect(told.at(-1)).toEqual({ offHook: 'taken', dialSelection: 'on', toggleWindow: 'off' });
  takenByOthers.length = 0;
  shortcuts.use({ offHook: 'F8', toggleWindow: null });
  expect(shortcuts.states().offHook).toBe('on');
});

it('DSK-3 lets two combinations change places', () => {
  const { shortcuts, registered, pressed } = desk();
  shortcuts.use({ offHook: 'F7', toggleWindow: 'F8' });
  shortcuts.use({ offHook: 'F8', toggleWindow: 'F7' });
  registered.get('F8')?.();
  expect(pressed).toEqual(['offHook']);
  expect(shortcuts.states()).toEqual({ offHook: 'on', dialSelection: 'on', toggleWindow: 'on' });
});

it('DSK-3 lets go of all keys while others are recorded', () => {
  const { shortcuts, registered } = desk();
  shortcuts.use({});
  shortcuts.pause(true);
  expect(registered.size).toBe(0);
  shortcuts.pause(false);
  expect(registered.size).toBe(3);
});
