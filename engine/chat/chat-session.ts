/** The chat of one account for as long as it is logged in: puts the parts together and keeps the link alive. */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { Availability, BareJid } from '../../protocol/identity.ts';
import type { Provisioning } from '../../protocol/rest.ts';
import { createReconnection } from '../session/reconnection.ts';
import { linkChanged } from '../state/connection.ts';
import { activityNoted } from '../state/contacts.ts';
import {
  conversationsForgotten,
  conversationsLoaded,
  draftChanged,
  unreadCounted,
  unreadLineMoved,
} from '../state/conversations.ts';
import { createAvatars } from './avatars.ts';
import { createCatchUp } from './catch-up.ts';
import { conversationWith, shownMessage, type ChatContext } from './chat-context.ts';
import { createDrafts } from './drafts.ts';
import { createHistory, type History } from './history.ts';
import { createLinkWatch } from './link-watch.ts';
import { createMessageLog } from './message-log.ts';
import { createMessageNotices } from './message-notices.ts';
import { createMessageTimes } from './message-times.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createPresenceBook } from './presence-book.ts';
import { createReadMarks, type ReadMarks } from './read-marks.ts';
import { createReadPositions } from './read-positions.ts';
import { createTyping, type Typing } from './typing.ts';
import type { WireMessage, XmppLink, XmppLinkFactory } from './xmpp-link.ts';

/** A catch-up that the server refuses is tried again after this long. */
const catchUpAgainAfter = 5_000;
/** So often; then what waits goes out all the same: the server knows by the origin id what it has already. */
const catchUpTries = 3;

export interface ChatSessionOptions {
  context: ChatContext;
  createLink: XmppLinkFactory;
  jid: BareJid;
  limits: Provisioning['limits'];
  presence: { availability: Availability; statusText: string };
  onAuthenticationFailed(): void;
}

export interface ChatSession {
  readonly jid: BareJid;
  readonly limits: Provisioning['limits'];
  readonly outbox: Outbox;
  readonly history: History;
  readonly typing: Typing;
  readonly marks: ReadMarks;
  readonly link: XmppLink;
  isUp(): boolean;
  /** The server has accepted the session: connects, and stays connected until `stop`. */
  connect(xmpp: Provisioning['xmpp']): void;
  open(peer: BareJid): Promise<void>;
  leave(peer: BareJid): void;
  setDraft(peer: BareJid, text: string): void;
  publishPresence(availability: Availability, statusText: string): void;
  checkConnection(): void;
  /** Closes the stream without waiting for anything. */
  depart(): void;
  stop(): Promise<void>;
}

/** Shows what the archive has; writing works from now on, and goes out once there is a connection. */
export const startChatSession = async (options: ChatSessionOptions): Promise<ChatSession> => {
  const { context, jid } = options;
  const { store, archive, clock, shell } = context;
  await archive.call('open', { account: jid });
  const resource = await resourceOf(context);
  let account = { url: '', jid, password: '', resource };

  let own = options.presence;
  const openPeers = new Set<BareJid>();
  const upLink = () => (reconnection.state.phase === 'up' ? link : null);

  const reads = createReadPositions(archive);
  const times = createMessageTimes(archive, clock.now, (peer, direction, id) =>
    shownMessage(store, peer, direction, id),
  );
  const log = createMessageLog(context, reads, times);
  const notices = createMessageNotices(context);
  const presences = createPresenceBook(context);
  const avatars = createAvatars(context, upLink, () => options.limits.avatarBytes);
  const marks = createReadMarks(context, reads);
  const drafts = createDrafts(context);
  const outbox = createOutbox(context, (holding) => void catchUp.hold(holding));
  const catchUp = createCatchUp({ archive, log, begins: times.catchUpBegins, seen: outbox.seen });
  const history = createHistory(context, log, upLink);
  const typing = createTyping(context, (peer, chatState) =>
    upLink()?.send({ kind: 'chatState', id: context.newId(), peer, chatState }),
  );

  const isWatched = (peer: BareJid) => {
    const { visible, focused } = shell.attention();
    return openPeers.has(peer) && visible && focused;
  };
  const announce = (news: ArchivedMessage[]) => {
    for (const { peer, id } of news) {
      const line = conversationWith(store, peer)?.firstUnreadId ?? null;
      if (openPeers.has(peer) && !isWatched(peer) && line === null) {
        store.dispatch(unreadLineMoved({ peer, firstUnreadId: id }));
      }
    }
    notices.announce(news, isWatched);
  };

  // Live messages gather while the ones before are being stored.
  const arrived: WireMessage[] = [];
  let taking = false;
  const takeArrived = async () => {
    if (taking) return;
    taking = true;
    while (arrived.length > 0) {
      const batch = arrived.splice(0, 250);
      outbox.seen(batch);
      try {
        const news = await log.take(batch);
        // A receipt says that the message is safe here, so it waits for the archive.
        for (const { peer, id, body, receiptWanted } of batch) {
          if (receiptWanted && id !== null && body !== null) {
            upLink()?.send({ kind: 'receipt', id: context.newId(), peer, receivedId: id });
          }
        }
        const newest = batch.findLast((message) => message.archiveId !== null);
        if (newest?.archiveId) await catchUp.extend(newest.archiveId);
        announce(news);
      } catch {
        // The archive refused it. The position stays behind it, so the next catch-up brings it again.
        catchUp.interrupt();
      }
    }
    taking = false;
  };

  let connectionNumber = 0;
  let firstCatchUp = true;
  const synchronise = async (attempt = 1): Promise<void> => {
    const connection = connectionNumber;
    const isCurrent = () => connection === connectionNumber && upLink() !== null;
    const result = await catchUp.run(link).catch(() => ({ complete: false, news: [], fresh: false }));
    if (!isCurrent()) return;
    const summaries = await archive.call('conversations', null).catch(() => []);
    store.dispatch(unreadCounted(summaries.map(({ peer, unread }) => ({ peer, unread }))));
    // At login everything is old; after an interruption it is what the user has missed.
    if (!firstCatchUp && !result.fresh)
      announce(result.news.filter((each) => reads.position(each.peer) < each.timestamp));
    if (!isCurrent()) return;
    if (result.complete) firstCatchUp = false;
    else if (attempt < catchUpTries) {
      clock.after(catchUpAgainAfter, () => {
        if (isCurrent()) void synchronise(attempt + 1);
      });
      return;
    }
    outbox.ready(link);
    marks.ready(link);
  };

  const link = options.createLink(() => account, {
    opened: (resumed) => {
      connectionNumber += 1;
      watch.opened();
      reconnection.opened();
      link.setActive(shell.attention().visible);
      if (!resumed) {
        presences.begin();
        outbox.forgotten();
        marks.forgotten();
        catchUp.interrupt();
      }
      const connection = connectionNumber;
      link.sendPresence(own.availability, own.statusText);
      // The server answers in order: once this comes back, everybody who is there has been told.
      if (!resumed) {
        void link.ping().then((answered) => {
          if (answered && connection === connectionNumber) presences.complete();
        });
      }
      if (catchUp.complete) {
        outbox.ready(link);
        marks.ready(link);
      } else void synchronise();
      // Opened without a connection: what the local archive did not have can be had now.
      for (const peer of openPeers) {
        if (conversationWith(store, peer)?.history === 'failed') void history.loadOlder(peer);
      }
    },
    closed: (cause) => {
      connectionNumber += 1;
      watch.closed();
      outbox.interrupted();
      marks.interrupted();
      typing.forget();
      if (cause === 'lost') return reconnection.lost();
      reconnection.stop();
      options.onAuthenticationFailed();
    },
    messageReceived: (message) => {
      typing.take(message);
      if (message.body === null && message.receivedId === null && message.displayedId === null) return;
      arrived.push(message);
      void takeArrived();
    },
    messageAcknowledged: (id) => {
      outbox.acknowledged(id);
      marks.acknowledged(id);
    },
    messageBounced: outbox.bounced,
    presenceReceived: presences.take,
    avatarAnnounced: avatars.announced,
  });
  const watch = createLinkWatch(clock, link);
  const reconnection = createReconnection({
    clock,
    open: () => {
      watch.opening();
      link.open();
    },
    check: watch.check,
    changed: (state) => store.dispatch(linkChanged({ link: 'xmpp', state })),
  });

  const noteActivity = () => {
    for (const { peer, messages } of Object.values(store.getState().conversations.byPeer)) {
      const at = messages.at(-1)?.timestamp;
      if (at !== undefined) store.dispatch(activityNoted({ jid: peer, at }));
    }
  };
  let contactIds = store.getState().contacts.ids;
  const off = [
    store.subscribe(() => {
      notices.update();
      const { ids } = store.getState().contacts;
      if (ids === contactIds) return;
      contactIds = ids;
      presences.contactsChanged();
      avatars.contactsChanged();
      noteActivity();
    }),
    shell.onAttentionChange(() => link.setActive(shell.attention().visible)),
  ];

  await context.inOrder(async () => {
    await reads.load();
    await marks.load();
    await catchUp.load();
    const summaries = await archive.call('conversations', null);
    store.dispatch(conversationsLoaded({ summaries, drafts: await drafts.load() }));
    await outbox.load();
    await avatars.load();
    noteActivity();
  });

  return {
    jid,
    limits: options.limits,
    outbox,
    history,
    typing,
    marks,
    link,
    isUp: () => upLink() !== null,
    connect: ({ url, password }) => {
      account = { ...account, url, password };
      reconnection.start();
    },
    open: async (peer) => {
      openPeers.add(peer);
      await history.open(peer);
      const conversation = conversationWith(store, peer);
      if (!conversation || conversation.unread === 0 || conversation.firstUnreadId !== null) return;
      const first = conversation.messages.find(
        ({ direction, delivery }) => direction === 'in' && delivery === 'received',
      );
      if (first) store.dispatch(unreadLineMoved({ peer, firstUnreadId: first.id }));
    },
    leave: (peer) => {
      openPeers.delete(peer);
      store.dispatch(unreadLineMoved({ peer, firstUnreadId: null }));
    },
    setDraft: (peer, text) => {
      store.dispatch(draftChanged({ peer, draft: text }));
      drafts.keep(peer, text);
    },
    publishPresence: (availability, statusText) => {
      if (own.availability === availability && own.statusText === statusText) return;
      own = { availability, statusText };
      upLink()?.sendPresence(availability, statusText);
    },
    checkConnection: () => reconnection.wake(),
    depart: () => {
      reconnection.stop();
      void link.close();
    },
    stop: async () => {
      for (const end of off) end();
      connectionNumber += 1;
      watch.closed();
      outbox.interrupted();
      marks.interrupted();
      typing.forget();
      notices.dropAll();
      reconnection.stop();
      await drafts.settled();
      await link.close();
      presences.forget();
      // What is under way still belongs to this account.
      await context.inOrder(() => Promise.resolve());
      store.dispatch(conversationsForgotten());
    },
  };
};

/** The desktop comes back under its own name, so that the server drops what is left of its last session. */
const resourceOf = async ({ archive, shell, newId }: ChatContext): Promise<string> => {
  const fresh = `${shell.deviceKind}-${newId().slice(0, 12)}`;
  // Two tabs of a browser share what is stored, and are two devices.
  if (shell.deviceKind !== 'desktop') return fresh;
  const stored = await archive.call('getValue', { key: 'resource' });
  if (stored?.startsWith(`${shell.deviceKind}-`)) return stored;
  await archive.call('setValue', { key: 'resource', value: fresh });
  return fresh;
};
