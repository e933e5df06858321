import { BrowserWindow, nativeTheme, screen, shell, type WebContents } from 'electron';
import type { IpcEventPayload } from '../../protocol/ipc.ts';
import type { Layout } from '../../protocol/settings.ts';
import type { Log } from '../logs/log.ts';
import { appOrigin } from '../protocol-handler/app-protocol.ts';
import { revival } from '../revival/revival.ts';
import { hardenedWebPreferences } from '../security/hardening.ts';
import { callPopup, isPopup, popupOptions, type CallPopup } from './call-popup.ts';
import { layoutOfWidth, layoutSizes, smallestSize } from './layouts.ts';
import { centredIn, reachablePlace, resizedAround, type Place } from './place.ts';
import type { WindowPlaces } from './window-places.ts';

/** The page's ground in `renderer/theme/tokens.css`, painted before the page is there (LAY-6). */
const ground = (): string => (nativeTheme.shouldUseDarkColors ? '#11141c' : '#f4f5f8');
const startPage = `${appOrigin}/`;

type Visibility = IpcEventPayload<'window.visibility'>;

interface Options {
  preload: string;
  icon: string;
  places: WindowPlaces;
  startHidden: boolean;
  /** Whether the program is quitting; until then closing only hides (SES-4). */
  isQuitting: () => boolean;
  log: Log;
  onVisibility: (visibility: Visibility) => void;
  /** The page is new: nothing it was told before holds any more. */
  onPageGone: () => void;
}

/** The window the engine lives in: made once, hidden instead of closed, its page revived after a crash. */
export interface ClientWindow {
  readonly contents: WebContents;
  readonly popup: CallPopup;
  show(): void;
  toggle(): void;
  setLayout(layout: Layout): void;
}

const areas = (): Place[] => screen.getAllDisplays().map((display) => display.workArea);

const firstPlace = (places: WindowPlaces): Place => {
  const layout = places.layout();
  const main = screen.getPrimaryDisplay().workArea;
  const remembered = places.placeOf(layout);
  return remembered === null ? centredIn(layoutSizes[layout], main) : reachablePlace(remembered, areas(), main);
};

const isWebAddress = (address: string): boolean =>
  URL.canParse(address) && ['http:', 'https:'].includes(new URL(address).protocol);

const rememberPlaces = (window: BrowserWindow, places: WindowPlaces): void => {
  const remember = (): void => {
    if (window.isMaximized() || window.isMinimized() || window.isFullScreen()) return;
    const bounds = window.getBounds();
    places.remember(layoutOfWidth(bounds.width), bounds);
  };
  window.on('resize', remember);
  window.on('move', remember);
  window.on('hide', () => places.save());
  window.on('close', () => places.save());
};

const reviveAfterCrash = (window: BrowserWindow, popup: CallPopup, { log, onPageGone }: Options): void => {
  const pauses = revival();
  const contents = window.webContents;
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    popup.discard();
    onPageGone();
    const pause = pauses.pauseAfterCrash(performance.now());
    log.error('window.crashed', { reason, exitCode, pause });
    setTimeout(() => {
      if (!window.isDestroyed()) void contents.loadURL(startPage);
    }, pause);
  });
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (!isMainFrame || isSameDocument) return;
    popup.discard();
    onPageGone();
  });
  contents.on('did-fail-load', (_event, code, _description, _address, isMainFrame) => {
    if (isMainFrame) log.error('window.notLoaded', { code });
  });
  contents.on('unresponsive', () => log.warn('window.unresponsive'));
};

const tellVisibility = (window: BrowserWindow, onVisibility: Options['onVisibility']): void => {
  const tell = (): void =>
    onVisibility({ visible: window.isVisible() && !window.isMinimized(), focused: window.isFocused() });
  window.on('show', tell);
  window.on('hide', tell);
  window.on('minimize', tell);
  window.on('restore', tell);
  window.on('focus', tell);
  window.on('blur', tell);
  window.webContents.on('did-finish-load', tell);
};

const layoutPlace = (window: BrowserWindow, places: WindowPlaces, layout: Layout): Place => {
  const current = window.getBounds();
  const area = screen.getDisplayMatching(current).workArea;
  const remembered = places.placeOf(layout);
  return remembered === null
    ? resizedAround(current, layoutSizes[layout], area)
    : reachablePlace(remembered, areas(), area);
};

export const openClientWindow = (options: Options): ClientWindow => {
  const { places, isQuitting } = options;
  const window = new BrowserWindow({
    ...firstPlace(places),
    minWidth: smallestSize.width,
    minHeight: smallestSize.height,
    show: false,
    backgroundColor: ground(),
    icon: options.icon,
    title: 'Kontor',
    webPreferences: { ...hardenedWebPreferences, preload: options.preload, backgroundThrottling: false },
  });
  window.setMenuBarVisibility(false);
  nativeTheme.on('updated', () => {
    if (!window.isDestroyed()) window.setBackgroundColor(ground());
  });

  const popup = callPopup(isQuitting);
  window.webContents.setWindowOpenHandler(({ url, frameName }) => {
    if (isPopup(url, frameName)) return { action: 'allow', overrideBrowserWindowOptions: popupOptions };
    if (isWebAddress(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  window.webContents.on('did-create-window', (child) => popup.adopt(child));

  const show = (): void => {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  window.on('close', (event) => {
    if (isQuitting()) return popup.discard();
    event.preventDefault();
    window.hide();
  });
  if (!options.startHidden) window.once('ready-to-show', show);

  rememberPlaces(window, places);
  reviveAfterCrash(window, popup, options);
  tellVisibility(window, options.onVisibility);
  void window.loadURL(startPage);

  return {
    contents: window.webContents,
    popup,
    show,
    toggle: () => (window.isVisible() && window.isFocused() ? window.hide() : show()),
    setLayout: (layout) => {
      if (window.isMaximized()) window.unmaximize();
      window.setBounds(layoutPlace(window, places, layout));
    },
  };
};
