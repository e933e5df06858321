import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import {
  archiveRequests,
  type ArchiveMethod,
  type ArchiveReplyFrame,
  type ArchiveRequest,
  type ArchiveResponse,
} from '../../../protocol/archive.ts';
import { closeArchive, deleteArchive, isDamage, openArchive } from './archive-file.ts';
import { messageStoreOf, type MessageStore } from './message-store.ts';

type ArchiveState = { state: 'closed' } | { state: 'open'; account: string; database: Database; store: MessageStore };

const frameSchema = z.object({
  id: z.number().int(),
  method: z.string().refine((method): method is ArchiveMethod => Object.hasOwn(archiveRequests, method)),
  params: z.unknown(),
});

type Methods = { [Method in ArchiveMethod]: (request: ArchiveRequest<Method>) => ArchiveResponse<Method> };

export interface ArchiveService {
  /** Answers one frame; `null` where it is none. Never throws, except for a file that broke while it was open. */
  answer(frame: unknown): ArchiveReplyFrame | null;
  close(): void;
}

/** Serves `protocol/archive.ts` from files in the folder; one account is open at a time. */
export const archiveService = (folder: string, now: () => number): ArchiveService => {
  let current: ArchiveState = { state: 'closed' };

  const close = (): void => {
    if (current.state === 'open') closeArchive(current.database);
    current = { state: 'closed' };
  };
  const open = (account: string): boolean => {
    if (current.state === 'open' && current.account === account) return false;
    close();
    const { database, recovered } = openArchive(folder, account, now);
    current = { state: 'open', account, database, store: messageStoreOf(database) };
    return recovered;
  };
  const store = (): MessageStore => {
    if (current.state === 'closed') throw new Error('archive.closed');
    return current.store;
  };

  const methods: Methods = {
    open: ({ account }) => ({ recovered: open(account) }),
    putMessages: ({ messages }) => {
      store().put(messages);
      return null;
    },
    messages: (request) => store().messages(request),
    conversations: () => store().conversations(),
    queued: () => store().queued(),
    markRead: (request) => {
      store().markRead(request);
      return null;
    },
    getValue: ({ key }) => store().getValue(key),
    setValue: (request) => {
      store().setValue(request);
      return null;
    },
    values: ({ prefix }) => store().values(prefix),
    wipe: () => {
      if (current.state === 'open') {
        const { account, database } = current;
        current = { state: 'closed' };
        deleteArchive(database);
        open(account);
      }
      return null;
    },
  };

  const call = <Method extends ArchiveMethod>(method: Method, params: unknown): unknown => {
    const read = archiveRequests[method].request.safeParse(params);
    if (!read.success) throw new Error('archive.badRequest');
    return methods[method](read.data as ArchiveRequest<Method>);
  };

  return {
    answer: (frame) => {
      const read = frameSchema.safeParse(frame);
      if (!read.success) return null;
      const { id, method, params } = read.data;
      try {
        return { id, result: call(method, params) };
      } catch (error) {
        if (isDamage(error)) throw error;
        return { id, error: error instanceof Error ? error.message : 'archive.failed' };
      }
    },
    close,
  };
};
