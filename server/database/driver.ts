import type { Database, Queryable } from './database.ts';

/** A transaction that can also run a script of several statements; only migrations need it. */
export interface ScriptRunner extends Queryable {
  script(sql: string): Promise<void>;
}

/** What each database engine implements; the rest of the server sees a `Database`. */
export interface DatabaseDriver extends Database {
  transaction<Result>(work: (transaction: ScriptRunner) => Promise<Result>): Promise<Result>;
}
