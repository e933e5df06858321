/** Messages of this page's lifetime; small values (drafts) in the given storage. The history is on the server. */
import type { ArchivedMessage, ArchiveMethod, ArchiveRequest, ArchiveResponse } from '../../protocol/archive.ts';
import { combineSightings } from '../state/conversations.ts';
import type { Archive } from './ports.ts';

type Methods = { [Method in ArchiveMethod]: (request: ArchiveRequest<Method>) => ArchiveResponse<Method> };

const order = (one: ArchivedMessage, other: ArchivedMessage): number =>
  one.timestamp - other.timestamp || (one.id < other.id ? -1 : 1);

/** Values of an account live under their own prefix, so that two accounts of one browser do not mix. */
export const createMemoryArchive = (storage: Storage): Archive => {
  let messages = new Map<string, ArchivedMessage>();
  let readUpTo = new Map<string, number>();
  let account = '';
  const key = (name: string): string => `kontor.archive ${account} ${name}`;
  const keys = (prefix: string): string[] => Object.keys(storage).filter((name) => name.startsWith(key(prefix)));
  const all = (): ArchivedMessage[] => [...messages.values()].sort(order);

  const methods: Methods = {
    open: (request) => {
      if (request.account !== account) {
        account = request.account;
        messages = new Map();
        readUpTo = new Map();
      }
      return { recovered: false };
    },
    putMessages: (request) => {
      for (const message of request.messages) {
        const name = `${message.peer} ${message.direction} ${message.id}`;
        const known = messages.get(name);
        messages.set(name, known ? combineSightings(known, message) : message);
      }
      return null;
    },
    messages: ({ peer, before, limit }) => {
      const older = (message: ArchivedMessage): boolean =>
        before === null ||
        message.timestamp < before.timestamp ||
        (message.timestamp === before.timestamp && message.id < before.id);
      return all()
        .filter((message) => message.peer === peer && older(message))
        .slice(-limit);
    },
    conversations: () => {
      const byPeer = Map.groupBy(all(), (message) => message.peer);
      return [...byPeer].map(([peer, list]) => ({
        peer,
        lastMessage: list.at(-1) ?? null,
        unread: list.filter(
          (message) =>
            message.direction === 'in' &&
            message.delivery === 'received' &&
            message.timestamp > (readUpTo.get(peer) ?? 0),
        ).length,
      }));
    },
    queued: () => all().filter((message) => message.delivery === 'queued'),
    markRead: ({ peer, timestamp }) => {
      readUpTo.set(peer, Math.max(timestamp, readUpTo.get(peer) ?? 0));
      return null;
    },
    getValue: (request) => storage.getItem(key(request.key)),
    setValue: (request) => {
      if (request.value === null) storage.removeItem(key(request.key));
      else storage.setItem(key(request.key), request.value);
      return null;
    },
    values: ({ prefix }) =>
      Object.fromEntries(
        keys(prefix).flatMap((name) => {
          const value = storage.getItem(name);
          return value === null ? [] : [[name.slice(key('').length), value]];
        }),
      ),
    wipe: () => {
      for (const name of keys('')) storage.removeItem(name);
      messages = new Map();
      readUpTo = new Map();
      return null;
    },
  };
  return { call: (method, request) => Promise.resolve().then(() => methods[method](request)) };
};
