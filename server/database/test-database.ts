import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Database } from './database.ts';
import { openDatabase, type DatabaseLocation } from './open-database.ts';

/** A place for a test's data. `remove` frees it; close everything that uses it before. */
export interface TestDatabaseLocation {
  location: DatabaseLocation;
  remove(): Promise<void>;
}

/**
 * An empty place: a fresh database on the PostgreSQL server of `KONTOR_TEST_DATABASE_URL` if that is set (its user
 * must be allowed to create databases), else PGlite in memory.
 */
export const createTestDatabaseLocation = async (): Promise<TestDatabaseLocation> => {
  const serverUrl = process.env.KONTOR_TEST_DATABASE_URL;
  if (serverUrl === undefined || serverUrl === '') {
    return { location: { kind: 'memory' }, remove: () => Promise.resolve() };
  }
  const name = `kontor_test_${randomBytes(8).toString('hex')}`;
  await runOnServer(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    location: { kind: 'postgresql', url: url.href },
    remove: () => runOnServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
};

/** An empty, migrated database for one test file; `close()` removes it again. About 2 s with PGlite. */
export const createTestDatabase = async (): Promise<Database> => {
  const { location, remove } = await createTestDatabaseLocation();
  const database = await openDatabase(location);
  return {
    query: (sql, parameters) => database.query(sql, parameters),
    transaction: (work) => database.transaction(work),
    listen: (channel, listener) => database.listen(channel, listener),
    close: async () => {
      await database.close();
      await remove();
    },
  };
};

const runOnServer = async (connectionString: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
