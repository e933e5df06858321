/**
 * Own read marks on their way (XEP-0333): they tell the other side, and the user's other devices. Sent for what was
 * on screen in a focused window and for nothing else; kept until the server has them.
 */
import type { BareJid } from '../../protocol/identity.ts';
import { conversationRead } from '../state/conversations.ts';
import { conversationWith, type ChatContext } from './chat-context.ts';
import type { ReadPositions } from './read-positions.ts';
import type { XmppLink } from './xmpp-link.ts';

const valueKey = 'marker:';

export interface ReadMarks {
  load(): Promise<void>;
  markRead(peer: BareJid): void;
  ready(link: Pick<XmppLink, 'send'>): void;
  interrupted(): void;
  /** Nobody will send again what was on the last stream. */
  forgotten(): void;
  acknowledged(id: string): void;
}

interface Mark {
  displayedId: string;
  /** Id of the marker itself, once it is on the wire. */
  markerId: string | null;
}

export const createReadMarks = (context: ChatContext, reads: ReadPositions): ReadMarks => {
  const { store, archive } = context;
  const marks = new Map<BareJid, Mark>();
  let link: Pick<XmppLink, 'send'> | null = null;

  const flush = () => {
    if (!link) return;
    for (const [peer, mark] of marks) {
      if (mark.markerId !== null) continue;
      mark.markerId = context.newId();
      link.send({ kind: 'displayed', id: mark.markerId, peer, displayedId: mark.displayedId });
    }
  };
  const keep = (peer: BareJid, displayedId: string | null) =>
    context.inOrder(() => archive.call('setValue', { key: `${valueKey}${peer}`, value: displayedId }));

  return {
    load: async () => {
      for (const [key, displayedId] of Object.entries(await archive.call('values', { prefix: valueKey }))) {
        marks.set(key.slice(valueKey.length), { displayedId, markerId: null });
      }
    },
    markRead: (peer) => {
      const conversation = conversationWith(store, peer);
      const newest = conversation?.messages.findLast((message) => message.direction === 'in');
      if (!newest || newest.timestamp <= reads.position(peer)) return;
      store.dispatch(conversationRead({ peer, upTo: newest.timestamp, unread: 0 }));
      void context.inOrder(() => reads.advance(peer, newest.timestamp)).catch(() => undefined);
      marks.set(peer, { displayedId: newest.id, markerId: null });
      void keep(peer, newest.id).catch(() => undefined);
      flush();
    },
    ready: (current) => {
      link = current;
      flush();
    },
    interrupted: () => {
      link = null;
    },
    forgotten: () => {
      for (const mark of marks.values()) mark.markerId = null;
    },
    acknowledged: (id) => {
      for (const [peer, mark] of marks) {
        if (mark.markerId !== id) continue;
        marks.delete(peer);
        void keep(peer, null).catch(() => undefined);
      }
    },
  };
};
