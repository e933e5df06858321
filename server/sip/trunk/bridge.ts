import { join, type CallSide } from '../../media/call-side.ts';
import type { ServerTransaction } from '../proxy/transactions.ts';
import type { Leg } from './leg.ts';

/** Who is at an end outside; of an inside end the proxy knows. */
export interface OutsideParty {
  name: string | null;
  /** E.164; empty where it is hidden. */
  number: string;
}
export const nobody: OutsideParty = { name: null, number: '' };

/** One of the two ends of a call that passes through the server: signalling and sound. */
export interface CallEnd {
  where: 'inside' | 'outside';
  leg: Leg;
  side: CallSide;
  /** Called once, when this end is over. */
  release: () => void;
  party: OutsideParty;
}

export interface BridgeListener {
  /** A user wants to hand the other end on. */
  referred(bridge: Bridge, by: CallEnd, server: ServerTransaction): void;
  over(bridge: Bridge): void;
}

const leavingMs = 5_000;

/**
 * Two ends that hear each other. When one hangs up, the other is hung up too. An end can be put in another's place
 * (transfer, another device of the same user) while the call goes on.
 *
 *   joined -> over
 */
export class Bridge {
  readonly #listener: BridgeListener;
  #ends: [CallEnd, CallEnd];
  #over = false;

  constructor(one: CallEnd, other: CallEnd, listener: BridgeListener) {
    this.#ends = [one, other];
    this.#listener = listener;
    this.#wire(one);
    this.#wire(other);
    join(one.side, other.side);
  }

  get ends(): readonly CallEnd[] {
    return this.#ends;
  }
  get isOver(): boolean {
    return this.#over;
  }
  /** The end of this dialog (RFC 3891 §3: tags from the receiver's point of view). */
  endOf(callId: string, localTag: string, remoteTag: string): CallEnd | undefined {
    return this.#ends.find(
      ({ leg }) => leg.callId === callId && leg.localTag === localTag && leg.remoteTag === remoteTag,
    );
  }
  other(end: CallEnd): CallEnd {
    return this.#ends[0] === end ? this.#ends[1] : this.#ends[0];
  }

  /** `next` takes the place of `old`, which is hung up or, without `hangUp`, left to whoever holds it. */
  replace(old: CallEnd, next: CallEnd, hangUp: boolean): void {
    const stays = this.other(old);
    this.#ends = [stays, next];
    this.#wire(next);
    join(stays.side, next.side);
    if (hangUp) discard(old, 'Q.850;cause=16;text="Transferred"');
    else {
      old.side.heardBy(null);
      old.leg.listener = { ended: () => discard(old) };
      // Who was told that the transfer is done hangs up by himself.
      void old.leg.agent.pause(leavingMs).then(() => discard(old, 'Q.850;cause=16;text="Transferred"'));
    }
  }

  /** Until the end has a place elsewhere or comes back (`rejoin`), its hanging up does not end the call. */
  loosen(end: CallEnd, left: () => void): void {
    const release = (): void => {
      end.release();
      void end.side.close().catch(() => undefined);
      left();
    };
    end.leg.listener = { ...end.leg.listener, ended: release };
  }
  rejoin(end: CallEnd): void {
    this.#wire(end);
  }

  /** Gives one end away, to another bridge; this one is over. */
  takeOut(end: CallEnd): void {
    this.#over = true;
    end.side.heardBy(null);
    this.#listener.over(this);
  }

  end(reason = ''): void {
    if (this.#over) return;
    this.#over = true;
    for (const end of this.#ends) discard(end, reason);
    this.#listener.over(this);
  }

  #wire(end: CallEnd): void {
    end.leg.listener = {
      offered: (sdp) => end.side.answer(sdp).catch(() => null),
      offerWanted: () => end.side.offer(),
      answeredLate: (sdp) => void end.side.accept(sdp).catch(() => this.end()),
      ended: (reason) => this.end(reason),
      ...(end.where === 'inside'
        ? { referred: (server: ServerTransaction) => this.#listener.referred(this, end, server) }
        : {}),
    };
  }
}

/** Hangs up, whatever the state, and gives the sound's ports back. */
export const discard = (end: Pick<CallEnd, 'leg' | 'side' | 'release'>, reason = ''): void => {
  end.leg.hangUp(reason);
  end.release();
  void end.side.close().catch(() => undefined);
};
