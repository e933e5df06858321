import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { DatabaseTooNewError, migrate, readMigrations } from './migrator.ts';
import type { DatabaseDriver } from './driver.ts';
import { openDatabase, openDriver } from './open-database.ts';
import { createTestDatabase, createTestDatabaseLocation, type TestDatabaseLocation } from './test-database.ts';

describe('database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query('CREATE TABLE samples (id bigint PRIMARY KEY, bytes bytea, at timestamptz, data jsonb)');
  });
  afterAll(() => database.close());

  it('returns the same types from each engine', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    await database.query('INSERT INTO samples VALUES ($1, $2, $3, $4::jsonb)', [
      4_294_967_296,
      Buffer.from([0, 255, 92]),
      at,
      JSON.stringify([{ a: 'ä' }]),
    ]);
    const rows = await database.query('SELECT *, $1::text[] AS list, count(*) OVER () AS n FROM samples', [
      ['a,b', '"'],
    ]);
    expect(rows).toEqual([
      { id: 4_294_967_296, bytes: Buffer.from([0, 255, 92]), at, data: [{ a: 'ä' }], list: ['a,b', '"'], n: 1 },
    ]);
    expect(Buffer.isBuffer(rows[0]!.bytes)).toBe(true);
  });

  it('rolls back what a failing transaction wrote', async () => {
    const failing = database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO samples (id) VALUES (1)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.query('SELECT id FROM samples WHERE id = 1')).toEqual([]);
  });

  it('is usable after a statement failed', async () => {
    await expect(database.query('SELECT nothing FROM nowhere')).rejects.toThrow();
    await expect(
      database.transaction((transaction) => transaction.query('SELECT nothing FROM nowhere')),
    ).rejects.toThrow();
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('delivers notifications of committed transactions only', async () => {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const stop = await database.listen('samples_changed', resolve);
    await database
      .transaction(async (transaction) => {
        await transaction.query(`SELECT pg_notify('samples_changed', 'rolled back')`);
        throw new Error('no');
      })
      .catch(() => undefined);
    await database.transaction((transaction) => transaction.query(`SELECT pg_notify('samples_changed', 'kept')`));
    expect(await promise).toBe('kept');
    await stop();
  });
});

describe('migrator', () => {
  let place: TestDatabaseLocation;
  let driver: DatabaseDriver;
  beforeEach(async () => {
    place = await createTestDatabaseLocation();
    driver = await openDriver(place.location);
  });
  afterEach(async () => {
    await driver.close();
    await place.remove();
  });

  it('runs each script once, in order, also one that appears between others', async () => {
    const first = { name: '0001-a.sql', sql: 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);' };
    const second = { name: '0002-b.sql', sql: 'INSERT INTO a VALUES (2);' };
    const third = { name: '0003-c.sql', sql: 'INSERT INTO a VALUES (3);' };
    expect(await migrate(driver, [first, third])).toEqual(['0001-a.sql', '0003-c.sql']);
    expect(await migrate(driver, [first, second, third])).toEqual(['0002-b.sql']);
    expect(await migrate(driver, [first, second, third])).toEqual([]);
    expect(await driver.query('SELECT id FROM a')).toEqual([{ id: 1 }, { id: 3 }, { id: 2 }]);
  });

  it('leaves nothing of a script that fails', async () => {
    const broken = { name: '0001-a.sql', sql: 'CREATE TABLE a (id int); SELECT * FROM nowhere;' };
    await expect(migrate(driver, [broken])).rejects.toThrow();
    expect(await migrate(driver, [{ ...broken, sql: 'CREATE TABLE a (id int);' }])).toEqual(['0001-a.sql']);
  });

  it('lets servers that start at the same time migrate one after the other', async () => {
    if (place.location.kind === 'memory') return;
    const databases = await Promise.all([1, 2, 3].map(() => openDatabase(place.location)));
    const [row] = await databases[0]!.query<{ n: number }>('SELECT count(*) AS n FROM schema_migrations');
    expect(row!.n).toBe((await readMigrations()).length);
    await Promise.all(databases.map((database) => database.close()));
  });

  it('refuses a database that is newer than the code', async () => {
    await migrate(driver, [{ name: '0099-future.sql', sql: 'SELECT 1' }]);
    await expect(migrate(driver, [{ name: '0001-a.sql', sql: 'SELECT 1' }])).rejects.toThrow(DatabaseTooNewError);
  });
});
