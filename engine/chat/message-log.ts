/**
 * Takes what came over the wire into the archive and the store. Works page by page: one write, one dispatch. Whatever
 * is seen twice counts once; marks only rise; what was read on any device is read (CHA-3, CHA-8, SES-5).
 */
import type { UnknownAction } from '@reduxjs/toolkit';
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import { activityNoted } from '../state/contacts.ts';
import {
  conversationRead,
  deliveriesChanged,
  higherDelivery,
  messagesArrived,
  peerRead,
} from '../state/conversations.ts';
import { shownMessage, type ChatContext } from './chat-context.ts';
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

/**
 * The page as it is to be stored: with the marks that it brings for its own messages. A page of an archive has most of
 * the marks beside their messages, so few are left that change the store once more.
 */
const withMarks = (messages: ArchivedMessage[], wires: WireMessage[], reads: ReadPositions): ArchivedMessage[] => {
  const received = new Set<string>();
  const displayed = new Set<string>();
  for (const { direction, peer, receivedId, displayedId } of wires) {
    if (direction !== 'in') continue;
    if (receivedId !== null) received.add(`${peer} ${receivedId}`);
    if (displayedId !== null) displayed.add(`${peer} ${displayedId}`);
  }
  return messages.map((message) => {
    const { direction, peer, id, timestamp } = message;
    if (direction === 'in') return timestamp <= reads.position(peer) ? { ...message, delivery: 'read' } : message;
    if (displayed.has(`${peer} ${id}`)) return { ...message, delivery: 'read' };
    return received.has(`${peer} ${id}`) ? { ...message, delivery: 'delivered' } : message;
  });
};

export const createMessageLog = (context: ChatContext, reads: ReadPositions, times: MessageTimes): MessageLog => {
  const { store, archive } = context;

  /** The message with this id in what is at hand: this page, the loaded window, the archive's newest. */
  const finderOf = async (peer: BareJid, direction: 'in' | 'out', ids: Iterable<string>, page: ArchivedMessage[]) => {
    const found = new Map<string, ArchivedMessage>();
    const wanted = new Set(ids);
    const take = (message: ArchivedMessage) => {
      if (message.peer !== peer || message.direction !== direction || !wanted.delete(message.id)) return;
      found.set(message.id, message);
    };
    page.forEach(take);
    for (const id of wanted) {
      const shown = shownMessage(store, peer, direction, id);
      if (shown) take(shown);
    }
    if (wanted.size > 0) (await archive.call('messages', { peer, before: null, limit: lookBack })).forEach(take);
    return (id: string) => found.get(id);
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
      const find = await finderOf(peer, 'in', [id], page);
      const message = find(id);
      if (message) await reads.advance(peer, message.timestamp);
      else if (age === 'newer' || reads.awaited(peer) === null) await reads.await(peer, id);
      moved.add(peer);
    }
    return moved;
  };

  /** Most of them are there already: `withMarks` has seen to what came in the same page. */
  const raise = async (
    peer: BareJid,
    delivery: 'delivered' | 'read',
    messages: ArchivedMessage[],
    changes: UnknownAction[],
  ) => {
    const lower = messages.filter((message) => higherDelivery(message.delivery, delivery) !== message.delivery);
    if (lower.length === 0) return;
    await archive.call('putMessages', { messages: lower.map((message) => ({ ...message, delivery })) });
    changes.push(deliveriesChanged({ peer, ids: lower.map(({ id }) => id), delivery }));
  };

  const takePeerMarks = async (wires: WireMessage[], page: ArchivedMessage[], changes: UnknownAction[]) => {
    const byPeer = new Map<BareJid, Marks>();
    for (const { direction, peer, receivedId, displayedId } of wires) {
      if (direction !== 'in' || (receivedId === null && displayedId === null)) continue;
      const marks = byPeer.get(peer) ?? { received: new Set(), displayed: new Set() };
      byPeer.set(peer, marks);
      if (receivedId !== null) marks.received.add(receivedId);
      if (displayedId !== null) marks.displayed.add(displayedId);
    }
    for (const [peer, { received, displayed }] of byPeer) {
      const find = await finderOf(peer, 'out', [...received, ...displayed], page);
      await raise(
        peer,
        'delivered',
        [...received].flatMap((id) => find(id) ?? []),
        changes,
      );
      const read = [...displayed].flatMap((id) => find(id) ?? []);
      await raise(peer, 'read', read, changes);
      const newest = read.reduce<ArchivedMessage | null>(
        (one, other) => (one === null || one.timestamp < other.timestamp ? other : one),
        null,
      );
      if (newest !== null) await raiseReadUpTo(peer, newest, changes);
    }
  };

  /** A read mark stands for all that came before it, too (XEP-0333 §5). */
  const raiseReadUpTo = async (peer: BareJid, newest: ArchivedMessage, changes: UnknownAction[]) => {
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
    changes.push(peerRead({ peer, upTo: newest.timestamp }));
  };

  const take = async (wires: WireMessage[], age: PageAge): Promise<ArchivedMessage[]> => {
    const timed = await times.timesOf(wires, age);
    const stamped = timed.map(({ message }) => message);
    const readElsewhere = await takeOwnMarks(wires, stamped, age);
    const messages = withMarks(stamped, wires, reads);
    const wasKnown = (index: number) => timed[index]?.known === true;
    const news = messages.filter((message, index) => message.delivery === 'received' && !wasKnown(index));
    // Shown in one go at the end: whatever reaches the store by itself is drawn by itself.
    const changes: UnknownAction[] = [];
    if (messages.length > 0) {
      await archive.call('putMessages', { messages });
      const isShown = ({ peer, direction, id }: ArchivedMessage) =>
        shownMessage(store, peer, direction, id) !== undefined;
      // One that was known and is not in the window has been counted, and has its place in the archive.
      changes.push(messagesArrived(messages.filter((each, index) => !wasKnown(index) || isShown(each))));
      const latest = new Map<BareJid, number>();
      for (const { peer, timestamp } of messages) latest.set(peer, Math.max(latest.get(peer) ?? 0, timestamp));
      for (const [jid, at] of latest) changes.push(activityNoted({ jid, at }));
    }
    if (readElsewhere.size > 0) {
      const counts = await archive.call('conversations', null);
      for (const peer of readElsewhere) {
        const unread = counts.find((summary) => summary.peer === peer)?.unread ?? 0;
        changes.push(conversationRead({ peer, upTo: reads.position(peer), unread }));
      }
    }
    await takePeerMarks(wires, messages, changes);
    for (const change of changes) store.dispatch(change);
    return news;
  };

  return { take: (wires, age = 'newer') => context.inOrder(() => take(wires, age)) };
};
