/** One SQL dialect for PGlite and PostgreSQL. Parameters are `$1`, `$2`, …; rows are plain objects. */
export type Row = Record<string, unknown>;

export interface Queryable {
  /**
   * One statement. `int8` comes back as number, `bytea` as Buffer, `timestamptz` as Date, `json` parsed.
   * Pass JSON as text with a cast (`$1::jsonb`), bytes as Buffer, lists as arrays (`= ANY($1::text[])`).
   */
  query<Result extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<Result[]>;
}

export interface Database extends Queryable {
  /**
   * Runs in one transaction; rolls back when `work` throws. Durable when the promise resolves.
   * Inside use only the `transaction` handed in: PGlite has one connection and would wait for itself.
   */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * Calls `listener` with the payload of each committed `pg_notify(channel, payload)`, also from other servers on
   * the same database, and with `null` when some may have been missed. `channel` is a plain identifier.
   */
  listen(channel: string, listener: (payload: string | null) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
