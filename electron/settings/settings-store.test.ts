import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultSettings } from '../../protocol/settings.ts';
import { openLog } from '../logs/log.ts';
import { settingsStore, type SettingsStore } from './settings-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kontor-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = (): string => path.join(folder, 'settings.json');
const open = (): SettingsStore =>
  settingsStore(
    file(),
    openLog(folder, 'info', () => new Date(0)),
    () => 9,
  );

it('keeps changes and tells them at once (SET-1)', () => {
  const store = open();
  const heard: string[] = [];
  store.onChange(({ language }) => heard.push(language));
  expect(store.update({ language: 'fr' }).language).toBe('fr');
  expect(heard).toEqual(['fr']);
  expect(open().read()).toEqual({ ...defaultSettings, language: 'fr' });
});

it('starts with the defaults from a damaged file and keeps that file', () => {
  writeFileSync(file(), '{"language": "fr"');
  expect(open().read()).toEqual(defaultSettings);
  expect(readdirSync(folder)).toContain('settings.json.damaged-9');
});

it('loses only the damaged field', () => {
  writeFileSync(file(), '{"language": "klingon", "theme": "dark"}');
  expect(open().read()).toEqual({ ...defaultSettings, theme: 'dark' });
});
