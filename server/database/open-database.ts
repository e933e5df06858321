import type { Database } from './database.ts';
import type { DatabaseDriver } from './driver.ts';
import { migrate, readMigrations } from './migrator.ts';
import { openPglite } from './pglite.ts';
import { openPostgresql } from './postgresql.ts';

/** Where the data lives. */
export type DatabaseLocation =
  { kind: 'memory' } | { kind: 'folder'; folder: string } | { kind: 'postgresql'; url: string };

/** Opens the engine without touching the schema. */
export const openDriver = (location: DatabaseLocation): Promise<DatabaseDriver> => {
  switch (location.kind) {
    case 'memory':
      return openPglite();
    case 'folder':
      return openPglite(location.folder);
    case 'postgresql':
      return openPostgresql(location.url);
  }
};

/** Opens the database and brings its schema up to date. Throws `DatabaseTooNewError` or what the engine says. */
export const openDatabase = async (location: DatabaseLocation): Promise<Database> => {
  const driver = await openDriver(location);
  try {
    await migrate(driver, await readMigrations());
    return driver;
  } catch (error) {
    await driver.close();
    throw error;
  }
};
