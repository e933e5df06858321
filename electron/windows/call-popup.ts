import { screen, type BrowserWindow, type BrowserWindowConstructorOptions } from 'electron';
import { appOrigin } from '../protocol-handler/app-protocol.ts';
import { hardenedWebPreferences } from '../security/hardening.ts';
import { cornerPlace } from './place.ts';

export const popupName = 'call';
const margin = 16;
const smallest = { width: 200, height: 80 };
const largest = { width: 640, height: 480 };

/** Only the program's own pop-up page, under its own name, may become a window. */
export const isPopup = (address: string, name: string): boolean =>
  name === popupName && address.split(/[?#]/, 1)[0] === `${appOrigin}/popup.html`;

/** Built hidden by the client window, in its process, so that it is on screen at once when a call comes. */
export const popupOptions: BrowserWindowConstructorOptions = {
  show: false,
  frame: false,
  resizable: false,
  minimizable: false,
  maximizable: false,
  fullscreenable: false,
  skipTaskbar: true,
  alwaysOnTop: true,
  acceptFirstMouse: true,
  width: 360,
  height: 160,
  webPreferences: { ...hardenedWebPreferences, backgroundThrottling: false },
};

const within = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

export interface CallPopup {
  /** Takes over the window that the page opened; an earlier one goes. */
  adopt(window: BrowserWindow): void;
  /** In the corner of the display with the cursor, without taking the focus. */
  show(size: { width: number; height: number }): void;
  hide(): void;
  discard(): void;
}

export const callPopup = (mayClose: () => boolean): CallPopup => {
  let popup: BrowserWindow | null = null;
  const discard = (): void => {
    if (popup !== null && !popup.isDestroyed()) popup.destroy();
    popup = null;
  };
  return {
    adopt: (window) => {
      discard();
      popup = window;
      window.setAlwaysOnTop(true, 'screen-saver');
      window.setMenuBarVisibility(false);
      window.on('close', (event) => {
        if (mayClose()) return;
        event.preventDefault();
        window.hide();
      });
    },
    show: ({ width, height }) => {
      if (popup === null || popup.isDestroyed()) return;
      const size = {
        width: within(width, smallest.width, largest.width),
        height: within(height, smallest.height, largest.height),
      };
      const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
      popup.setBounds(cornerPlace(size, workArea, margin));
      popup.showInactive();
    },
    hide: () => {
      if (popup !== null && !popup.isDestroyed()) popup.hide();
    },
    discard,
  };
};
