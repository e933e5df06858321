/** What differs between the desktop and the browser. `desktop.ts` implements it over IPC, `browser.ts` with web APIs. */
import type { ArchiveMethod, ArchiveRequest, ArchiveResponse } from '../../protocol/archive.ts';
import type { DeviceKind } from '../../protocol/identity.ts';
import type { LedgerEntry, SavedLogin, SecretStrength } from '../../protocol/ipc.ts';
import type { Layout, Settings, SettingsPatch } from '../../protocol/settings.ts';
import type { GlobalShortcutStates } from '../../protocol/shortcuts.ts';

/** The local archive. The browser's keeps messages in memory only and reads history from the server. */
export interface Archive {
  call<Method extends ArchiveMethod>(method: Method, request: ArchiveRequest<Method>): Promise<ArchiveResponse<Method>>;
}

export interface Secrets {
  strength(): Promise<SecretStrength>;
  load(): Promise<SavedLogin | null>;
  /**
   * False: could not be saved; the session goes on without. With `'reload'` the login outlives a reload of the
   * window but not the window, and nothing is kept that the user did not ask for.
   */
  save(login: SavedLogin, extent?: 'reload'): Promise<boolean>;
  clear(): Promise<void>;
}

export interface Ledger {
  read(): Promise<LedgerEntry[]>;
  write(entries: LedgerEntry[]): Promise<void>;
}

export interface Notice {
  id: string;
  title: string;
  body: string;
  silent: boolean;
}
export interface Notifier {
  show(notice: Notice): Promise<void>;
  close(id: string): Promise<void>;
  onClick(listener: (id: string) => void): () => void;
}

/** Keys that work without focus (DSK-1). */
export interface GlobalShortcuts {
  states(): Promise<GlobalShortcutStates>;
  onStates(listener: (states: GlobalShortcutStates) => void): () => void;
  onOffHook(listener: () => void): () => void;
  onDialFieldWanted(listener: () => void): () => void;
  /** While keys are being recorded nothing fires. */
  pause(paused: boolean): void;
}

/** The window the engine lives in, as far as the engine has to know. */
export interface Shell {
  readonly deviceKind: DeviceKind;
  /** Name under which the session is listed: `Kontor on Windows`. */
  readonly deviceName: string;
  /** Server to offer in the login form; the page's own origin in a browser. */
  defaultServer(): Promise<{ server: string | null; user: string | null; locale: string }>;
  /** Why `origin` cannot be reached; asked after a failed request, because a page is not told the difference. */
  probeServer(
    origin: string,
  ): Promise<'reachable' | 'unknownServer' | 'noNetwork' | 'certificateNotTrusted' | 'unavailable'>;
  show(): void;
  quit(): void;
  setLayout(layout: Layout): void;
  setUnread(count: number): void;
  /** While calls run, the browser asks before the page is left; the desktop's window only hides. */
  setInCall(inCall: boolean): void;
  takeLink(): Promise<string | null>;
  onLink(listener: (url: string) => void): () => void;
  /** Absent in a browser. */
  readonly shortcuts?: GlobalShortcuts;
  onNetworkChange(listener: () => void): () => void;
  /** Whether the user can see the window, and whether it has the keyboard. Two different things. */
  attention(): { visible: boolean; focused: boolean };
  onAttentionChange(listener: () => void): () => void;
}

export interface SettingsStore {
  read(): Promise<Settings>;
  update(patch: SettingsPatch): Promise<Settings>;
  onChange(listener: (settings: Settings) => void): () => void;
}

/** Time and chance come from outside, so that tests need no waiting. */
export interface Clock {
  now(): number;
  /** Returns the function that cancels. */
  after(milliseconds: number, callback: () => void): () => void;
  random(): number;
}

export interface Ports {
  archive: Archive;
  secrets: Secrets;
  ledger: Ledger;
  notifier: Notifier;
  shell: Shell;
  settings: SettingsStore;
  clock: Clock;
}
