/** One SQL dialect for PGlite and PostgreSQL. Parameters are `$1`, `$2`, …; rows are plain objects. */
export type Row = Record<string, unknown>;

export interface Queryable {
  query<Result extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<Result[]>;
}

export interface Database extends Queryable {
  /** Runs in one transaction; rolls back when `work` throws. Durable when the promise resolves. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
