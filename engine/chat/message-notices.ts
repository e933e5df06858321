/**
 * Notices of messages (NOT-1, NOT-2): for what has just come in and nobody has before their eyes; once an event; gone
 * as soon as the conversation was read on any device. What is merely read from an archive is no event.
 */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import { contactWithJid } from '../state/contacts.ts';
import { conversationWith, type ChatContext } from './chat-context.ts';

const longestText = 200;
/** Older than this at login is no news any more. */
const newsMilliseconds = 10 * 60_000;

export interface MessageNotices {
  /** `isWatched`: the conversation is open and the window has the keyboard. */
  announce(messages: ArchivedMessage[], isWatched: (peer: BareJid) => boolean): void;
  /** Drops the notices of conversations in which nothing is unread. */
  update(): void;
  dropAll(): void;
}

export const createMessageNotices = ({ store, clock, notices: board }: ChatContext): MessageNotices => {
  const nameOf = (peer: BareJid): string => contactWithJid(store.getState().contacts, peer)?.name ?? peer;
  return {
    announce: (messages, isWatched) => {
      // Of several at once only the newest of each conversation; the next one takes its place.
      const newest = new Map(messages.map((message) => [message.peer, message]));
      for (const [peer, message] of newest) {
        if (clock.now() - message.timestamp > newsMilliseconds || isWatched(peer)) continue;
        const text = message.body.slice(0, longestText);
        board.raise({ kind: 'message', id: `message ${peer}`, peer, name: nameOf(peer), text });
      }
    },
    update: () => {
      board.dropWhere(
        (notice) => notice.kind === 'message' && (conversationWith(store, notice.peer)?.unread ?? 0) === 0,
      );
    },
    dropAll: () => board.dropWhere(({ kind }) => kind === 'message'),
  };
};
