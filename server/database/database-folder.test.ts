import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureDatabaseFolder } from './database-folder.ts';
import { openPglite } from './pglite.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'kontor-database-folder-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

test('a new database is there whole, and what an interrupted start left is gone', async () => {
  await mkdir(join(data, 'database.new-killed', 'base'), { recursive: true });
  await mkdir(join(data, 'database'));
  const first = await openPglite(join(data, 'database'));
  await first.query('CREATE TABLE notes (text text NOT NULL)');
  await first.query("INSERT INTO notes VALUES ('kept')");
  await first.close();
  expect(await readdir(data)).toEqual(['database']);
  const again = await openPglite(join(data, 'database'));
  expect(await again.query('SELECT text FROM notes')).toEqual([{ text: 'kept' }]);
  await again.close();
});

test('a folder that holds something is left alone', async () => {
  await mkdir(join(data, 'database'));
  await writeFile(join(data, 'database', 'letter.txt'), 'mine');
  await ensureDatabaseFolder(join(data, 'database'));
  expect(await readdir(join(data, 'database'))).toEqual(['letter.txt']);
});

test('a place where nothing can be made is named, and nothing is left there', async () => {
  await writeFile(join(data, 'file'), '');
  await expect(ensureDatabaseFolder(join(data, 'file', 'database'))).rejects.toThrow(/ENOTDIR/);
  expect(await readdir(data)).toEqual(['file']);
});
