import { app, type Session, type WebContents, type WebPreferences } from 'electron';
import { appOrigin } from '../protocol-handler/app-protocol.ts';

/** What every window is made with. */
export const hardenedWebPreferences: WebPreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  spellcheck: false,
};

/** Calls need sound and pictures; `speaker-selection` chooses where they are played. */
const grantedPermissions: ReadonlySet<string> = new Set(['media', 'speaker-selection', 'clipboard-sanitized-write']);

const isOwnOrigin = (address: string): boolean =>
  URL.canParse(address) && (address === appOrigin || address.startsWith(`${appOrigin}/`));

const hardenSession = (session: Session): void => {
  session.setPermissionRequestHandler((contents, permission, answer, details) =>
    answer(
      grantedPermissions.has(permission) &&
        isOwnOrigin(details.requestingUrl) &&
        isOwnOrigin(contents?.getURL() ?? '') &&
        details.isMainFrame,
    ),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) => grantedPermissions.has(permission) && isOwnOrigin(requestingOrigin),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.on('will-download', (event, item) => {
    // What our own page made to be saved, such as a message of the mailbox; the system asks where to.
    if (!item.getURL().startsWith(`blob:${appOrigin}/`)) event.preventDefault();
  });
};

const hardenContents = (contents: WebContents): void => {
  // A window that a page opened gets its first page by navigating too.
  const stay = (event: { url: string; preventDefault(): void }): void => {
    if (contents.getURL() !== '' || !isOwnOrigin(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
};

/** Denies by default in every session and every page; a window that needs more says so itself, after this. */
export const denyByDefault = (): void => {
  app.on('session-created', hardenSession);
  app.on('web-contents-created', (_event, contents) => hardenContents(contents));
  // Chromium's verdict stands; nobody is asked to click a warning away.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer();
  });
  app.on('login', (event) => event.preventDefault());
};
