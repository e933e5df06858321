import type { Database } from 'better-sqlite3';
import {
  deliverySchema,
  type ArchivedMessage,
  type ArchiveRequest,
  type ConversationSummary,
} from '../../../protocol/archive.ts';

interface Row {
  id: string;
  archive_id: string | null;
  peer: string;
  direction: string;
  body: string;
  timestamp: number;
  delivery: number;
}

const deliveries = deliverySchema.options;
const rankOf = (delivery: ArchivedMessage['delivery']): number => deliveries.indexOf(delivery);

const messageOf = (row: Row): ArchivedMessage => ({
  id: row.id,
  archiveId: row.archive_id,
  peer: row.peer,
  direction: row.direction === 'out' ? 'out' : 'in',
  body: row.body,
  timestamp: row.timestamp,
  delivery: deliveries[row.delivery] ?? 'received',
});

const columns = 'id, archive_id, peer, direction, body, timestamp, delivery';

/** The messages and values of one account. Everything is synchronous: the process has nothing else to do. */
export interface MessageStore {
  /** All or none. A message already there gets the newer body, the server's stamp and the mark of `higherDelivery`. */
  put(messages: ArchivedMessage[]): void;
  messages(request: ArchiveRequest<'messages'>): ArchivedMessage[];
  conversations(): ConversationSummary[];
  queued(): ArchivedMessage[];
  markRead(request: ArchiveRequest<'markRead'>): void;
  getValue(key: string): string | null;
  setValue(request: ArchiveRequest<'setValue'>): void;
  values(prefix: string): Record<string, string>;
}

const statementsOn = (database: Database) => {
  const put = database.prepare(`
    INSERT INTO messages (${columns})
    VALUES (:id, :archiveId, :peer, :direction, :body, :timestamp, :delivery)
    ON CONFLICT (peer, direction, id) DO UPDATE SET
      archive_id = coalesce(excluded.archive_id, archive_id),
      body = excluded.body,
      timestamp = iif(archive_id IS NULL OR excluded.archive_id IS NOT NULL, excluded.timestamp, timestamp),
      delivery = CASE
        WHEN excluded.delivery = ${rankOf('failed')}
          THEN iif(delivery IN (${rankOf('queued')}, ${rankOf('sent')}), excluded.delivery, delivery)
        WHEN delivery = ${rankOf('failed')}
          THEN iif(excluded.delivery IN (${rankOf('sent')}, ${rankOf('received')}), delivery, excluded.delivery)
        ELSE max(delivery, excluded.delivery) END`);
  return {
    put: database.transaction((messages: ArchivedMessage[]) => {
      for (const message of messages) put.run({ ...message, delivery: rankOf(message.delivery) });
    }),
    newest: database.prepare<unknown[], Row>(
      `SELECT ${columns} FROM messages WHERE peer = ? ORDER BY timestamp DESC, id DESC LIMIT ?`,
    ),
    before: database.prepare<unknown[], Row>(
      `SELECT ${columns} FROM messages WHERE peer = ? AND (timestamp, id) < (?, ?)
       ORDER BY timestamp DESC, id DESC LIMIT ?`,
    ),
    // Hops from peer to peer over the index, whatever the number of messages.
    peers: database
      .prepare<unknown[], string>(
        `WITH RECURSIVE peers (peer) AS (
           SELECT min(peer) FROM messages
           UNION ALL
           SELECT (SELECT min(peer) FROM messages WHERE peer > peers.peer) FROM peers WHERE peers.peer IS NOT NULL
         ) SELECT peer FROM peers WHERE peer IS NOT NULL`,
      )
      .pluck(),
    unread: database
      .prepare<unknown[], number>("SELECT count(*) FROM messages WHERE peer = ? AND direction = 'in' AND delivery = 0")
      .pluck(),
    queued: database.prepare<unknown[], Row>(
      `SELECT ${columns} FROM messages WHERE direction = 'out' AND delivery = 1 ORDER BY timestamp, id`,
    ),
    markRead: database.prepare(
      `UPDATE messages SET delivery = ${rankOf('read')}
       WHERE peer = ? AND direction = 'in' AND delivery = 0 AND timestamp <= ?`,
    ),
    getValue: database.prepare<unknown[], string>('SELECT value FROM entries WHERE key = ?').pluck(),
    setValue: database.prepare(
      'INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
    deleteValue: database.prepare('DELETE FROM entries WHERE key = ?'),
    values: database.prepare<unknown[], { key: string; value: string }>(
      'SELECT key, value FROM entries WHERE substr(key, 1, length(:prefix)) = :prefix ORDER BY key',
    ),
  };
};

export const messageStoreOf = (database: Database): MessageStore => {
  const statements = statementsOn(database);
  return {
    put: (messages) => statements.put(messages),
    messages: ({ peer, before, limit }) => {
      const rows =
        before === null
          ? statements.newest.all(peer, limit)
          : statements.before.all(peer, before.timestamp, before.id, limit);
      return rows.map(messageOf).reverse();
    },
    conversations: () =>
      statements.peers.all().map((peer) => {
        const last = statements.newest.get(peer, 1);
        return {
          peer,
          lastMessage: last === undefined ? null : messageOf(last),
          unread: statements.unread.get(peer) ?? 0,
        };
      }),
    queued: () => statements.queued.all().map(messageOf),
    markRead: ({ peer, timestamp }) => void statements.markRead.run(peer, timestamp),
    getValue: (key) => statements.getValue.get(key) ?? null,
    setValue: ({ key, value }) => {
      if (value === null) statements.deleteValue.run(key);
      else statements.setValue.run(key, value);
    },
    values: (prefix) => Object.fromEntries(statements.values.all({ prefix }).map(({ key, value }) => [key, value])),
  };
};
