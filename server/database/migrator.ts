import { readdir, readFile } from 'node:fs/promises';
import type { DatabaseDriver } from './driver.ts';

/** One numbered script. Once released it never changes; a change is a new script. */
export interface Migration {
  /** File name: `0001-core.sql`. Its order is the order of running. */
  name: string;
  sql: string;
}

/** The database has run migrations that this version of Kontor does not know. */
export class DatabaseTooNewError extends Error {
  override readonly name = 'DatabaseTooNewError';
}

/** Any constant works; it only has to be the same in all servers on one database. */
const migrationLock = 7_326_401;
const namePattern = /^\d{4}-[a-z0-9-]+\.sql$/;

/** The scripts that belong to this version, in order. */
export const readMigrations = async (folder: URL = new URL('./migrations/', import.meta.url)): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => namePattern.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') })));
};

/**
 * Brings the schema up to date: each script once, in order, in a transaction of its own, under a lock that keeps
 * servers starting at the same time apart. Resolves with the names that were run.
 */
export const migrate = async (driver: DatabaseDriver, migrations: readonly Migration[]): Promise<string[]> => {
  const known = new Set(migrations.map(({ name }) => name));
  const ran: string[] = [];
  for (;;) {
    const name = await driver.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
      await transaction.script(
        'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
      );
      const rows = await transaction.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name');
      const applied = new Set(rows.map((row) => row.name));
      const unknown = [...applied].find((candidate) => !known.has(candidate));
      if (unknown !== undefined) {
        throw new DatabaseTooNewError(`The database was written by a newer version of Kontor (it has ${unknown})`);
      }
      const next = migrations.find((migration) => !applied.has(migration.name));
      if (next === undefined) return null;
      await transaction.script(next.sql);
      await transaction.query('INSERT INTO schema_migrations (name) VALUES ($1)', [next.name]);
      return next.name;
    });
    if (name === null) return ran;
    ran.push(name);
  }
};
