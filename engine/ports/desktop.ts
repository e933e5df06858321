/** The ports of the desktop client: everything goes over the bridge that the preload exposes. */
import type { ArchiveCallFrame, ArchiveMethod, ArchiveReplyFrame } from '../../protocol/archive.ts';
import type { DesktopBridge } from '../../protocol/ipc.ts';
import { createStoredLogin } from './browser.ts';
import { systemClock } from './clock.ts';
import type { Archive, Ports, Shell } from './ports.ts';

/** Waits for the port that the archive process is reached through. */
const archivePort = (bridge: DesktopBridge): Promise<MessagePort> =>
  new Promise((resolve, reject) => {
    const received = (event: MessageEvent<unknown>): void => {
      const { data } = event;
      if (event.source !== window || typeof data !== 'object' || data === null) return;
      if (!('type' in data) || data.type !== 'archive.port') return;
      const [port] = event.ports;
      if (!port) return;
      window.removeEventListener('message', received);
      resolve(port);
    };
    window.addEventListener('message', received);
    bridge.invoke('archive.connect', null).catch((error: unknown) => {
      window.removeEventListener('message', received);
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });

/** The archive process behind a MessagePort. Calls made before the port is there wait for it. */
export const createPortArchive = (connected: Promise<MessagePort>): Archive => {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const ready = connected.then((port) => {
    port.onmessage = ({ data }: MessageEvent<ArchiveReplyFrame>) => {
      const call = waiting.get(data.id);
      if (!call) return;
      waiting.delete(data.id);
      if ('error' in data) call.reject(new Error(data.error));
      else call.resolve(data.result as never);
    };
    port.start();
    return port;
  });
  ready.catch(() => undefined); // Told to each caller below.
  return {
    call: async (method: ArchiveMethod, params) => {
      const port = await ready;
      lastId += 1;
      const frame: ArchiveCallFrame = { id: lastId, method, params };
      return new Promise((resolve, reject) => {
        waiting.set(frame.id, { resolve, reject });
        port.postMessage(frame);
      });
    },
  };
};

const ignore = (): undefined => undefined;

const createShell = (bridge: DesktopBridge, platform: string, version: string): Shell => {
  let attention = { visible: document.visibilityState === 'visible', focused: document.hasFocus() };
  const names: Record<string, string> = { win32: 'Windows', darwin: 'macOS', linux: 'Linux' };
  return {
    deviceKind: 'desktop',
    deviceName: `Kontor ${version} on ${names[platform] ?? platform}`,
    defaultServer: async () => {
      const { server, user, locale } = await bridge.invoke('app.info', null);
      return { server, user, locale };
    },
    probeServer: (origin) => bridge.invoke('server.probe', { url: origin }).catch(() => 'unavailable' as const),
    show: () => void bridge.invoke('window.show', null).catch(ignore),
    quit: () => void bridge.invoke('app.quit', null).catch(ignore),
    setLayout: (layout) => void bridge.invoke('window.setLayout', layout).catch(ignore),
    setUnread: (count) => void bridge.invoke('window.setUnread', count).catch(ignore),
    showCallPopup: (size) => void bridge.invoke('popup.show', { name: 'call', ...size }).catch(ignore),
    hideCallPopup: () => void bridge.invoke('popup.hide', { name: 'call' }).catch(ignore),
    takeLink: () => bridge.invoke('link.take', null),
    onLink: (listener) => bridge.on('link.opened', listener),
    onNetworkChange: (listener) => {
      const off = bridge.on('network.changed', () => listener());
      window.addEventListener('online', listener);
      return () => {
        off();
        window.removeEventListener('online', listener);
      };
    },
    attention: () => attention,
    onAttentionChange: (listener) =>
      bridge.on('window.visibility', (next) => {
        attention = next;
        listener();
      }),
  };
};

export const createDesktopPorts = async (bridge: DesktopBridge): Promise<Ports> => {
  const { platform, version } = await bridge.invoke('app.info', null);
  const ofWindow = createStoredLogin(sessionStorage);
  return {
    archive: createPortArchive(archivePort(bridge)),
    secrets: {
      strength: () => bridge.invoke('secrets.strength', null),
      load: async () => ofWindow.load() ?? (await bridge.invoke('secrets.load', null)),
      save: (login, extent) =>
        extent === 'reload' ? Promise.resolve(ofWindow.save(login)) : bridge.invoke('secrets.save', login),
      clear: async () => {
        ofWindow.clear();
        await bridge.invoke('secrets.clear', null);
      },
    },
    ledger: {
      read: () => bridge.invoke('ledger.read', null),
      write: async (entries) => void (await bridge.invoke('ledger.write', entries)),
    },
    notifier: {
      show: async (notice) => void (await bridge.invoke('notification.show', notice)),
      close: async (id) => void (await bridge.invoke('notification.close', { id })),
      onClick: (listener) => bridge.on('notification.clicked', ({ id }) => listener(id)),
    },
    shell: createShell(bridge, platform, version),
    settings: {
      read: () => bridge.invoke('settings.read', null),
      update: (patch) => bridge.invoke('settings.update', patch),
      onChange: (listener) => bridge.on('settings.changed', listener),
    },
    clock: systemClock,
  };
};
