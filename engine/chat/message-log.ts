/**
 * Takes what came over the wire into the archive and the store. Works page by page: one write, one dispatch. Whatever
 * is seen twice counts once; marks only rise; what was read on any device is read (CHA-3, CHA-8, SES-5).
 */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import { activityNoted } from '../state/contacts.ts';
import { conversationRead, deliveriesChanged, messagesArrived, peerRead } from '../state/conversations.ts';
import { conversationWith, type ChatContext } from './chat-context.ts';
import type { MessageTimes, PageAge } from './message-times.ts';
import type { ReadPositions } from './read-positions.ts';
import type { WireMessage } from './xmpp-link.ts';

/** Where marks of messages beyond the loaded window are looked for. */
const lookBack = 300;

export interface MessageLog {
  /** Resolves when all of it is stored and shown; with the messages that are news and not read. */
  take(messages: WireMessage[], age?: PageAge): Promise<ArchivedMessage[]>;
}

interface Marks {
  received: Set<string>;
  displayed: Set<string>;
}

export const createMessageLog = (context: ChatContext, reads: ReadPositions, times: MessageTimes): MessageLog => {
  const { store, archive } = context;

  /** The message with this id in what is at hand: this page, the loaded window, the archive's newest. */
  const finderOf = async (peer: BareJid, ids: Iterable<string>, page: ArchivedMessage[]) => {
    const near = [
      ...page.filter((message) => message.peer === peer),
      ...(conversationWith(store, peer)?.messages ?? []),
    ];
    const isNear = (id: string) => near.some((message) => message.id === id);
    const far = [...ids].every(isNear) ? [] : await archive.call('messages', { peer, before: null, limit: lookBack });
    return (direction: 'in' | 'out', id: string) =>
      [...near, ...far].find((message) => message.direction === direction && message.id === id);
  };

  /**
   * What was read on another device: moves the read position, or remembers the id until its message is here.
   * Older pages come newest first, so their marks never replace one that is waited for already.
   */
  const takeOwnMarks = async (wires: WireMessage[], page: ArchivedMessage[], age: PageAge) => {
    const moved = new Set<BareJid>();
    for (const message of page) {
      if (message.direction !== 'in' || message.id !== reads.awaited(message.peer)) continue;
      await reads.found(message.peer);
      await reads.advance(message.peer, message.timestamp);
      moved.add(message.peer);
    }
    const marked = new Map<BareJid, string>();
    for (const wire of wires) {
      if (wire.direction === 'out' && wire.displayedId !== null) marked.set(wire.peer, wire.displayedId);
    }
    for (const [peer, id] of marked) {
      const find = await finderOf(peer, [id], page);
      const message = find('in', id);
      if (message) await reads.advance(peer, message.timestamp);
      else if (age === 'newer' || reads.awaited(peer) === null) await reads.await(peer, id);
      moved.add(peer);
    }
    return moved;
  };

  const takePeerMarks = async (wires: WireMessage[], page: ArchivedMessage[]) => {
    const byPeer = new Map<BareJid, Marks>();
    for (const { direction, peer, receivedId, displayedId } of wires) {
      if (direction !== 'in' || (receivedId === null && displayedId === null)) continue;
      const marks = byPeer.get(peer) ?? { received: new Set(), displayed: new Set() };
      byPeer.set(peer, marks);
      if (receivedId !== null) marks.received.add(receivedId);
      if (displayedId !== null) marks.displayed.add(displayedId);
    }
    for (const [peer, { received, displayed }] of byPeer) {
      const find = await finderOf(peer, [...received, ...displayed], page);
      const seen = [...received].flatMap((id) => find('out', id) ?? []);
      const read = [...displayed].flatMap((id) => find('out', id) ?? []);
      await archive.call('putMessages', {
        messages: [
          ...seen.map((message) => ({ ...message, delivery: 'delivered' as const })),
          ...read.map((message) => ({ ...message, delivery: 'read' as const })),
        ],
      });
      store.dispatch(deliveriesChanged({ peer, ids: seen.map(({ id }) => id), delivery: 'delivered' }));
      const newest = read.reduce<ArchivedMessage | null>(
        (one, other) => (one === null || one.timestamp < other.timestamp ? other : one),
        null,
      );
      if (newest === null) continue;
      store.dispatch(deliveriesChanged({ peer, ids: read.map(({ id }) => id), delivery: 'read' }));
      await raiseReadUpTo(peer, newest);
    }
  };

  /** A read mark stands for all that came before it, too (XEP-0333 §5). */
  const raiseReadUpTo = async (peer: BareJid, newest: ArchivedMessage) => {
    const before = await archive.call('messages', {
      peer,
      before: { timestamp: newest.timestamp, id: newest.id },
      limit: lookBack,
    });
    const risen = before.filter(
      ({ direction, delivery }) => direction === 'out' && (delivery === 'sent' || delivery === 'delivered'),
    );
    if (risen.length > 0) {
      await archive.call('putMessages', { messages: risen.map((message) => ({ ...message, delivery: 'read' })) });
    }
    store.dispatch(peerRead({ peer, upTo: newest.timestamp }));
  };

  const take = async (wires: WireMessage[], age: PageAge): Promise<ArchivedMessage[]> => {
    const timed = await times.timesOf(wires, age);
    const stamped = timed.map(({ message }) => message);
    const readElsewhere = await takeOwnMarks(wires, stamped, age);
    const messages = stamped.map((message) =>
      message.direction === 'in' && message.timestamp <= reads.position(message.peer)
        ? { ...message, delivery: 'read' as const }
        : message,
    );
    let news: ArchivedMessage[] = [];
    if (messages.length > 0) {
      await archive.call('putMessages', { messages });
      const shown = new Set(
        messages.flatMap(({ peer }) => conversationWith(store, peer)?.messages ?? []).map((each) => keyOf(each)),
      );
      const wasKnown = (index: number) => timed[index]?.known === true;
      news = messages.filter((message, index) => message.delivery === 'received' && !wasKnown(index));
      // One that was known and is not in the window has been counted, and has its place in the archive.
      store.dispatch(messagesArrived(messages.filter((each, index) => !wasKnown(index) || shown.has(keyOf(each)))));
      const latest = new Map<BareJid, number>();
      for (const { peer, timestamp } of messages) latest.set(peer, Math.max(latest.get(peer) ?? 0, timestamp));
      for (const [jid, at] of latest) store.dispatch(activityNoted({ jid, at }));
    }
    if (readElsewhere.size > 0) {
      const counts = await archive.call('conversations', null);
      for (const peer of readElsewhere) {
        const unread = counts.find((summary) => summary.peer === peer)?.unread ?? 0;
        store.dispatch(conversationRead({ peer, upTo: reads.position(peer), unread }));
      }
    }
    await takePeerMarks(wires, messages);
    return news;
  };

  return { take: (wires, age = 'newer') => context.inOrder(() => take(wires, age)) };
};

const keyOf = (message: ArchivedMessage) => `${message.peer} ${message.direction} ${message.id}`;
