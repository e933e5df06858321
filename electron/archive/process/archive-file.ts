import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { migrate } from './schema.ts';

export interface OpenedArchive {
  database: Database;
  /** The file found was damaged and is set aside; this one is new. */
  recovered: boolean;
}

const companions = ['', '-wal', '-shm'];
/** Stands beside a file that is open; found at the start it says that the last process did not get to close it. */
const markerOf = (file: string): string => `${file}.open`;

/** The account's file in the folder. Its name tells nobody whose it is. */
export const archiveFileOf = (folder: string, account: string): string =>
  path.join(folder, `${createHash('sha256').update(account).digest('hex').slice(0, 32)}.sqlite`);

/** Whether SQLite says that the file itself is broken, as opposed to locked, full or misused. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);

const openFile = (file: string, suspicious: boolean): Database => {
  const database = new Sqlite(file);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    // Reading all of a large file takes seconds, so only after a process that did not close it.
    const verdict = suspicious ? database.pragma('quick_check(1)', { simple: true }) : 'ok';
    if (verdict !== 'ok') throw new Sqlite.SqliteError(String(verdict), 'SQLITE_CORRUPT');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const setAside = (file: string, now: number): void => {
  for (const companion of companions) {
    if (existsSync(file + companion)) renameSync(file + companion, `${file}.damaged-${now}${companion}`);
  }
};

/**
 * Opens the account's archive, readable by the user alone. A damaged file is renamed to `….damaged-<milliseconds>`
 * and begun anew: the server's archive fills it again.
 */
export const openArchive = (folder: string, account: string, now: () => number): OpenedArchive => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = archiveFileOf(folder, account);
  const suspicious = existsSync(markerOf(file));
  writeFileSync(markerOf(file), '', { mode: 0o600 });
  let opened: OpenedArchive;
  try {
    opened = { database: openFile(file, suspicious), recovered: false };
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(file, now());
    opened = { database: openFile(file, false), recovered: true };
  }
  for (const companion of companions) if (existsSync(file + companion)) chmodSync(file + companion, 0o600);
  return opened;
};

export const closeArchive = (database: Database): void => {
  const file = database.name;
  database.close();
  rmSync(markerOf(file), { force: true });
};

/** Closes the archive and deletes its files. */
export const deleteArchive = (database: Database): void => {
  const file = database.name;
  closeArchive(database);
  for (const companion of companions) rmSync(file + companion, { force: true });
};
