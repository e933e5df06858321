import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

/** 32 random bytes by name, made once and shared by all servers on the database. */
export const serverKey = async (database: Database, name: string): Promise<Buffer> => {
  await database.query('INSERT INTO server_keys (name, key) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [
    name,
    randomBytes(32),
  ]);
  const [row] = await database.query<{ key: Buffer }>('SELECT key FROM server_keys WHERE name = $1', [name]);
  if (row === undefined) throw new Error(`Server key ${name} disappeared`);
  return row.key;
};
