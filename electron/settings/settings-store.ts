import { parseSettings, type Settings, type SettingsPatch } from '../../protocol/settings.ts';
import { readJsonFile, writeJsonFile } from '../files/json-file.ts';
import type { Log } from '../logs/log.ts';

export interface SettingsStore {
  /** Where a damaged file was put; `null`: there was none. */
  readonly setAside: string | null;
  read(): Settings;
  /** Changes take effect at once: listeners are told after the file is written. */
  update(patch: SettingsPatch): Settings;
  onChange(listener: (settings: Settings) => void): void;
}

/** Settings of this installation in one file. A damaged file is set aside, a damaged field costs only itself. */
export const settingsStore = (file: string, log: Log, now: () => number): SettingsStore => {
  const content = readJsonFile(file, now);
  if (content.state === 'damaged') log.warn('settings.damaged', { setAside: content.setAside });
  let settings = parseSettings(content.state === 'present' ? content.value : null);
  const listeners: ((settings: Settings) => void)[] = [];
  return {
    setAside: content.state === 'damaged' ? content.setAside : null,
    read: () => settings,
    update: (patch) => {
      settings = parseSettings({ ...settings, ...patch });
      writeJsonFile(file, settings);
      for (const listener of listeners) listener(settings);
      return settings;
    },
    onChange: (listener) => void listeners.push(listener),
  };
};
