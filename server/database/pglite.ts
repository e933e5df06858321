import { setImmediate } from 'node:timers/promises';
import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import type { Row } from './database.ts';
import { ensureDatabaseFolder } from './database-folder.ts';
import type { DatabaseDriver, ScriptRunner } from './driver.ts';

const parsers = {
  [types.INT8]: (value: string): number => Number(value),
  [types.BYTEA]: (value: string): Buffer => Buffer.from(value.slice(2), 'hex'),
};

/**
 * PGlite would set 128 MB of shared buffers aside and touch all of them. The files are cached by the operating system
 * as well, so a quarter does.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

const runnerOf = (transaction: Transaction): ScriptRunner => ({
  query: async <Result extends Row>(sql: string, parameters: readonly unknown[] = []) =>
    (await transaction.query<Result>(sql, [...parameters])).rows,
  script: async (sql) => {
    await transaction.exec(sql);
  },
});

/**
 * PGlite runs inside this process and hands its results on without a turn of the event loop: statements that follow
 * each other would keep sockets and timers from ever being served. So each call ends with such a turn.
 */
const andYield = async <Result>(work: Promise<Result>): Promise<Result> => {
  try {
    return await work;
  } finally {
    await setImmediate();
  }
};

/** Embedded PostgreSQL in `folder`, or in memory without one. Rejects when the folder cannot be used. */
export const openPglite = async (folder?: string): Promise<DatabaseDriver> => {
  if (folder !== undefined) await ensureDatabaseFolder(folder);
  const pglite = await PGlite.create({ dataDir: folder ?? 'memory://', parsers, startParams });
  return {
    query: async <Result extends Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await andYield(pglite.query<Result>(sql, [...parameters]))).rows,
    transaction: <Result>(work: (transaction: ScriptRunner) => Promise<Result>) =>
      andYield(pglite.transaction((transaction) => work(runnerOf(transaction)))),
    listen: async (channel, listener) => {
      const unlisten = await pglite.listen(channel, listener);
      return () => (pglite.closed ? Promise.resolve() : unlisten());
    },
    close: async () => {
      if (!pglite.closed) await pglite.close();
    },
  };
};
