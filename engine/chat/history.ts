/** Older messages of a conversation: from the local archive, then from the server's (CHA-3, CHA-4). */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import { historyChanged, historyLoaded } from '../state/conversations.ts';
import { conversationWith, type ChatContext } from './chat-context.ts';
import type { MessageLog } from './message-log.ts';
import type { ArchivePage, XmppLink } from './xmpp-link.ts';

const pageSize = 50;
/** A page of the server may hold nothing but receipts and marks; this many are tried before giving up for now. */
const emptyPages = 10;

export interface History {
  /** Loads the newest page, if none is there yet. */
  open(peer: BareJid): Promise<void>;
  loadOlder(peer: BareJid): Promise<void>;
}

export const createHistory = (
  context: ChatContext,
  log: MessageLog,
  /** `null` while there is no connection. */
  currentLink: () => Pick<XmppLink, 'queryArchive'> | null,
): History => {
  const { store, archive } = context;
  const underWay = new Map<BareJid, Promise<void>>();

  const fromArchive = (peer: BareJid, before: ArchivedMessage | undefined) =>
    archive.call('messages', {
      peer,
      before: before ? { timestamp: before.timestamp, id: before.id } : null,
      limit: pageSize,
    });

  /** Fetches pages of the server into the archive until one has messages; tells whether more may follow. */
  const fetchOlder = async (peer: BareJid, known: ArchivedMessage[]): Promise<'some' | 'none' | 'failed'> => {
    let before = known.find((message) => message.archiveId !== null)?.archiveId ?? '';
    for (let count = 0; count < emptyPages; count += 1) {
      const link = currentLink();
      if (!link) return 'failed';
      const page: ArchivePage = await link.queryArchive({ with: peer, page: { before }, max: pageSize });
      if (page.outcome !== 'page') return 'failed';
      await log.take(page.messages, 'older');
      if (page.complete || page.first === null) return 'none';
      if (page.messages.some((message) => message.body !== null)) return 'some';
      before = page.first;
    }
    return 'some';
  };

  const load = async (peer: BareJid, oldest: ArchivedMessage | undefined) => {
    store.dispatch(historyChanged({ peer, history: 'loading' }));
    try {
      let messages = await context.inOrder(() => fromArchive(peer, oldest));
      let more: 'some' | 'none' | 'failed' = 'some';
      if (messages.length < pageSize) {
        const known = [...messages, ...(conversationWith(store, peer)?.messages ?? [])];
        more = await fetchOlder(peer, known);
        messages = await context.inOrder(() => fromArchive(peer, oldest));
        // A page of the server may be longer than one of the archive.
        if (messages.length === pageSize) more = 'some';
      }
      const history = more === 'some' ? 'partial' : more === 'none' ? 'complete' : 'failed';
      store.dispatch(historyLoaded({ peer, messages, history }));
    } catch {
      store.dispatch(historyChanged({ peer, history: 'failed' }));
    }
  };
  const once = (peer: BareJid, task: () => Promise<void>): Promise<void> => {
    const running = underWay.get(peer) ?? task().finally(() => underWay.delete(peer));
    underWay.set(peer, running);
    return running;
  };

  return {
    open: (peer) => {
      const history = conversationWith(store, peer)?.history ?? 'unloaded';
      return history === 'unloaded' || history === 'failed'
        ? once(peer, () => load(peer, undefined))
        : Promise.resolve();
    },
    loadOlder: (peer) => {
      const conversation = conversationWith(store, peer);
      if (conversation?.history === 'complete') return Promise.resolve();
      const unopened = (conversation?.history ?? 'unloaded') === 'unloaded';
      return once(peer, () => load(peer, unopened ? undefined : conversation?.messages[0]));
    },
  };
};
