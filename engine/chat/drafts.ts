/** Unsent text of each conversation (CHA-2): in the archive at once, because the page may be gone in the next moment. */
import type { BareJid } from '../../protocol/identity.ts';
import type { ChatContext } from './chat-context.ts';

const valueKey = 'draft:';

export interface Drafts {
  load(): Promise<Record<BareJid, string>>;
  keep(peer: BareJid, text: string): void;
  /** Resolves when everything is stored. */
  settled(): Promise<void>;
}

export const createDrafts = ({ archive }: Pick<ChatContext, 'archive'>): Drafts => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    load: async () => {
      const values = await archive.call('values', { prefix: valueKey });
      return Object.fromEntries(Object.entries(values).map(([key, text]) => [key.slice(valueKey.length), text]));
    },
    keep: (peer, text) => {
      const value = text === '' ? null : text;
      last = archive.call('setValue', { key: `${valueKey}${peer}`, value }).catch(() => undefined);
    },
    settled: async () => void (await last),
  };
};
