/**
 * Own messages on their way (CHA-8). A message is stored as `queued` before it goes on the wire, goes out in the order
 * it was written, and counts as sent only when the server has taken it over: by acknowledgement (XEP-0198), or because
 * it stands in the server's archive. After a connection that could not be resumed the archive is asked first.
 *
 * | waits | connection ready → on the wire | acknowledged or seen in the archive → sent | bounced → failed |
 */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import { activityNoted } from '../state/contacts.ts';
import { deliveriesChanged, messageBounced, messageRequeued, messagesArrived } from '../state/conversations.ts';
import { conversationWith, type ChatContext } from './chat-context.ts';
import type { WireMessage, XmppLink } from './xmpp-link.ts';

export interface Outbox {
  /** Takes up what an earlier run left. */
  load(): Promise<void>;
  send(peer: BareJid, body: string): void;
  /** A failed message goes to the end of the queue. */
  retry(peer: BareJid, id: string): void;
  /** The connection stands and what the server had is known: everything that waits goes out. */
  ready(link: Pick<XmppLink, 'send'>): void;
  /** The connection is gone. `forgotten`: the stream cannot be resumed, so nobody will send again what was on it. */
  interrupted(): void;
  forgotten(): void;
  acknowledged(id: string): void;
  bounced(peer: BareJid, id: string): void;
  /** Messages that show what became of own ones: the archive's copies, receipts and marks. */
  seen(messages: WireMessage[]): void;
}

export const createOutbox = (
  context: ChatContext,
  /** Whether messages are on the wire whose fate is unknown. */
  holding: (holding: boolean) => void,
): Outbox => {
  const { store, archive, clock } = context;
  let queue: ArchivedMessage[] = [];
  const onTheWire = new Set<string>();
  /** Stored, so that they may go out. */
  const storedIds = new Set<string>();
  let link: Pick<XmppLink, 'send'> | null = null;

  /** What came in while the message waited stands before it in the server's archive, and so it does here. */
  const moveToEnd = (message: ArchivedMessage) => {
    const others = conversationWith(store, message.peer)?.messages ?? [];
    const newest = others.findLast((each) => !queue.some(({ id }) => id === each.id) || onTheWire.has(each.id));
    if (!newest || newest.timestamp < message.timestamp) return;
    const moved = { ...message, timestamp: newest.timestamp + 1 };
    queue = queue.map((each) => (each.id === message.id ? moved : each));
    store.dispatch(messagesArrived([moved]));
    void context.inOrder(() => archive.call('putMessages', { messages: [moved] })).catch(() => undefined);
  };
  const flush = () => {
    if (!link) return;
    for (const message of queue) {
      // One that is not stored yet holds up those behind it: order first.
      if (!storedIds.has(message.id)) return;
      if (onTheWire.has(message.id)) continue;
      moveToEnd(message);
      onTheWire.add(message.id);
      holding(true);
      link.send({ kind: 'chat', id: message.id, peer: message.peer, body: message.body });
    }
  };
  const leave = (id: string): ArchivedMessage | undefined => {
    const index = queue.findIndex((message) => message.id === id);
    const [message] = index < 0 ? [] : queue.splice(index, 1);
    storedIds.delete(id);
    if (onTheWire.delete(id) && onTheWire.size === 0) holding(false);
    return message;
  };
  const markSent = (message: ArchivedMessage) => {
    store.dispatch(deliveriesChanged({ peer: message.peer, ids: [message.id], delivery: 'sent' }));
    const write = () => archive.call('putMessages', { messages: [{ ...message, delivery: 'sent' }] });
    void context.inOrder(write).catch(() => undefined);
  };
  const enqueue = (message: ArchivedMessage) => {
    queue.push(message);
    const stored = () => {
      storedIds.add(message.id);
      flush();
    };
    // A full disk must not keep a message from being sent.
    context.inOrder(() => archive.call('putMessages', { messages: [message] })).then(stored, stored);
  };

  return {
    load: async () => {
      const waiting = await archive.call('queued', null);
      for (const message of waiting) {
        if (queue.some(({ id }) => id === message.id)) continue;
        queue.push(message);
        storedIds.add(message.id);
      }
      queue.sort((one, other) => one.timestamp - other.timestamp);
      if (waiting.length > 0) store.dispatch(messagesArrived(waiting));
    },
    send: (peer, body) => {
      const newest = conversationWith(store, peer)?.messages.at(-1)?.timestamp ?? 0;
      const timestamp = Math.max(clock.now(), newest + 1);
      const message: ArchivedMessage = {
        id: context.newId(),
        archiveId: null,
        peer,
        direction: 'out',
        body,
        timestamp,
        delivery: 'queued',
      };
      store.dispatch(messagesArrived([message]));
      store.dispatch(activityNoted({ jid: peer, at: timestamp }));
      enqueue(message);
    },
    retry: (peer, id) => {
      const message = conversationWith(store, peer)?.messages.find(
        (each) => each.id === id && each.direction === 'out' && each.delivery === 'failed',
      );
      if (!message) return;
      store.dispatch(messageRequeued({ peer, id }));
      enqueue({ ...message, delivery: 'queued' });
    },
    ready: (current) => {
      link = current;
      flush();
    },
    interrupted: () => {
      link = null;
    },
    forgotten: () => {
      onTheWire.clear();
    },
    acknowledged: (id) => {
      const message = leave(id);
      if (message) markSent(message);
    },
    bounced: (peer, id) => {
      const message = leave(id) ?? conversationWith(store, peer)?.messages.find((each) => each.id === id);
      if (message?.direction !== 'out' || message.peer !== peer) return;
      store.dispatch(messageBounced({ peer, id }));
      const write = () => archive.call('putMessages', { messages: [{ ...message, delivery: 'failed' }] });
      void context.inOrder(write).catch(() => undefined);
    },
    seen: (messages) => {
      for (const { direction, id, receivedId, displayedId } of messages) {
        // A copy of it, or the other side's word that it has it.
        for (const own of direction === 'out' ? [id] : [receivedId, displayedId]) if (own !== null) leave(own);
      }
    },
  };
};
