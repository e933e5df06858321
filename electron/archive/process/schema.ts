import type { Database } from 'better-sqlite3';

/** Each step brings the file from its index to the next `user_version`; never changed once released. */
const steps: readonly string[] = [
  `
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    peer TEXT NOT NULL,
    direction TEXT NOT NULL,
    id TEXT NOT NULL,
    archive_id TEXT,
    body TEXT NOT NULL,
    timestamp REAL NOT NULL,
    -- Position in deliverySchema.
    delivery INTEGER NOT NULL,
    -- The other side chooses its ids, so they count within its own messages only.
    UNIQUE (peer, direction, id)
  ) STRICT;
  CREATE INDEX messages_by_time ON messages (peer, timestamp, id);
  CREATE INDEX messages_unread ON messages (peer) WHERE direction = 'in' AND delivery = 0;
  CREATE INDEX messages_queued ON messages (timestamp, id) WHERE direction = 'out' AND delivery = 1;
  CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

/** Brings the file to the newest schema. Throws on one that a newer version of the program wrote. */
export const migrate = (database: Database): void => {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > steps.length) throw new Error(`The archive has schema ${version}, this program knows ${steps.length}`);
  database.transaction(() => {
    for (const step of steps.slice(version)) database.exec(step);
    database.pragma(`user_version = ${steps.length}`);
  })();
};
