import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { StartupError } from './startup-error.ts';

export interface DataFolder {
  path: string;
  release(): void;
}

/**
 * Claims the folder for this server. The claim is a lock of the operating system on a SQLite file: it ends with the
 * process, however that ends, so nothing has to be cleared away after a crash.
 */
export const claimDataFolder = async (path: string): Promise<DataFolder> => {
  const probe = join(path, `.write-test-${process.pid}`);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new StartupError(`The data folder ${path} cannot be written to (${codeOf(error)})`);
  }
  const lock = new SqliteDatabase(join(path, 'server.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (codeOf(error).startsWith('SQLITE_BUSY')) {
      throw new StartupError(`The data folder ${path} is used by another server that is running`);
    }
    throw new StartupError(`The data folder ${path} cannot be locked (${codeOf(error)})`);
  }
  return { path, release: () => void lock.close() };
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
