/**
 * How far the user has read each conversation, on whatever device. Kept beside the messages, so that messages that
 * are fetched later (older pages, a fresh device) come in as read. Positions only advance.
 */
import type { BareJid } from '../../protocol/identity.ts';
import type { Archive } from '../ports/ports.ts';

const positionKey = 'read:';
const awaitedKey = 'readAwaited:';

export interface ReadPositions {
  load(): Promise<void>;
  /** Milliseconds since the epoch of the newest message that was read; 0: none known. */
  position(peer: BareJid): number;
  advance(peer: BareJid, timestamp: number): Promise<void>;
  /** Another device has read up to a message that is not here yet. */
  await(peer: BareJid, messageId: string): Promise<void>;
  /** The message that was waited for is here. */
  found(peer: BareJid): Promise<void>;
  /** Id of the message that is waited for. */
  awaited(peer: BareJid): string | null;
}

export const createReadPositions = (archive: Archive): ReadPositions => {
  const positions = new Map<BareJid, number>();
  const awaited = new Map<BareJid, string>();
  const within = async (prefix: string) =>
    Object.entries(await archive.call('values', { prefix })).map(
      ([key, value]) => [key.slice(prefix.length), value] as const,
    );
  return {
    load: async () => {
      positions.clear();
      awaited.clear();
      for (const [peer, value] of await within(positionKey)) {
        positions.set(peer, Number(value) || 0);
        // The browser's archive forgets its messages with the page, but not these values.
        await archive.call('markRead', { peer, timestamp: Number(value) || 0 });
      }
      for (const [peer, value] of await within(awaitedKey)) awaited.set(peer, value);
    },
    position: (peer) => positions.get(peer) ?? 0,
    advance: async (peer, timestamp) => {
      if (timestamp <= (positions.get(peer) ?? 0)) return;
      positions.set(peer, timestamp);
      await archive.call('markRead', { peer, timestamp });
      await archive.call('setValue', { key: `${positionKey}${peer}`, value: String(timestamp) });
    },
    await: async (peer, messageId) => {
      awaited.set(peer, messageId);
      await archive.call('setValue', { key: `${awaitedKey}${peer}`, value: messageId });
    },
    found: async (peer) => {
      if (awaited.delete(peer)) await archive.call('setValue', { key: `${awaitedKey}${peer}`, value: null });
    },
    awaited: (peer) => awaited.get(peer) ?? null,
  };
};
