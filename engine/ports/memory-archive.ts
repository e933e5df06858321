/**
 * The archive of a page: messages for as long as it lives, because the history is on the server. What is nowhere else
 * outlives it in the given values: drafts, and own messages that are still waiting or have failed.
 */
import {
  archivedMessageSchema,
  type ArchivedMessage,
  type ArchiveMethod,
  type ArchiveRequest,
  type ArchiveResponse,
} from '../../protocol/archive.ts';
import { combineSightings } from '../state/conversations.ts';
import type { Archive } from './ports.ts';

/** Small texts by name that outlive the page. */
export interface KeptValues {
  names(): string[];
  get(name: string): string | null;
  /** Throws where nothing more can be kept. */
  set(name: string, value: string): void;
  remove(name: string): void;
}

type Methods = { [Method in ArchiveMethod]: (request: ArchiveRequest<Method>) => ArchiveResponse<Method> };

const order = (one: ArchivedMessage, other: ArchivedMessage): number =>
  one.timestamp - other.timestamp || (one.id < other.id ? -1 : 1);

/** The messages with one peer. Sorted when they are read, so that what comes in by thousands is not sorted each time. */
class Conversation {
  private readonly byKey = new Map<string, ArchivedMessage>();
  private sorted: ArchivedMessage[] | null = [];
  readUpTo = 0;

  /** The message as it is known now. */
  put(message: ArchivedMessage): ArchivedMessage {
    const key = `${message.direction} ${message.id}`;
    const known = this.byKey.get(key);
    const next = known ? combineSightings(known, message) : message;
    if (next === known) return next;
    this.byKey.set(key, next);
    const newest = this.sorted?.at(-1);
    if (!known && this.sorted && (newest === undefined || order(newest, next) < 0)) this.sorted.push(next);
    else this.sorted = null;
    return next;
  }

  /** Oldest first. */
  all(): ArchivedMessage[] {
    return (this.sorted ??= [...this.byKey.values()].sort(order));
  }

  before(place: { timestamp: number; id: string } | null, limit: number): ArchivedMessage[] {
    const all = this.all();
    let end = all.length;
    if (place !== null) {
      let low = 0;
      while (low < end) {
        const middle = (low + end) >> 1;
        const { timestamp, id } = all[middle] ?? place;
        if (timestamp < place.timestamp || (timestamp === place.timestamp && id < place.id)) low = middle + 1;
        else end = middle;
      }
    }
    return all.slice(Math.max(0, end - limit), end);
  }

  unread(): number {
    let count = 0;
    for (const { direction, delivery, timestamp } of this.byKey.values()) {
      if (direction === 'in' && delivery === 'received' && timestamp > this.readUpTo) count += 1;
    }
    return count;
  }
}

/** Beside the messages, and gone with them: how far they reach. */
const ofMessages = new Set(['sync']);
const outgoing = 'outgoing:';

/** Values of an account live under their own prefix, so that two accounts of one browser do not mix. */
export const createMemoryArchive = (kept: KeptValues): Archive => {
  let conversations = new Map<string, Conversation>();
  let values = new Map<string, string>();
  let account = '';
  const nameOf = (key: string): string => `kontor.archive ${account} ${key}`;
  const keysWith = (prefix: string): string[] =>
    kept
      .names()
      .filter((name) => name.startsWith(nameOf(prefix)))
      .map((name) => name.slice(nameOf('').length));
  const conversationWith = (peer: string): Conversation => {
    const conversation = conversations.get(peer) ?? new Conversation();
    conversations.set(peer, conversation);
    return conversation;
  };

  const put = (message: ArchivedMessage): void => {
    const known = conversationWith(message.peer).put(message);
    if (known.direction !== 'out') return;
    const name = nameOf(`${outgoing}${known.peer} ${known.id}`);
    if (known.delivery === 'queued' || known.delivery === 'failed') kept.set(name, JSON.stringify(known));
    else if (message.delivery !== known.delivery || kept.get(name) !== null) kept.remove(name);
  };
  const restoreOutgoing = (): void => {
    for (const key of keysWith(outgoing)) {
      const message = archivedMessageSchema.safeParse(jsonOf(kept.get(nameOf(key))));
      if (message.success) conversationWith(message.data.peer).put(message.data);
      else kept.remove(nameOf(key));
    }
  };

  const methods: Methods = {
    open: (request) => {
      if (request.account !== account) {
        account = request.account;
        conversations = new Map();
        values = new Map();
        restoreOutgoing();
      }
      return { recovered: false };
    },
    putMessages: (request) => {
      request.messages.forEach(put);
      return null;
    },
    messages: ({ peer, before, limit }) => conversations.get(peer)?.before(before, limit) ?? [],
    conversations: () =>
      [...conversations].flatMap(([peer, conversation]) => {
        const lastMessage = conversation.all().at(-1);
        return lastMessage ? [{ peer, lastMessage, unread: conversation.unread() }] : [];
      }),
    queued: () =>
      [...conversations.values()]
        .flatMap((conversation) => conversation.all().filter(({ delivery }) => delivery === 'queued'))
        .sort(order),
    markRead: ({ peer, timestamp }) => {
      const conversation = conversationWith(peer);
      conversation.readUpTo = Math.max(timestamp, conversation.readUpTo);
      return null;
    },
    getValue: ({ key }) => (ofMessages.has(key) ? values.get(key) : kept.get(nameOf(key))) ?? null,
    setValue: ({ key, value }) => {
      if (ofMessages.has(key)) {
        if (value === null) values.delete(key);
        else values.set(key, value);
      } else if (value === null) kept.remove(nameOf(key));
      else kept.set(nameOf(key), value);
      return null;
    },
    values: ({ prefix }) =>
      Object.fromEntries(
        keysWith(prefix).flatMap((key) => {
          const value = kept.get(nameOf(key));
          return value === null ? [] : [[key, value]];
        }),
      ),
    wipe: () => {
      for (const key of keysWith('')) kept.remove(nameOf(key));
      conversations = new Map();
      values = new Map();
      return null;
    },
  };
  return { call: (method, request) => Promise.resolve().then(() => methods[method](request)) };
};

const jsonOf = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
};
