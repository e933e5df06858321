/**
 * The message archive. Messages of one tick go into one statement, so that thousands a second fit
 * through one connection; a promise resolves once its message is durable, in the order of acceptance.
 */
import { randomInt } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Histogram } from 'prom-client';
import type { UserId } from '../../../protocol/identity.ts';
import type { Database } from '../../database/database.ts';

/** One accepted message on its way into the archives of both sides. */
export interface NewMessage {
  id: bigint;
  senderId: UserId;
  sender: string;
  senderResource: string;
  recipientId: UserId;
  recipient: string;
  recipientResource: string | null;
  originId: string | null;
  /** The stanza as XML document, without stanza ids. */
  stanza: string;
  /** Waits for the recipient's next login. */
  pending: boolean;
}

export interface ArchivedMessage {
  id: string;
  stanza: string;
}

const bitsOfCounter = 12n;
const largestBatch = 500;

/** When a message with this id was accepted. */
export const timeOfId = (id: bigint | string): Date => new Date(Number(BigInt(id) >> bitsOfCounter));

/** Smallest id a message accepted at `time` can have. */
export const firstIdAt = (time: Date): bigint => BigInt(time.getTime()) << bitsOfCounter;

interface Waiting {
  message: NewMessage;
  resolve(stored: boolean): void;
  reject(error: unknown): void;
}

const insert = `
  WITH input AS (
    SELECT * FROM json_to_recordset($1::text::json) AS r(
      id bigint, sender_id text, sender text, sender_resource text, recipient_id text, recipient text,
      recipient_resource text, origin_id text, stanza text, pending boolean)
  ), sent AS (
    INSERT INTO xmpp_messages (owner_id, id, peer, peer_resource, outgoing, origin_id, stanza)
    SELECT sender_id, id, recipient, recipient_resource, true, origin_id, stanza FROM input ORDER BY id
    ON CONFLICT (owner_id, peer, origin_id) WHERE outgoing AND origin_id IS NOT NULL DO NOTHING
    RETURNING id
  ), received AS (
    INSERT INTO xmpp_messages (owner_id, id, peer, peer_resource, outgoing, stanza, pending)
    SELECT recipient_id, input.id, sender, sender_resource, false, stanza, pending
    FROM input JOIN sent ON sent.id = input.id
    WHERE recipient_id <> sender_id
    ORDER BY input.id
  )
  SELECT id::text AS id FROM sent`;

export class Archive {
  private readonly database: Database;
  private readonly latency: Histogram;
  private readonly now: () => number;
  private lastId: bigint;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;

  constructor(database: Database, latency: Histogram, now: () => number, lastId: bigint) {
    this.database = database;
    this.latency = latency;
    this.now = now;
    this.lastId = lastId;
  }

  static async open(database: Database, latency: Histogram, now: () => number): Promise<Archive> {
    const [row] = await database.query<{ id: string }>('SELECT coalesce(max(id), 0)::text AS id FROM xmpp_messages');
    return new Archive(database, latency, now, BigInt(row?.id ?? 0));
  }

  /** Larger than every id before, also when the clock went back. */
  nextId(): bigint {
    // A random beginning: another server on the same database hardly ever means the same id.
    const byTime = (BigInt(this.now()) << bitsOfCounter) + BigInt(randomInt(2 ** 11));
    this.lastId = byTime > this.lastId ? byTime : this.lastId + 1n;
    return this.lastId;
  }

  /** Resolves when the message is durable; `false`: the sender's archive has it already (origin id). */
  append(message: NewMessage): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ message, resolve, reject });
      this.writing ??= this.write();
    });
  }

  /** Resolves when everything appended so far is durable or refused. */
  async settled(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      await nextTurn(); // Gathers what the sockets have brought meanwhile.
      const batch = this.waiting.splice(0, largestBatch);
      try {
        await this.insertBatch(batch);
      } catch {
        // One bad message must not take its neighbours along.
        for (const one of batch) await this.insertBatch([one]).catch((error: unknown) => one.reject(error));
      }
    }
    this.writing = null;
  }

  private async insertBatch(batch: Waiting[]): Promise<void> {
    const stop = this.latency.startTimer();
    const rows = batch.map(({ message }) => ({
      id: message.id.toString(),
      sender_id: message.senderId,
      sender: message.sender,
      sender_resource: message.senderResource,
      recipient_id: message.recipientId,
      recipient: message.recipient,
      recipient_resource: message.recipientResource,
      origin_id: message.originId,
      stanza: message.stanza,
      pending: message.pending,
    }));
    const stored = new Set(
      (await this.database.query<{ id: string }>(insert, [JSON.stringify(rows)])).map((row) => row.id),
    );
    stop();
    for (const { message, resolve } of batch) resolve(stored.has(message.id.toString()));
  }

  /** Takes up to `limit` messages that wait for the user, oldest first; they wait no longer. */
  async claimPending(ownerId: UserId, limit: number): Promise<ArchivedMessage[]> {
    const rows = await this.database.query<{ id: string; stanza: string }>(
      `WITH claimed AS (
         UPDATE xmpp_messages SET pending = false
         WHERE owner_id = $1 AND pending AND id IN (
           SELECT id FROM xmpp_messages WHERE owner_id = $1 AND pending ORDER BY id LIMIT $2)
         RETURNING id, stanza)
       SELECT id::text AS id, stanza FROM claimed ORDER BY claimed.id`,
      [ownerId, limit],
    );
    return rows;
  }

  /** Takes one waiting message; `false`: it does not wait (any longer). */
  async claim(ownerId: UserId, id: bigint): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE xmpp_messages SET pending = false WHERE owner_id = $1 AND id = $2 AND pending RETURNING 1 AS claimed',
      [ownerId, id.toString()],
    );
    return rows.length > 0;
  }

  /** Lets these messages wait for the user's next login. */
  async makePending(ownerId: UserId, ids: bigint[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query(
      `UPDATE xmpp_messages SET pending = true
       WHERE owner_id = $1 AND id IN (SELECT value::bigint FROM json_array_elements_text($2::text::json))`,
      [ownerId, JSON.stringify(ids.map(String))],
    );
  }
}
