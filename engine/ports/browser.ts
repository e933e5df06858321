/** The ports of a client in an ordinary browser. */
import { z } from 'zod';
import { ledgerEntrySchema, savedLoginSchema, type SavedLogin } from '../../protocol/ipc.ts';
import { parseSettings, type Settings, type SettingsPatch } from '../../protocol/settings.ts';
import { systemClock } from './clock.ts';
import { createMemoryArchive, type KeptValues } from './memory-archive.ts';
import type { Ledger, Notifier, Ports, Secrets, SettingsStore, Shell } from './ports.ts';

const loginKey = 'kontor.login';
const settingsKey = 'kontor.settings';
const ledgerKey = 'kontor.ledger';

/** What stands under the key as JSON; `undefined` where there is nothing or it cannot be read. */
const readJson = (storage: Storage, key: string): unknown => {
  try {
    const text = storage.getItem(key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};
const writeJson = (storage: Storage, key: string, value: unknown): boolean => {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};
/** Adds a listener and gives the function that takes it away. */
const listen = (target: EventTarget, names: string[], listener: (event: Event) => void): (() => void) => {
  for (const name of names) target.addEventListener(name, listener);
  return () => {
    for (const name of names) target.removeEventListener(name, listener);
  };
};

/** The saved login in the given storage. */
export const createStoredLogin = (storage: Storage) => ({
  load: (): SavedLogin | null => savedLoginSchema.safeParse(readJson(storage, loginKey)).data ?? null,
  save: (login: SavedLogin): boolean => writeJson(storage, loginKey, login),
  clear: () => storage.removeItem(loginKey),
});

const createSecrets = (): Secrets => {
  const ofTab = createStoredLogin(sessionStorage);
  const saved = createStoredLogin(localStorage);
  return {
    strength: () => Promise.resolve('weak'),
    load: () => Promise.resolve(ofTab.load() ?? saved.load()),
    save: (login, extent) => Promise.resolve((extent === 'reload' ? ofTab : saved).save(login)),
    clear: () => {
      ofTab.clear();
      saved.clear();
      return Promise.resolve();
    },
  };
};

/**
 * Texts live exactly as long as the login that wrote them: with the tab, or as long as the saved login. Logging out
 * removes them.
 */
const createTexts = (): KeptValues => ({
  names: () => [...new Set([...Object.keys(sessionStorage), ...Object.keys(localStorage)])],
  get: (name) => sessionStorage.getItem(name) ?? localStorage.getItem(name),
  set: (name, value) => {
    const saved = createStoredLogin(localStorage).load() !== null;
    (saved ? localStorage : sessionStorage).setItem(name, value);
    (saved ? sessionStorage : localStorage).removeItem(name);
  },
  remove: (name) => {
    sessionStorage.removeItem(name);
    localStorage.removeItem(name);
  },
});

const createLedger = (): Ledger => ({
  read: () => Promise.resolve(z.array(ledgerEntrySchema).safeParse(readJson(sessionStorage, ledgerKey)).data ?? []),
  write: (entries) => Promise.resolve(void writeJson(sessionStorage, ledgerKey, entries)),
});

const createSettingsStore = (): SettingsStore => {
  const read = (): Settings => parseSettings(readJson(localStorage, settingsKey));
  return {
    read: () => Promise.resolve(read()),
    update: (patch: SettingsPatch) => {
      const next = { ...read(), ...patch };
      writeJson(localStorage, settingsKey, next);
      return Promise.resolve(next);
    },
    onChange: (listener) =>
      listen(window, ['storage'], (event) => {
        if (event instanceof StorageEvent && event.key === settingsKey) listener(read());
      }),
  };
};

const createNotifier = (): Notifier => {
  const shown = new Map<string, Notification>();
  const listeners = new Set<(id: string) => void>();
  return {
    show: (notice) => {
      if (!('Notification' in window) || Notification.permission !== 'granted') return Promise.resolve();
      const { id, title, body, silent } = notice;
      const notification = new Notification(title, { body, silent, tag: id });
      shown.set(id, notification);
      notification.onclick = () => {
        window.focus();
        for (const listener of listeners) listener(id);
      };
      notification.onclose = () => {
        if (shown.get(id) === notification) shown.delete(id);
      };
      return Promise.resolve();
    },
    close: (id) => {
      shown.get(id)?.close();
      shown.delete(id);
      return Promise.resolve();
    },
    onClick: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

const systemName = (): string => {
  const agent = navigator.userAgent;
  const known: [RegExp, string][] = [
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS X/, 'macOS'],
    [/CrOS/, 'ChromeOS'],
    [/Linux/, 'Linux'],
  ];
  return known.find(([pattern]) => pattern.test(agent))?.[1] ?? 'Web';
};

const askBeforeLeaving = (event: BeforeUnloadEvent): void => event.preventDefault();

const createShell = (): Shell => {
  let title: string | null = null;
  return {
    deviceKind: 'browser',
    deviceName: `Kontor in a browser on ${systemName()}`,
    defaultServer: () => Promise.resolve({ server: location.origin, user: null, locale: navigator.language }),
    probeServer: (origin) => {
      // A page learns only that it failed. Its own server has answered before, so there the name is known.
      if (!navigator.onLine) return Promise.resolve('noNetwork');
      return Promise.resolve(origin === location.origin ? 'unavailable' : 'unknownServer');
    },
    show: () => window.focus(),
    quit: () => undefined,
    setLayout: () => undefined,
    setUnread: (count) => {
      title ??= document.title;
      document.title = count > 0 ? `(${count}) ${title}` : title;
    },
    setInCall: (inCall) => {
      if (inCall) window.addEventListener('beforeunload', askBeforeLeaving);
      else window.removeEventListener('beforeunload', askBeforeLeaving);
    },
    takeLink: () => Promise.resolve(null),
    onLink: () => () => undefined,
    onNetworkChange: (listener) => {
      const offLine = listen(window, ['online'], listener);
      const offSight = listen(document, ['visibilitychange'], () => {
        if (document.visibilityState === 'visible') listener();
      });
      return () => {
        offLine();
        offSight();
      };
    },
    attention: () => ({ visible: document.visibilityState === 'visible', focused: document.hasFocus() }),
    onAttentionChange: (listener) => {
      const offFocus = listen(window, ['focus', 'blur'], listener);
      const offSight = listen(document, ['visibilitychange'], listener);
      return () => {
        offFocus();
        offSight();
      };
    },
  };
};

export const createBrowserPorts = (): Ports => ({
  archive: createMemoryArchive(createTexts()),
  secrets: createSecrets(),
  ledger: createLedger(),
  notifier: createNotifier(),
  shell: createShell(),
  settings: createSettingsStore(),
  clock: systemClock,
});
