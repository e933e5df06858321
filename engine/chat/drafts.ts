/** Unsent text of each conversation (CHA-2): in the store at once, in the archive after a breath. */
import type { BareJid } from '../../protocol/identity.ts';
import type { ChatContext } from './chat-context.ts';

const valueKey = 'draft:';
const breath = 400;

export interface Drafts {
  load(): Promise<Record<BareJid, string>>;
  keep(peer: BareJid, text: string): void;
  /** Stores at once what is waiting. */
  flush(): Promise<void>;
}

export const createDrafts = ({ archive, clock }: Pick<ChatContext, 'archive' | 'clock'>): Drafts => {
  const waiting = new Map<BareJid, { text: string; cancel: () => void }>();
  const store = async (peer: BareJid) => {
    const draft = waiting.get(peer);
    if (!draft) return;
    draft.cancel();
    waiting.delete(peer);
    const value = draft.text === '' ? null : draft.text;
    await archive.call('setValue', { key: `${valueKey}${peer}`, value }).catch(() => undefined);
  };
  return {
    load: async () => {
      const values = await archive.call('values', { prefix: valueKey });
      return Object.fromEntries(Object.entries(values).map(([key, text]) => [key.slice(valueKey.length), text]));
    },
    keep: (peer, text) => {
      waiting.get(peer)?.cancel();
      waiting.set(peer, { text, cancel: clock.after(breath, () => void store(peer)) });
    },
    flush: async () => {
      for (const peer of [...waiting.keys()]) await store(peer);
    },
  };
};
