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
  /** Closes the notices of conversations in which nothing is unread. */
  update(): void;
  closeAll(): void;
  /** Peer of the conversation that a notice with this id belongs to. */
  peerOf(noticeId: string): BareJid | null;
}

export const createMessageNotices = ({ store, notifier, clock }: ChatContext): MessageNotices => {
  const shown = new Map<string, BareJid>();

  const close = (noticeId: string) => {
    shown.delete(noticeId);
    void notifier.close(noticeId);
  };
  const nameOf = (peer: BareJid): string => contactWithJid(store.getState().contacts, peer)?.name ?? peer;

  return {
    announce: (messages, isWatched) => {
      const { settings } = store.getState();
      if (!settings.notifyMessages) return;
      // Of several at once only the newest of each conversation.
      const newest = new Map(messages.map((message) => [message.peer, message]));
      for (const [peer, message] of newest) {
        if (clock.now() - message.timestamp > newsMilliseconds || isWatched(peer)) continue;
        const id = `message:${peer}:${message.id}`.slice(0, 300);
        if (shown.has(id)) continue;
        shown.set(id, peer);
        const body = message.body.slice(0, longestText);
        void notifier.show({ id, title: nameOf(peer), body, silent: !settings.notifySound });
      }
    },
    update: () => {
      for (const [id, peer] of shown) if ((conversationWith(store, peer)?.unread ?? 0) === 0) close(id);
    },
    closeAll: () => {
      for (const id of [...shown.keys()]) close(id);
    },
    peerOf: (noticeId) => shown.get(noticeId) ?? null,
  };
};
