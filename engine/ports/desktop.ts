/** The ports of the desktop client: everything goes over the bridge that the preload exposes. */
import type { ArchiveCallFrame, ArchiveMethod, ArchiveReplyFrame } from '../../protocol/archive.ts';
import type { DesktopBridge } from '../../protocol/ipc.ts';
import { createStoredLogin } from './browser.ts';
import { systemClock } from './clock.ts';
import type { Archive, Ports, Shell } from './ports.ts';

type ConnectArchive = (connected: (port: MessagePort) => void, failed: (error: Error) => void) => void;

/** Asks for the archive's port, and takes the new one each time the archive process had to be started again. */
const connectArchive =
  (bridge: DesktopBridge): ConnectArchive =>
  (connected, failed) => {
    window.addEventListener('message', ({ source, data, ports }: MessageEvent<unknown>) => {
      if (source !== window || typeof data !== 'object' || data === null) return;
      if ('type' in data && data.type === 'archive.port' && ports[0]) connected(ports[0]);
    });
    bridge
      .invoke('archive.connect', null)
      .catch((error: unknown) => failed(error instanceof Error ? error : new Error(String(error))));
  };

interface WaitingCall {
  frame: ArchiveCallFrame;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/**
 * The archive process behind a MessagePort. Calls made before the port is there wait for it; after a restart of the
 * process the account is opened again and what was unanswered is asked again (every request may be repeated).
 */
export const createPortArchive = (connect: ConnectArchive): Archive => {
  const waiting = new Map<number, WaitingCall>();
  let port: MessagePort | null = null;
  let failure: Error | null = null;
  let opened: unknown = null;
  let lastId = 0;
  const connected = (next: MessagePort): void => {
    port?.close();
    port = next;
    next.onmessage = ({ data }: MessageEvent<ArchiveReplyFrame>) => {
      const call = waiting.get(data.id);
      if (!call) return;
      waiting.delete(data.id);
      if ('error' in data) call.reject(new Error(data.error));
      else call.resolve(data.result as never);
    };
    next.start();
    if (opened) next.postMessage({ id: 0, method: 'open', params: opened } satisfies ArchiveCallFrame);
    for (const { frame } of waiting.values()) next.postMessage(frame);
  };
  connect(connected, (error) => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return {
    call: (method: ArchiveMethod, params) =>
      new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        lastId += 1;
        const frame: ArchiveCallFrame = { id: lastId, method, params };
        if (method === 'open') opened = params;
        waiting.set(frame.id, { frame, resolve, reject });
        port?.postMessage(frame);
      }),
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
    setInCall: ignore,
    takeLink: () => bridge.invoke('link.take', null),
    onLink: (listener) => bridge.on('link.opened', listener),
    shortcuts: {
      states: () => bridge.invoke('shortcuts.states', null),
      onStates: (listener) => bridge.on('shortcuts.changed', listener),
      onOffHook: (listener) => bridge.on('offHook.pressed', () => listener()),
      onDialFieldWanted: (listener) => bridge.on('dialField.wanted', () => listener()),
      pause: (paused) => void bridge.invoke('shortcuts.pause', paused).catch(ignore),
    },
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
    archive: createPortArchive(connectArchive(bridge)),
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
