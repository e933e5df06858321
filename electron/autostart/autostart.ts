import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import type { Settings } from '../../protocol/settings.ts';

const linuxEntry = (minimised: boolean): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Kontor',
    `Exec="${process.execPath}"${minimised ? ' --minimized' : ''}`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');

/** Starts Kontor with the system, or no longer (SES-4). An unpackaged program leaves the system alone. */
export const setAutostart = ({ startWithSystem, startMinimised }: Settings): void => {
  if (!app.isPackaged) return;
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: startWithSystem, args: startMinimised ? ['--minimized'] : [] });
    return;
  }
  const folder = path.join(app.getPath('appData'), 'autostart');
  const file = path.join(folder, 'kontor.desktop');
  if (startWithSystem) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, linuxEntry(startMinimised));
  } else rmSync(file, { force: true });
};
