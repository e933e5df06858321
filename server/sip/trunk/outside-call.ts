import type { Logger } from '../../log.ts';
import type { CallSide } from '../../media/call-side.ts';
import { header, type SipHeader, type SipResponse } from '../message/message.ts';
import type { CallEnd } from './bridge.ts';
import { Leg } from './leg.ts';
import { addressesOf, leavingNumber, type OutsideOrder } from './outside-order.ts';
import type { Trunk } from './trunk.ts';

/** Why nobody outside was reached; fit for the caller. */
export interface OutsideFailure {
  status: number;
  reason: string;
  extra: SipHeader[];
}

export interface OutsideListener {
  /** It rings, or an announcement can be heard (`early`: connect the sides already). */
  progressed(status: number, early: CallSide | null): void;
  answered(end: CallEnd): void;
  failed(failure: OutsideFailure): void;
}

/** What speaks against this trunk, not against the number: the next one may do better. */
const trunkTroubles = new Set([401, 402, 405, 407, 408, 500, 501, 502, 503, 504, 580]);

/**
 * Calls a number outside over the first trunk that takes it; a trunk that is down, busy, silent or in trouble is
 * followed by the next.
 *
 *   trying(trunk) -> trying(next trunk) … -> answered | failed | given up
 */
export class OutsideCall {
  readonly #order: OutsideOrder;
  readonly #listener: OutsideListener;
  readonly #openSide: (trunk: Trunk) => Promise<CallSide>;
  readonly #log: Logger;
  readonly #patienceMs: number;
  readonly #left: { trunk: Trunk; dialled: string }[];
  #leg: Leg | null = null;
  #side: CallSide | null = null;
  #release: () => void = () => undefined;
  #last: SipResponse | null = null;
  #done = false;

  constructor(
    order: OutsideOrder,
    trunks: readonly Trunk[],
    parts: { openSide: (trunk: Trunk) => Promise<CallSide>; log: Logger; patienceMs: number },
    listener: OutsideListener,
  ) {
    this.#order = order;
    this.#listener = listener;
    this.#openSide = parts.openSide;
    this.#log = parts.log;
    this.#patienceMs = parts.patienceMs;
    const helping = order.target.kind === 'emergency';
    this.#left = trunks
      // The provider refuses what is too much; for an emergency we leave it to him.
      .filter((trunk) => trunk.free || (helping && trunk.state.phase === 'up'))
      .flatMap((trunk) => {
        const dialled = leavingNumber(order, trunk);
        return dialled === null ? [] : [{ trunk, dialled }];
      });
    // Later, so that whoever calls has this in hand before the first news.
    queueMicrotask(() => void this.#next());
  }

  giveUp(reason: string): void {
    if (this.#done) return;
    this.#done = true;
    this.#leg?.hangUp(reason);
    this.#drop();
  }

  async #next(): Promise<void> {
    this.#drop();
    if (this.#done) return;
    const attempt = this.#left.shift();
    if (attempt === undefined) return this.#fail();
    const { trunk, dialled } = attempt;
    this.#release = trunk.occupy();
    try {
      const side = await this.#openSide(trunk);
      if (this.#done) return void side.close();
      this.#side = side;
      const sdp = await side.offer();
      if (this.#done) return;
      const { headers, ...addresses } = addressesOf(this.#order, trunk, dialled);
      this.#leg = Leg.call(
        trunk.agent,
        { ...addresses, headers, sdp },
        {
          progressed: (status, early) => void this.#progressed(status, early, side),
          answered: (answer) => void this.#answered(answer, side),
          failed: (response) => {
            if (this.#done) return;
            this.#last = response;
            this.#log.info({ trunk: trunk.settings.id, status: response.status }, 'trunk did not connect the call');
            if (trunkTroubles.has(response.status)) void this.#next();
            else this.#fail();
          },
        },
      );
      const leg = this.#leg;
      void trunk.agent.pause(this.#patienceMs).then(() => {
        if (this.#done || this.#leg !== leg || !leg.unheard) return;
        leg.hangUp('SIP;cause=408;text="Not heard"');
        void this.#next();
      });
    } catch (error) {
      this.#log.warn({ error, trunk: trunk.settings.id }, 'trunk call not begun');
      if (!this.#done) await this.#next();
    }
  }

  async #progressed(status: number, sdp: string, side: CallSide): Promise<void> {
    if (this.#done) return;
    const heard =
      sdp !== '' &&
      (await side.accept(sdp).then(
        () => true,
        () => false,
      ));
    if (!this.#done) this.#listener.progressed(status, heard ? side : null);
  }

  async #answered(sdp: string, side: CallSide): Promise<void> {
    const leg = this.#leg;
    if (this.#done || leg === null) return;
    this.#done = true;
    try {
      await side.accept(sdp);
      this.#side = null;
      const release = this.#release;
      this.#release = () => undefined;
      this.#listener.answered({
        where: 'outside',
        leg,
        side,
        release,
        party: { name: null, number: this.#order.target.number },
      });
    } catch (error) {
      this.#log.warn({ error }, 'the trunk answered with media we cannot use');
      leg.hangUp('Q.850;cause=88;text="Incompatible destination"');
      this.#drop();
      this.#listener.failed({
        status: 488,
        reason: 'Not Acceptable Here',
        extra: causeOf(88, 'Incompatible destination'),
      });
    }
  }

  #drop(): void {
    this.#release();
    this.#release = () => undefined;
    void this.#side?.close().catch(() => undefined);
    this.#side = null;
    this.#leg = null;
  }

  #fail(): void {
    if (this.#done) return;
    this.#done = true;
    this.#drop();
    this.#listener.failed(failureOf(this.#last));
  }
}

export const causeOf = (cause: number, text: string): SipHeader[] => [
  { name: 'Reason', value: `Q.850;cause=${cause};text="${text}"` },
];

/** What the caller is told; the provider's own cause, where he names one. `null`: no trunk could be tried. */
const failureOf = (response: SipResponse | null): OutsideFailure => {
  const lineless = { status: 500, reason: 'No Line', extra: causeOf(38, 'Network out of order') };
  if (response === null || trunkTroubles.has(response.status)) return lineless;
  const named = header(response, 'Reason');
  const extra = named === undefined || /[\r\n]/.test(named) ? [] : [{ name: 'Reason', value: named.slice(0, 200) }];
  const { status } = response;
  if (status === 486 || status === 600) return { status: 486, reason: 'Busy Here', extra };
  if (status === 404 || status === 410 || status === 484 || status === 604 || (status >= 300 && status < 400))
    return { status: 404, reason: 'Not Found', extra };
  if (status === 603 || status === 607 || status === 608) return { status: 603, reason: 'Decline', extra };
  if (status === 403) return { status: 403, reason: 'Forbidden', extra };
  if (status === 488 || status === 606 || status === 415) return { status: 488, reason: 'Not Acceptable Here', extra };
  return { status: 480, reason: 'Temporarily Unavailable', extra };
};
