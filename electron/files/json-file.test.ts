import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readJsonFile, writeJsonFile } from './json-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kontor-json-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('tells an absent file from a written one', () => {
  const file = path.join(folder, 'a.json');
  expect(readJsonFile(file, () => 5)).toEqual({ state: 'absent' });
  writeJsonFile(file, { a: 1 });
  expect(readJsonFile(file, () => 5)).toEqual({ state: 'present', value: { a: 1 } });
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it.skipIf(process.platform === 'win32')('writes files that only the user can read', () => {
  const file = path.join(folder, 'a.json');
  writeJsonFile(file, 1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('sets a damaged file aside and keeps it', () => {
  const file = path.join(folder, 'a.json');
  writeFileSync(file, '{"a": ');
  expect(readJsonFile(file, () => 5)).toEqual({ state: 'damaged', setAside: `${file}.damaged-5` });
  expect(readFileSync(`${file}.damaged-5`, 'utf8')).toBe('{"a": ');
  expect(readJsonFile(file, () => 6)).toEqual({ state: 'absent' });
});
