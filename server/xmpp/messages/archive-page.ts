/** Reads pages of an archive (XEP-0313 with XEP-0059). */
import type { UserId } from '../../../protocol/identity.ts';
import type { Queryable } from '../../database/database.ts';
import { type ArchivedMessage, firstIdAt } from './archive.ts';

export interface ArchiveFilter {
  /** Bare JID, and the resource where the client asked for a full JID. */
  with: { bare: string; resource: string } | null;
  start: Date | null;
  end: Date | null;
}

export interface PageRequest {
  max: number;
  /** Id the page starts behind. */
  after: bigint | null;
  /** Id the page ends in front of; `last`: the newest page. */
  before: bigint | 'last' | null;
}

export interface ArchivePage {
  messages: ArchivedMessage[];
  /** Nothing follows in the direction of paging. */
  complete: boolean;
  /** Messages that match the filter, and how many of them are older than the page; `null`: too many to count. */
  count: number | null;
  index: number | null;
}

/** The page a client got last: when it turns to the neighbouring one, nothing needs to be counted again. */
export interface PageMemory {
  filter: string;
  first: string | undefined;
  last: string | undefined;
  size: number;
  count: number | null;
  index: number | null;
}

/** Counting stops here: an exact figure beyond helps nobody and costs every page. */
const countedAtMost = 20_000;

class Conditions {
  readonly parameters: unknown[] = [];
  readonly texts: string[] = [];

  add(text: (parameter: string) => string, value: unknown): void {
    this.parameters.push(value);
    this.texts.push(text(`$${this.parameters.length}`));
  }
}

const conditionsOf = (ownerId: UserId, filter: ArchiveFilter): Conditions => {
  const conditions = new Conditions();
  conditions.add((p) => `owner_id = ${p}`, ownerId);
  if (filter.with) {
    conditions.add((p) => `peer = ${p}`, filter.with.bare);
    if (filter.with.resource !== '') conditions.add((p) => `peer_resource = ${p}`, filter.with.resource);
  }
  if (filter.start) conditions.add((p) => `id >= ${p}::bigint`, firstIdAt(filter.start).toString());
  if (filter.end) {
    const behind = new Date(filter.end.getTime() + 1);
    conditions.add((p) => `id < ${p}::bigint`, firstIdAt(behind).toString());
  }
  return conditions;
};

const exists = async (database: Queryable, ownerId: UserId, id: bigint): Promise<boolean> => {
  const rows = await database.query('SELECT 1 AS found FROM xmpp_messages WHERE owner_id = $1 AND id = $2', [
    ownerId,
    id.toString(),
  ]);
  return rows.length > 0;
};

const count = async (database: Queryable, conditions: Conditions): Promise<number | null> => {
  const [row] = await database.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM (
       SELECT 1 FROM xmpp_messages WHERE ${conditions.texts.join(' AND ')} LIMIT ${countedAtMost + 1}) AS counted`,
    conditions.parameters,
  );
  const counted = Number(row?.count ?? 0);
  return counted > countedAtMost ? null : counted;
};

interface Counts {
  count: number | null;
  index: number | null;
}

/** What the page before told about its neighbour; the count may have grown since (XEP-0059 §2.6 allows that). */
const remembered = (previous: PageMemory, request: PageRequest, size: number): Counts | null => {
  const { count, index, first, last } = previous;
  if (index === null) return null;
  if (request.after !== null) return String(request.after) === last ? { count, index: index + previous.size } : null;
  return String(request.before) === first ? { count, index: index - size } : null;
};

const countAnew = async (
  database: Queryable,
  ownerId: UserId,
  filter: ArchiveFilter,
  first: string | undefined,
): Promise<Counts> => {
  const total = await count(database, conditionsOf(ownerId, filter));
  if (total === null || first === undefined) return { count: total, index: null };
  const older = conditionsOf(ownerId, filter);
  older.add((p) => `id < ${p}::bigint`, first);
  return { count: total, index: await count(database, older) };
};

/** `null`: `after` or `before` names a message that is not in the archive (XEP-0313 §4.3). */
export const readPage = async (
  database: Queryable,
  ownerId: UserId,
  filter: ArchiveFilter,
  request: PageRequest,
  memory: PageMemory | null,
): Promise<{ page: ArchivePage; memory: PageMemory } | null> => {
  const filterText = JSON.stringify(filter);
  const previous = memory?.filter === filterText ? memory : null;
  const conditions = conditionsOf(ownerId, filter);
  for (const id of [request.after, request.before]) {
    if (typeof id !== 'bigint' || String(id) === previous?.first || String(id) === previous?.last) continue;
    if (!(await exists(database, ownerId, id))) return null;
  }
  if (request.after !== null) conditions.add((p) => `id > ${p}::bigint`, request.after.toString());
  if (typeof request.before === 'bigint') conditions.add((p) => `id < ${p}::bigint`, request.before.toString());
  const backwards = request.before !== null && request.after === null;
  const rows = await database.query<{ id: string; stanza: string }>(
    `SELECT id::text AS id, stanza FROM xmpp_messages WHERE ${conditions.texts.join(' AND ')}
     ORDER BY xmpp_messages.id ${backwards ? 'DESC' : 'ASC'} LIMIT ${request.max + 1}`,
    conditions.parameters,
  );
  const messages = rows.slice(0, request.max);
  if (backwards) messages.reverse();
  const counts =
    (previous && remembered(previous, request, messages.length)) ??
    (await countAnew(database, ownerId, filter, messages[0]?.id));
  const page: ArchivePage = { messages, complete: rows.length <= request.max, ...counts };
  const place = { first: messages[0]?.id, last: messages.at(-1)?.id, size: messages.length };
  return { page, memory: { filter: filterText, ...place, ...counts } };
};
