import pg from 'pg';
import type { Row } from './database.ts';
import type { DatabaseDriver, ScriptRunner } from './driver.ts';

const connectTimeoutMs = 5_000;
const relistenMs = 1_000;

const typeParsers = new pg.TypeOverrides();
typeParsers.setTypeParser(pg.types.builtins.INT8, (value: string) => Number(value));

const runnerOf = (client: pg.ClientBase): ScriptRunner => ({
  query: async <Result extends Row>(sql: string, parameters: readonly unknown[] = []) =>
    (await client.query<Result>(sql, [...parameters])).rows,
  script: async (sql) => {
    await client.query(sql);
  },
});

type Listener = (payload: string | null) => void;

/** One connection of its own that listens on all channels and comes back when it was lost. */
class NotificationClient {
  readonly #settings: pg.ClientConfig;
  readonly #listeners = new Map<string, Set<Listener>>();
  #client: pg.Client | null = null;
  #connecting: Promise<pg.Client> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(settings: pg.ClientConfig) {
    this.#settings = settings;
  }

  async add(channel: string, listener: Listener): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(channel, listeners);
    const client = await this.#connect();
    await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    return async () => {
      listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  #connect(): Promise<pg.Client> {
    if (this.#client !== null) return Promise.resolve(this.#client);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings);
    const lost = () => {
      if (this.#client !== client) return;
      this.#client = null;
      this.#scheduleReconnect();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(payload ?? '');
    });
    await client.connect();
    for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    this.#client = client;
    return client;
  }

  #scheduleReconnect(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#connect().then(
        () => {
          for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(null);
        },
        () => this.#scheduleReconnect(),
      );
    }, relistenMs);
  }
}

/** PostgreSQL 15 or later by connection URL. Rejects when it cannot be reached. */
export const openPostgresql = async (connectionString: string): Promise<DatabaseDriver> => {
  const settings = {
    connectionString,
    types: typeParsers,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'kontor',
  };
  const pool = new pg.Pool({ ...settings, max: 10 });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const notifications = new NotificationClient(settings);
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  let closing: Promise<void> | null = null;
  return {
    query: async <Result extends Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await pool.query<Result>(sql, [...parameters])).rows,
    transaction: async <Result>(work: (transaction: ScriptRunner) => Promise<Result>) => {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query('BEGIN');
        const result = await work(runnerOf(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    listen: (channel, listener) => notifications.add(channel, listener),
    close: () => (closing ??= Promise.all([notifications.close(), pool.end()]).then(() => undefined)),
  };
};
