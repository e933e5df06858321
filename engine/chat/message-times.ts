/**
 * The times that order messages (CHA-8). The server's stamps have milliseconds and its clock is not this machine's, so
 * a stamp is bent as little as it takes for the order to be the archive's: what follows is later than what was known,
 * what is fetched from before is earlier. A message keeps the time of its first sighting.
 */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { BareJid } from '../../protocol/identity.ts';
import type { Archive } from '../ports/ports.ts';
import type { WireMessage } from './xmpp-link.ts';

/** Apart by this much, in milliseconds, messages of one instant stay in order. */
const tick = 0.001;
/** Messages of a conversation that are read from the archive to recognise repeated ones. */
const remembered = 300;

/** Whether archived messages follow what is known, or are fetched from before it. */
export type PageAge = 'newer' | 'older';

export interface TimedMessage {
  message: ArchivedMessage;
  /** It was there before. */
  known: boolean;
}

interface Times {
  byKey: Map<string, number>;
  /** Newest and oldest time of what the server has taken over. */
  newest: number;
  oldest: number;
  /** Newest archived time when the last catch-up began, moved on by it: live messages are beyond it. */
  floor: number;
}

export interface MessageTimes {
  /** In the order of the archive; messages without body are left out. */
  timesOf(wires: WireMessage[], age: PageAge): Promise<TimedMessage[]>;
  /** Catching up begins: what it brings lies between what is known now and what comes live from now on. */
  catchUpBegins(): void;
}

const keyOf = (direction: string, id: string) => `${direction}:${id}`;

export const createMessageTimes = (
  archive: Archive,
  now: () => number,
  /** The message as it is shown, if it is in the loaded window. */
  shown: (peer: BareJid, direction: string, id: string) => ArchivedMessage | undefined,
): MessageTimes => {
  const peers = new Map<BareJid, Times>();

  const timesWith = async (peer: BareJid): Promise<Times> => {
    const known = peers.get(peer);
    if (known) return known;
    const stored = (await archive.call('messages', { peer, before: null, limit: remembered })).filter(
      ({ delivery }) => delivery !== 'queued' && delivery !== 'failed',
    );
    const times: Times = {
      byKey: new Map(stored.map(({ direction, id, timestamp }) => [keyOf(direction, id), timestamp])),
      newest: stored.at(-1)?.timestamp ?? 0,
      oldest: stored[0]?.timestamp ?? Infinity,
      floor: stored.at(-1)?.timestamp ?? 0,
    };
    peers.set(peer, times);
    return times;
  };

  const timeOf = (times: Times, wire: WireMessage, age: PageAge): number => {
    const stamp = wire.timestamp;
    // Live: the clock here, but never before what is already shown.
    if (stamp === null) return Math.max(now(), times.newest + 1);
    if (age === 'older') return stamp < times.oldest ? stamp : times.oldest - tick;
    return Math.max(stamp, times.floor + tick);
  };

  const timed = async (wire: WireMessage, age: PageAge): Promise<TimedMessage[]> => {
    const { archiveId, peer, direction, body } = wire;
    const id = wire.id ?? archiveId;
    if (body === null || id === null) return [];
    const times = await timesWith(peer);
    const key = keyOf(direction, id);
    const shownAs = shown(peer, direction, id);
    const waits = shownAs?.delivery === 'queued' || shownAs?.delivery === 'failed';
    const before = times.byKey.get(key) ?? (waits ? undefined : shownAs?.timestamp);
    // An own message that turns out to have arrived stays where it was written, if the order allows.
    const written = waits && age === 'newer' ? Math.max(shownAs.timestamp, times.floor + tick) : undefined;
    const timestamp = before ?? written ?? timeOf(times, wire, age);
    times.byKey.set(key, timestamp);
    times.newest = Math.max(times.newest, timestamp);
    times.oldest = Math.min(times.oldest, timestamp);
    if (age === 'newer' && wire.timestamp !== null) times.floor = Math.max(times.floor, timestamp);
    const delivery = direction === 'out' ? 'sent' : 'received';
    return [{ message: { id, archiveId, peer, direction, body, timestamp, delivery }, known: before !== undefined }];
  };

  return {
    timesOf: async (wires, age) => {
      const result: TimedMessage[] = [];
      // From the known towards the unknown: backwards, when what is unknown lies before.
      for (const wire of age === 'older' ? wires.toReversed() : wires) result.push(...(await timed(wire, age)));
      return age === 'older' ? result.reverse() : result;
    },
    catchUpBegins: () => {
      for (const times of peers.values()) times.floor = times.newest;
    },
  };
};
