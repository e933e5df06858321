import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Texts } from '../texts/texts.ts';

/**
 * The application menu. Only macOS shows it; elsewhere it carries Ctrl+Q. Shortcuts of the client (DSK-2) belong to
 * the page, so there is no item with Ctrl+W.
 */
export const setMenu = (texts: Texts): void => {
  const development: MenuItemConstructorOptions[] = app.isPackaged ? [] : [{ role: 'toggleDevTools' }];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: process.platform === 'darwin' ? 'Kontor' : texts.file,
        submenu: [...development, { label: texts.quit, accelerator: 'CmdOrCtrl+Q', click: () => app.quit() }],
      },
      {
        label: texts.edit,
        submenu: [
          { role: 'undo' },
          { role: 'redo' },
          { type: 'separator' },
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
        ],
      },
    ]),
  );
};
