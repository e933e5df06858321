import path from 'node:path';
import { app, globalShortcut, nativeTheme } from 'electron';
import type { IpcEvent, IpcEventPayload } from '../protocol/ipc.ts';
import type { Settings } from '../protocol/settings.ts';
import { archiveHost } from './archive/archive-host.ts';
import { setAutostart } from './autostart/autostart.ts';
import type { CommandLine } from './command-line/command-line.ts';
import { sendEvent, serveIpc } from './ipc/serve.ts';
import { memoryLedger } from './ledger/ledger.ts';
import { linkInbox } from './links/link-inbox.ts';
import { openLog } from './logs/log.ts';
import { setMenu } from './menu/menu.ts';
import { saySettingsDamaged } from './messages/messages.ts';
import { watchNetwork } from './network/network-watch.ts';
import { systemNotifications } from './notifications/notifications.ts';
import { serveRenderer } from './protocol-handler/app-protocol.ts';
import { secretStore } from './secrets/secret-store.ts';
import { probeServer } from './server-probe/server-probe.ts';
import { settingsStore } from './settings/settings-store.ts';
import { dialTextOfSelection } from './shortcuts/dial-text.ts';
import { globalShortcuts } from './shortcuts/global-shortcuts.ts';
import { readSelection } from './shortcuts/selection.ts';
import { systemSelection } from './shortcuts/system-selection.ts';
import type { LaterStarts } from './single-instance/single-instance.ts';
import { languageOf, textsOf, type Texts } from './texts/texts.ts';
import { desktopTray } from './tray/tray.ts';
import { openClientWindow } from './windows/client-window.ts';
import { windowPlaces } from './windows/window-places.ts';

/** The bundles stand in `dist/electron`. */
const programFolder = import.meta.dirname;
const asset = (name: string): string => path.join(programFolder, '..', '..', 'assets', name);
const now = (): number => Date.now();

/** Becomes true once and stays so: from then on windows close instead of hiding. */
const watchQuitting = (): (() => boolean) => {
  let quitting = false;
  app.on('before-quit', () => {
    quitting = true;
  });
  return () => quitting;
};

const claimLinks = (): void => {
  if (!app.isPackaged) return;
  for (const scheme of ['tel', 'callto', 'sip']) app.setAsDefaultProtocolClient(scheme);
};

/** Opens everything the desktop consists of and ties it together. */
export const openDesktop = (commandLine: CommandLine, starts: LaterStarts): void => {
  const data = (name: string): string => path.join(app.getPath('userData'), name);
  const log = openLog(data('logs'), commandLine.logLevel, () => new Date());
  log.info('desktop.started', { version: app.getVersion(), electron: process.versions.electron ?? '' });

  const settings = settingsStore(data('settings.json'), log, now);
  const secrets = secretStore(data('login.json'), log, now);
  const places = windowPlaces(data('window-places.json'), now);
  const ledger = memoryLedger();
  const archive = archiveHost({ program: path.join(programFolder, 'archive.js'), folder: data('archive'), log });
  const isQuitting = watchQuitting();
  const texts = (): Texts =>
    textsOf(commandLine.language ?? languageOf(settings.read().language, app.getPreferredSystemLanguages()));
  const tell = <Event extends IpcEvent>(event: Event, payload: IpcEventPayload<Event>): void =>
    sendEvent(client.contents, event, payload);
  /** What the start asked for goes before what is stored, for this run (SES-7). */
  const forThisRun = (stored: Settings): Settings => ({
    ...stored,
    server: commandLine.server ?? stored.server,
    lastUser: commandLine.user ?? stored.lastUser,
  });
  const links = linkInbox((dialText) => tell('link.opened', dialText));

  const takeNumber = (dialText: string): void => {
    // Dialling at once needs no window; a field to be looked at does.
    if (!settings.read().dialAtOnce) client.show();
    links.deliver(dialText);
  };
  const dialSelection = async (): Promise<void> => {
    const dialText = dialTextOfSelection(await readSelection(systemSelection));
    if (dialText === null) tell('dialField.wanted', null);
    else takeNumber(dialText);
  };
  const shortcuts = globalShortcuts(
    globalShortcut,
    (shortcut) => {
      if (shortcut === 'toggleWindow') client.toggle();
      else if (shortcut === 'offHook') tell('offHook.pressed', null);
      else void dialSelection();
    },
    (states) => tell('shortcuts.changed', states),
  );

  nativeTheme.themeSource = settings.read().theme;
  serveRenderer(path.join(programFolder, '..', 'renderer'));
  setMenu(texts());
  const client = openClientWindow({
    preload: path.join(programFolder, 'preload.cjs'),
    icon: asset('icon.png'),
    places,
    startHidden: commandLine.minimized || settings.read().startMinimised,
    isQuitting,
    log,
    onVisibility: (visibility) => tell('window.visibility', visibility),
    onPageGone: () => {
      links.pageGone();
      // A page that recorded keys when it died does not end that any more.
      shortcuts.pause(false);
    },
  });
  const tray = desktopTray({
    icon: asset('tray.png'),
    unreadIcon: asset('tray-unread.png'),
    texts: texts(),
    onOpen: () => client.show(),
    onQuit: () => app.quit(),
  });
  const notifications = systemNotifications((id) => {
    client.show();
    tell('notification.clicked', { id });
  });

  shortcuts.use(settings.read().shortcuts);
  app.once('will-quit', () => globalShortcut.unregisterAll());

  serveIpc(
    {
      'app.info': () => ({
        version: app.getVersion(),
        platform: process.platform,
        locale: commandLine.language ?? app.getLocale(),
        server: forThisRun(settings.read()).server,
        user: forThisRun(settings.read()).lastUser,
      }),
      'app.quit': () => {
        // Answered first: the page is gone by the time the program is.
        setImmediate(() => app.quit());
        return null;
      },
      'server.probe': ({ url }) => probeServer(url),
      'secrets.strength': () => secrets.strength(),
      'secrets.load': () => secrets.load(),
      'secrets.save': (login) => secrets.save(login),
      'secrets.clear': () => (secrets.clear(), null),
      'settings.read': () => forThisRun(settings.read()),
      'settings.update': (patch) => forThisRun(settings.update(patch)),
      'ledger.read': () => ledger.read(),
      'ledger.write': (entries) => (ledger.write(entries), null),
      'archive.connect': () => (archive.connect(client.contents), null),
      'window.setLayout': (layout) => (client.setLayout(layout), null),
      'window.show': () => (client.show(), null),
      'window.setUnread': (count) => (tray.setUnread(count), null),
      'popup.show': (size) => (client.popup.show(size), null),
      'popup.hide': () => (client.popup.hide(), null),
      'notification.show': (notice) => (notifications.show(notice), null),
      'notification.close': ({ id }) => (notifications.close(id), null),
      'shortcuts.states': () => shortcuts.states(),
      'shortcuts.pause': (paused) => (shortcuts.pause(paused), null),
      'link.take': () => links.take(),
    },
    () => client.contents,
    log,
  );

  settings.onChange((changed) => {
    nativeTheme.themeSource = changed.theme;
    tray.setTexts(texts());
    setMenu(texts());
    setAutostart(changed);
    shortcuts.use(changed.shortcuts);
    tell('settings.changed', forThisRun(changed));
  });
  if (settings.setAside !== null) void saySettingsDamaged(settings.setAside, texts());
  watchNetwork(() => tell('network.changed', null));
  claimLinks();
  if (commandLine.dialText !== null) links.deliver(commandLine.dialText);
  starts.onStart((dialText) => {
    client.show();
    if (dialText !== null) links.deliver(dialText);
  });

  app.once('will-quit', (event) => {
    event.preventDefault();
    log.info('desktop.quit');
    void archive.stop().then(() => setImmediate(() => app.exit(0)));
  });
};
