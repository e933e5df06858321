/**
 * Conversations by peer. Messages are told apart by direction and id; marks only rise (CHA-3), nothing is doubled
 * and the order is that of the timestamps (CHA-8). Works on plain arrays: with thousands of messages the drafts
 * of Immer would cost frames.
 */
import { createSlice, original, type PayloadAction } from '@reduxjs/toolkit';
import {
  deliverySchema,
  type ArchivedMessage,
  type ConversationSummary,
  type Delivery,
} from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import type { Conversation, DomainState } from './types.ts';

type ConversationsState = DomainState['conversations'];

/** Messages kept of a conversation that nobody has opened: enough to recognise a repeated one. */
export const unopenedWindow = 50;

/**
 * The mark after another sighting; marks only rise. But a message that came back has failed though the server had
 * taken it over, and stays so, its copy in the server's archive notwithstanding, until it is tried again or the other
 * side says that it is there. `electron/archive/process/message-store.ts` has the same table in SQL.
 */
export const higherDelivery = (known: Delivery, seen: Delivery): Delivery => {
  if (seen === 'failed') return known === 'queued' || known === 'sent' ? seen : known;
  if (known === 'failed') return seen === 'sent' || seen === 'received' ? known : seen;
  return deliverySchema.options.indexOf(known) >= deliverySchema.options.indexOf(seen) ? known : seen;
};

const keyOf = (message: ArchivedMessage) => `${message.direction}:${message.id}`;

/** What two sightings of one message say together. The server's stamp replaces the client's. */
export const combineSightings = (known: ArchivedMessage, seen: ArchivedMessage): ArchivedMessage => {
  const stamped = known.archiveId === null && seen.archiveId !== null;
  const delivery = higherDelivery(known.delivery, seen.delivery);
  // What still waits may be moved behind what has come in meanwhile.
  const moved = delivery === 'queued' && seen.timestamp !== known.timestamp;
  if (!stamped && !moved && delivery === known.delivery) return known;
  return {
    ...known,
    delivery,
    archiveId: known.archiveId ?? seen.archiveId,
    timestamp: stamped || moved ? seen.timestamp : known.timestamp,
  };
};

/** `known` with `seen` in it: ordered by time, none twice. Messages of one instant keep the order they came in. */
export const mergeMessages = (known: ArchivedMessage[], seen: ArchivedMessage[]): ArchivedMessage[] => {
  const byKey = new Map(known.map((message) => [keyOf(message), message]));
  for (const message of seen) {
    const before = byKey.get(keyOf(message));
    byKey.set(keyOf(message), before ? combineSightings(before, message) : message);
  }
  const merged = [...byKey.values()];
  const inOrder = merged.every((message, index) => index === 0 || timeOf(merged[index - 1]) <= message.timestamp);
  return inOrder ? merged : merged.sort((one, other) => one.timestamp - other.timestamp);
};
const timeOf = (message: ArchivedMessage | undefined) => message?.timestamp ?? 0;

const emptyConversation = (peer: BareJid): Conversation => ({
  peer,
  messages: [],
  history: 'unloaded',
  unread: 0,
  firstUnreadId: null,
  draft: '',
  peerTyping: false,
});

const isUnread = (message: ArchivedMessage) => message.direction === 'in' && message.delivery === 'received';

/** The conversation with messages that have just come to be known; those of them that are unread and new count. */
const withArrivals = (conversation: Conversation, arrivals: ArchivedMessage[]): Conversation => {
  const known = new Set(conversation.messages.map(keyOf));
  const fresh = new Map(arrivals.filter((message) => !known.has(keyOf(message))).map((each) => [keyOf(each), each]));
  const merged = mergeMessages(conversation.messages, arrivals);
  return {
    ...conversation,
    messages: conversation.history === 'unloaded' ? merged.slice(-unopenedWindow) : merged,
    unread: conversation.unread + [...fresh.values()].filter(isUnread).length,
  };
};

const groupByPeer = (messages: ArchivedMessage[]): Map<BareJid, ArchivedMessage[]> => {
  const groups = new Map<BareJid, ArchivedMessage[]>();
  for (const message of messages) {
    const group = groups.get(message.peer);
    if (group) group.push(message);
    else groups.set(message.peer, [message]);
  }
  return groups;
};

type Change = (conversation: Conversation) => Conversation;
/** Replaces the named conversations by what `change` makes of their plain values; new ones start empty. */
const change = (state: ConversationsState, peers: Iterable<BareJid>, changeOf: (peer: BareJid) => Change) => {
  const plain = original(state) ?? state;
  for (const peer of peers) {
    const before = plain.byPeer[peer] ?? emptyConversation(peer);
    const after = changeOf(peer)(before);
    if (after !== plain.byPeer[peer]) state.byPeer[peer] = after;
  }
};
const changeMessages =
  (changeOf: (message: ArchivedMessage) => ArchivedMessage): Change =>
  (conversation) => {
    let touched = false;
    const messages = conversation.messages.map((message) => {
      const after = changeOf(message);
      if (after !== message) touched = true;
      return after;
    });
    return touched ? { ...conversation, messages } : conversation;
  };

const slice = createSlice({
  name: 'conversations',
  initialState: (): ConversationsState => ({ byPeer: {}, loaded: false }),
  reducers: {
    /** What the archive holds at the start of a session. */
    conversationsLoaded: (
      state,
      { payload }: PayloadAction<{ summaries: ConversationSummary[]; drafts: Record<BareJid, string> }>,
    ) => {
      const summaries = new Map(payload.summaries.map((summary) => [summary.peer, summary]));
      const peers = new Set([...summaries.keys(), ...Object.keys(payload.drafts)]);
      change(state, peers, (peer) => (conversation) => {
        const summary = summaries.get(peer);
        const last = summary?.lastMessage;
        return {
          ...conversation,
          messages: last ? mergeMessages(conversation.messages, [last]) : conversation.messages,
          unread: summary?.unread ?? conversation.unread,
          draft: payload.drafts[peer] ?? conversation.draft,
        };
      });
      state.loaded = true;
    },
    /** Messages that were sent, came in or were caught up with; unread ones that are new count. */
    messagesArrived: (state, { payload }: PayloadAction<ArchivedMessage[]>) => {
      const groups = groupByPeer(payload);
      change(state, groups.keys(), (peer) => (conversation) => withArrivals(conversation, groups.get(peer) ?? []));
    },
    /** Older messages, read from an archive: nothing about them is news. */
    historyLoaded: (
      state,
      { payload }: PayloadAction<{ peer: BareJid; messages: ArchivedMessage[]; history: Conversation['history'] }>,
    ) => {
      change(state, [payload.peer], () => (conversation) => ({
        ...conversation,
        messages: mergeMessages(conversation.messages, payload.messages),
        history: payload.history,
      }));
    },
    historyChanged: (state, { payload }: PayloadAction<{ peer: BareJid; history: Conversation['history'] }>) => {
      change(
        state,
        [payload.peer],
        () => (conversation) =>
          conversation.history === payload.history ? conversation : { ...conversation, history: payload.history },
      );
    },
    /** Counts as the archive has them; it knows messages beyond the loaded window. */
    unreadCounted: (state, { payload }: PayloadAction<{ peer: BareJid; unread: number }[]>) => {
      const counts = new Map(payload.map((each) => [each.peer, each.unread]));
      change(state, counts.keys(), (peer) => (conversation) => {
        const unread = counts.get(peer) ?? 0;
        return conversation.unread === unread ? conversation : { ...conversation, unread };
      });
    },
    /** Marks of own messages, one by one. A mark that is lower than the known one changes nothing. */
    deliveriesChanged: (
      state,
      { payload }: PayloadAction<{ peer: BareJid; ids: string[]; delivery: Exclude<Delivery, 'received'> }>,
    ) => {
      const ids = new Set(payload.ids);
      change(state, [payload.peer], () =>
        changeMessages((message) => {
          if (message.direction !== 'out' || !ids.has(message.id)) return message;
          const delivery = higherDelivery(message.delivery, payload.delivery);
          return delivery === message.delivery ? message : { ...message, delivery };
        }),
      );
    },
    /** The other side has read every message that had reached the server up to `upTo`. */
    peerRead: (state, { payload }: PayloadAction<{ peer: BareJid; upTo: number }>) => {
      change(state, [payload.peer], () =>
        changeMessages((message) =>
          message.direction === 'out' &&
          message.timestamp <= payload.upTo &&
          (message.delivery === 'sent' || message.delivery === 'delivered')
            ? { ...message, delivery: 'read' }
            : message,
        ),
      );
    },
    /** Messages of the other side up to `upTo` were read, here or on another device; `unread` are left. */
    conversationRead: (state, { payload }: PayloadAction<{ peer: BareJid; upTo: number; unread: number }>) => {
      change(state, [payload.peer], () => (conversation) => {
        const read = changeMessages((message) =>
          isUnread(message) && message.timestamp <= payload.upTo ? { ...message, delivery: 'read' } : message,
        )(conversation);
        return read.unread === payload.unread ? read : { ...read, unread: payload.unread };
      });
    },
    /** The message came back, before or after the server had taken it over: it has not arrived and never will. */
    messageBounced: (state, { payload }: PayloadAction<{ peer: BareJid; id: string }>) => {
      change(state, [payload.peer], () =>
        changeMessages((message) =>
          message.id === payload.id &&
          message.direction === 'out' &&
          (message.delivery === 'queued' || message.delivery === 'sent')
            ? { ...message, delivery: 'failed' }
            : message,
        ),
      );
    },
    /** A failed message is tried again. */
    messageRequeued: (state, { payload }: PayloadAction<{ peer: BareJid; id: string }>) => {
      change(state, [payload.peer], () =>
        changeMessages((message) =>
          message.id === payload.id && message.direction === 'out' && message.delivery === 'failed'
            ? { ...message, delivery: 'queued' }
            : message,
        ),
      );
    },
    unreadLineMoved: (state, { payload }: PayloadAction<{ peer: BareJid; firstUnreadId: string | null }>) => {
      const conversation = state.byPeer[payload.peer];
      if (conversation) conversation.firstUnreadId = payload.firstUnreadId;
    },
    draftChanged: (state, { payload }: PayloadAction<{ peer: BareJid; draft: string }>) => {
      change(
        state,
        [payload.peer],
        () => (conversation) =>
          conversation.draft === payload.draft ? conversation : { ...conversation, draft: payload.draft },
      );
    },
    peerTypingChanged: (state, { payload }: PayloadAction<{ peer: BareJid; typing: boolean }>) => {
      const conversation = state.byPeer[payload.peer];
      if (conversation && conversation.peerTyping !== payload.typing) conversation.peerTyping = payload.typing;
    },
    /** Another account, or none, uses this store from now on. */
    conversationsForgotten: (): ConversationsState => ({ byPeer: {}, loaded: false }),
  },
});
export const conversationsReducer = slice.reducer;
export const {
  conversationsLoaded,
  messagesArrived,
  historyLoaded,
  historyChanged,
  unreadCounted,
  deliveriesChanged,
  peerRead,
  conversationRead,
  messageBounced,
  messageRequeued,
  unreadLineMoved,
  draftChanged,
  peerTypingChanged,
  conversationsForgotten,
} = slice.actions;
