import { app, Menu, nativeImage, Tray } from 'electron';
import type { Texts } from '../texts/texts.ts';

/** Icon with menu and unread count where the system keeps running programs (DSK-5, NOT-4). */
export interface DesktopTray {
  setTexts(texts: Texts): void;
  setUnread(count: number): void;
}

interface Options {
  icon: string;
  unreadIcon: string;
  texts: Texts;
  onOpen: () => void;
  onQuit: () => void;
}

export const desktopTray = ({ icon, unreadIcon, texts: firstTexts, onOpen, onQuit }: Options): DesktopTray => {
  const images = { read: nativeImage.createFromPath(icon), unread: nativeImage.createFromPath(unreadIcon) };
  const tray = new Tray(images.read);
  let texts = firstTexts;
  let unread = 0;
  const show = (): void => {
    tray.setImage(unread > 0 ? images.unread : images.read);
    tray.setToolTip(unread > 0 ? texts.unread.replace('{{count}}', String(unread)) : 'Kontor');
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: texts.open, click: onOpen },
        { type: 'separator' },
        { label: texts.quit, click: onQuit },
      ]),
    );
  };
  tray.on('click', onOpen);
  show();
  return {
    setTexts: (newTexts) => {
      texts = newTexts;
      show();
    },
    setUnread: (count) => {
      if (count === unread) return;
      unread = count;
      app.setBadgeCount(count);
      show();
    },
  };
};
