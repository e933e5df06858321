/**
 * Brings the archive up to the server's (XEP-0313). The position is the archive id up to which nothing is missing; it
 * is kept with the messages, so that a crash costs a page seen twice and never a gap.
 *
 * A device without a position takes the newest pages, and goes on from there; what is older comes when somebody
 * scrolls to it.
 */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { Archive } from '../ports/ports.ts';
import type { MessageLog } from './message-log.ts';
import type { WireMessage, XmppLink } from './xmpp-link.ts';

const positionKey = 'sync';
/** The way there and back counts; a server that gives fewer at once says so by giving fewer. */
const pageSize = 1_000;
/** Written and shown in one go: each costs the screen a frame, and small ones cost many. */
const storedAtOnce = 500;
const firstPageSize = 250;
/** Pages that a fresh device takes at once: enough for the conversations of the last days. */
const firstPages = 4;

export interface CatchUpOptions {
  archive: Archive;
  log: MessageLog;
  /** What is known now comes before all that the next catch-up brings. */
  begins(): void;
  /** A page has come in, before it is stored. */
  seen(messages: WireMessage[]): void;
}

export interface CatchUp {
  load(): Promise<void>;
  /** True when nothing is missing any more; false when the connection did not last. With what is news. */
  run(link: Pick<XmppLink, 'queryArchive'>): Promise<{ complete: boolean; news: ArchivedMessage[]; fresh: boolean }>;
  /** A live message was stored; it extends what is known, provided that nothing is missing before it. */
  extend(archiveId: string): Promise<void>;
  /** The connection was cut without being resumable: there may be a gap. */
  interrupt(): void;
  readonly complete: boolean;
  /**
   * Own messages are on their way whose archive ids are unknown: the stored position stays where it is, so that
   * the next catch-up finds out what became of them.
   */
  hold(holding: boolean): Promise<void>;
}

export const createCatchUp = ({ archive, log, begins, seen }: CatchUpOptions): CatchUp => {
  let position: string | null = null;
  let stored: string | null = null;
  let complete = false;
  let held = false;
  /** A catch-up has begun and not come to its end. */
  let unfinished = false;

  const store = async () => {
    if (held || position === stored) return;
    stored = position;
    await archive.call('setValue', { key: positionKey, value: position });
  };

  const runNewest = async (link: Pick<XmppLink, 'queryArchive'>) => {
    const news: ArchivedMessage[] = [];
    let before = '';
    for (let count = 0; count < firstPages; count += 1) {
      const page = await link.queryArchive({ page: { before }, max: firstPageSize });
      if (page.outcome !== 'page') return { complete: position !== null, news, fresh: true };
      seen(page.messages);
      news.unshift(...(await log.take(page.messages, 'older')));
      if (count === 0) {
        // An archive without messages has a position too: whatever comes is behind its beginning.
        position = page.last ?? '';
        await store();
      }
      if (page.complete || page.first === null) break;
      before = page.first;
    }
    return { complete: true, news, fresh: true };
  };

  const runForward = async (link: Pick<XmppLink, 'queryArchive'>, from: string) => {
    const news: ArchivedMessage[] = [];
    let next = link.queryArchive({ page: { after: from }, max: pageSize });
    let gathered: WireMessage[] = [];
    let reached = position;
    for (;;) {
      const page = await next;
      if (page.outcome === 'idUnknown') return null;
      const failed = page.outcome === 'failed';
      const last = failed ? null : page.last;
      const more = !failed && !page.complete && last !== null;
      // The server works on the next page while this one is stored.
      if (more) next = link.queryArchive({ page: { after: last }, max: pageSize });
      if (!failed) gathered.push(...page.messages);
      reached = last ?? reached;
      if (more && gathered.length < storedAtOnce) continue;
      seen(gathered);
      news.push(...(await log.take(gathered, 'newer')));
      gathered = [];
      position = reached;
      await store();
      if (!more) return { complete: !failed, news, fresh: false };
    }
  };

  return {
    load: async () => {
      position = await archive.call('getValue', { key: positionKey });
      stored = position;
      complete = false;
    },
    run: async (link) => {
      complete = false;
      if (!unfinished && !held) begins();
      unfinished = true;
      // From the stored position: it is the one behind which own messages may be unaccounted for.
      const result = (stored === null ? null : await runForward(link, stored)) ?? (await runNewest(link));
      complete = result.complete;
      if (complete) unfinished = false;
      return result;
    },
    extend: async (archiveId) => {
      if (!complete) return;
      position = archiveId;
      await store();
    },
    interrupt: () => {
      complete = false;
    },
    get complete() {
      return complete;
    },
    hold: async (holding) => {
      if (holding && !held && complete) begins();
      held = holding;
      await store();
    },
  };
};
