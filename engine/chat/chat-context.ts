/** What every part of the chat works with. */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import type { NoticeBoard } from '../notices/notice-board.ts';
import type { Archive, Clock, Shell } from '../ports/ports.ts';
import type { EngineStore } from '../state/store.ts';
import type { Conversation } from '../state/types.ts';

export interface ChatContext {
  store: EngineStore;
  archive: Archive;
  clock: Clock;
  notices: NoticeBoard;
  shell: Shell;
  /** A fresh identifier that nobody can guess. */
  newId(): string;
  /** Runs `task` after all that was handed in before: the archive and the store change in one order. */
  inOrder<Result>(task: () => Promise<Result>): Promise<Result>;
}

export const conversationWith = (store: EngineStore, peer: BareJid): Conversation | undefined =>
  store.getState().conversations.byPeer[peer];

/** Made once for each state of a window: a page of the archive asks for hundreds of messages in it. */
const indexes = new WeakMap<readonly ArchivedMessage[], Map<string, ArchivedMessage>>();
const keyOf = (direction: string, id: string): string => `${direction}:${id}`;

/** The message in the loaded window of its conversation. */
export const shownMessage = (
  store: EngineStore,
  peer: BareJid,
  direction: string,
  id: string,
): ArchivedMessage | undefined => {
  const messages = conversationWith(store, peer)?.messages;
  if (!messages) return undefined;
  let index = indexes.get(messages);
  if (!index) {
    index = new Map(messages.map((message) => [keyOf(message.direction, message.id), message]));
    indexes.set(messages, index);
  }
  return index.get(keyOf(direction, id));
};

/** A queue of one: tasks run in the order they came, whatever becomes of the ones before. */
export const createOrder = (): ChatContext['inOrder'] => {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const running = last.then(task);
    last = running.catch(() => undefined);
    return running;
  };
};
