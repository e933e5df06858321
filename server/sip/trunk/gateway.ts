import type { Account, Accounts } from '../../accounts/accounts.ts';
import type { Logger } from '../../log.ts';
import { openBrowserSide } from '../../media/browser-side.ts';
import { join, type CallSide } from '../../media/call-side.ts';
import { openPlainSide } from '../../media/plain-side.ts';
import type { InstanceTrunk, Numbers } from '../../numbers/numbers.ts';
import { ownExtension } from '../../../numbers/dial.ts';
import { quote } from '../message/address.ts';
import { header, type SipMessage, type SipRequest, type SipResponse } from '../message/message.ts';
import type { LocalApplication } from '../proxy/core.ts';
import type { ServerTransaction } from '../proxy/transactions.ts';
import type { SipConnection, SipPeer } from '../transport/sip-connection.ts';
import { Bridge, discard, nobody, type CallEnd, type OutsideParty } from './bridge.ts';
import { calledNumbers, outsideCaller, readingsOf } from './incoming-number.ts';
import { Leg } from './leg.ts';
import { OutsideCall } from './outside-call.ts';
import type { OutsideOrder } from './outside-order.ts';
import { parseReplaces } from './replaces.ts';
import { defaultTrunkTiming, Trunk, type TrunkState, type TrunkTiming } from './trunk.ts';
import { transfer } from './transfer.ts';
import { UserAgent } from './user-agent.ts';

export interface GatewayTiming extends TrunkTiming {
  /** A trunk that has not even acknowledged an INVITE for so long is followed by the next. */
  patienceMs: number;
  /** No sound from outside for so long, though there should be: the call is ended. */
  silenceMs: number;
}
const defaultTiming: GatewayTiming = { ...defaultTrunkTiming, patienceMs: 4_000, silenceMs: 60_000 };

export interface GatewayParts {
  accounts: Accounts;
  numbers: Numbers;
  log: Logger;
  timing?: Partial<GatewayTiming>;
}

/** What a user who transfers a call to the outside needs; the proxy grants it. */
export type PlaceOutside = (
  by: Account,
  dialled: string,
) => Promise<
  | { kind: 'order'; order: OutsideOrder; release: () => void }
  | { kind: 'refused'; status: number; reason: string }
  | { kind: 'inside' }
>;

export interface OutsideLines extends LocalApplication {
  /** The INVITE with this Call-ID, which the proxy is about to send, is this call. `ended` is called once. */
  expect(callId: string, order: OutsideOrder, ended: () => void): void;
  /** The INVITE will not come. */
  forget(callId: string): void;
  /** Whether the dialog that an INVITE replaces (RFC 3891) is one of ours. */
  has(replaces: string): boolean;
  /** A connection to our port that belongs to a trunk; `false`: it does not. */
  adopt(
    address: string,
    connect: (handlers: { message(message: SipMessage): void; closed(): void }) => SipConnection,
  ): boolean;
  state(): { id: string; state: TrunkState['phase'] }[];
  start(): Promise<void>;
  placeOutside: PlaceOutside;
}

const deviceId = 'application:lines';

/**
 * The lines to the outside as a telephone inside the server: to the proxy it is one party, to the provider the other
 * (a back-to-back user agent). So nothing of the house is seen outside, trunks with and without encryption reach
 * browsers, and a call can be handed on without the provider's help.
 */
export class Gateway implements OutsideLines {
  readonly dialString = null;
  readonly name = 'Lines';
  readonly deviceId = deviceId;
  readonly peer: SipPeer;
  readonly parts: GatewayParts;
  placeOutside: PlaceOutside = async () => ({ kind: 'refused', status: 403, reason: 'Forbidden' });
  readonly #timing: GatewayTiming;
  readonly #agent: UserAgent;
  readonly #bridges = new Set<Bridge>();
  readonly #orders = new Map<string, { order: OutsideOrder; ended: () => void }>();
  readonly #attempts = new Set<{ giveUp(reason: string): void }>();
  #trunks: { trunk: Trunk; of: InstanceTrunk; key: string }[] = [];
  #undo: () => void = () => undefined;
  #loading: Promise<void> = Promise.resolve();
  #toProxy: (request: SipRequest) => void = () => undefined;
  #respond: (response: SipResponse) => void = () => undefined;
  #closed = false;

  constructor(parts: GatewayParts) {
    this.parts = parts;
    this.#timing = { ...defaultTiming, ...parts.timing };
    this.peer = {
      transport: 'LOCAL',
      open: true,
      // Later, so that an answer never overtakes the bookkeeping of the sender.
      send: (message) => void setImmediate(() => this.#agent.receive(message)),
    };
    const proxy: SipPeer = {
      transport: 'LOCAL',
      open: true,
      send: (message) => (message.kind === 'request' ? this.#toProxy(message) : this.#respond(message)),
    };
    this.#agent = new UserAgent({
      peer: proxy,
      via: () => 'lines.invalid',
      contact: () => 'sip:lines@kontor.invalid',
      invited: (leg, request) => void this.#fromInside(leg, request),
    });
  }

  attach(toProxy: (request: SipRequest) => void, respond: (response: SipResponse) => void): void {
    this.#toProxy = toProxy;
    this.#respond = respond;
  }

  async start(): Promise<void> {
    const load = (): void => {
      this.#loading = this.#loading
        .then(() => this.#load())
        .catch((error: unknown) => this.parts.log.error({ error }, 'trunks not loaded'));
    };
    this.#undo = this.parts.numbers.onTrunksChanged(load);
    load();
    await this.#loading;
  }

  expect(callId: string, order: OutsideOrder, ended: () => void): void {
    this.#orders.set(callId, { order, ended });
  }

  forget(callId: string): void {
    this.#orders.get(callId)?.ended();
    this.#orders.delete(callId);
  }

  has(replaces: string): boolean {
    return this.find(replaces) !== null;
  }
  find(replaces: string): { bridge: Bridge; end: CallEnd } | null {
    const wanted = parseReplaces(replaces);
    if (wanted === null) return null;
    for (const bridge of this.#bridges) {
      const end = bridge.endOf(wanted.callId, wanted.toTag, wanted.fromTag);
      if (end?.where === 'inside') return { bridge, end };
    }
    return null;
  }

  adopt(...[address, connect]: Parameters<OutsideLines['adopt']>): boolean {
    const plain = address.replace(/^::ffff:/, '');
    const found = this.#trunks.find(({ of }) => of.settings.acceptFrom.includes(plain));
    if (found === undefined || this.#closed) return false;
    let agent: UserAgent | null = null;
    const connection = connect({
      message: (message) => agent?.receive(message),
      closed: () => agent?.connectionLost(),
    });
    agent = new UserAgent({
      peer: connection,
      via: () => `${connection.remoteAddress};rport`,
      contact: () => found.trunk.contact,
      invited: (leg) => void this.#fromOutside(found.trunk, leg),
    });
    return true;
  }

  state(): ReturnType<OutsideLines['state']> {
    return this.#trunks.map(({ trunk }) => ({ id: trunk.settings.id, state: trunk.state.phase }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#undo();
    await this.#loading;
    for (const attempt of [...this.#attempts]) attempt.giveUp('');
    for (const bridge of [...this.#bridges]) bridge.end();
    this.#agent.close();
    for (const { trunk } of this.#trunks) trunk.close();
  }

  /** A trunk that stays as it is keeps its connection. */
  async #load(): Promise<void> {
    const wanted = (await this.parts.numbers.trunks()).map((of) => ({ of, key: JSON.stringify(of) }));
    if (this.#closed) return;
    const kept = this.#trunks.filter(({ key }) => wanted.some((one) => one.key === key));
    for (const gone of this.#trunks) if (!kept.includes(gone)) gone.trunk.close();
    this.#trunks = wanted.map(
      ({ of, key }) =>
        kept.find((one) => one.key === key) ?? {
          of,
          key,
          trunk: new Trunk(of.settings, {
            log: this.parts.log,
            timing: this.#timing,
            invited: (trunk, leg) => void this.#fromOutside(trunk, leg),
            changed: () => undefined,
          }),
        },
    );
  }

  /** Calls out for an order; the inside hears how it goes through `listener`. */
  callOutside(
    order: OutsideOrder,
    listener: ConstructorParameters<typeof OutsideCall>[3],
  ): { giveUp(reason: string): void } {
    const trunks = this.#trunks.filter(({ of }) => of.instanceId === order.instanceId).map(({ trunk }) => trunk);
    const over = (): void => void this.#attempts.delete(attempt);
    const attempt = new OutsideCall(
      order,
      trunks,
      { openSide: (trunk) => this.#outsideSide(trunk), log: this.parts.log, patienceMs: this.#timing.patienceMs },
      {
        progressed: (status, early) => listener.progressed(status, early),
        answered: (end) => {
          over();
          listener.answered(end);
        },
        failed: (failure) => {
          over();
          listener.failed(failure);
        },
      },
    );
    this.#attempts.add(attempt);
    return attempt;
  }

  /** Calls somebody of the house for an end outside. */
  async callInside(
    uri: string,
    caller: OutsideParty,
    domain: string,
    extra: SipRequest['headers'],
    listener: { ringing(): void; answered(end: CallEnd): void; failed(response: SipResponse): void },
  ): Promise<{ giveUp(reason: string): void }> {
    const shown = caller.number === '' ? 'anonymous' : caller.number;
    const from = `${caller.name === null ? '' : `${quote(caller.name)} `}<sip:${shown}@${domain}>`;
    let leg: Leg | null = null;
    let over = false;
    const attempt = {
      giveUp: (reason: string): void => {
        if (over) return;
        over = true;
        this.#attempts.delete(attempt);
        leg?.hangUp(reason);
        void side.close();
      },
    };
    const side = await openBrowserSide(() => this.#sideEnded(side));
    const sdp = await side.offer();
    if (over) return attempt;
    this.#attempts.add(attempt);
    leg = Leg.call(
      this.#agent,
      { uri, from, to: `<${uri}>`, headers: extra, sdp },
      {
        progressed: () => listener.ringing(),
        answered: (answer) => {
          const answering = leg;
          if (over || answering === null) return;
          over = true;
          this.#attempts.delete(attempt);
          side.accept(answer).then(
            () => listener.answered({ where: 'inside', leg: answering, side, release: () => undefined, party: nobody }),
            () => {
              answering.hangUp('Q.850;cause=88;text="Incompatible destination"');
              void side.close();
            },
          );
        },
        failed: (response) => {
          if (over) return;
          over = true;
          this.#attempts.delete(attempt);
          void side.close();
          listener.failed(response);
        },
      },
    );
    return attempt;
  }

  bridge(one: CallEnd, other: CallEnd): Bridge {
    const bridge = new Bridge(one, other, {
      referred: (of, by, server: ServerTransaction) => void transfer(this, of, by, server),
      over: (of) => void this.#bridges.delete(of),
    });
    this.#bridges.add(bridge);
    return bridge;
  }

  /** A user calls out. */
  async #fromInside(leg: Leg, invite: SipRequest): Promise<void> {
    const replaces = header(invite, 'Replaces');
    const expected = this.#orders.get(leg.callId);
    this.#orders.delete(leg.callId);
    const offer = invite.body.toString();
    if (replaces !== undefined) return this.#takeOver(leg, replaces, offer);
    if (expected === undefined) return leg.refuse(403, 'Forbidden');
    if (offer === '') {
      expected.ended();
      return leg.refuse(488, 'Not Acceptable Here');
    }
    const side = await this.#insideSide(offer);
    let given: Promise<string> | null = null;
    const answer = (): Promise<string> => (given ??= side.answer(offer));
    // Begun at once, so that it is ready when somebody answers.
    answer().catch(() => undefined);
    const end: CallEnd = { where: 'inside', leg, side, release: expected.ended, party: nobody };
    let early = false;
    const attempt = this.callOutside(expected.order, {
      progressed: (status, outside) => {
        if (outside === null) return leg.ring(early ? 183 : status === 183 ? 183 : 180);
        early = true;
        answer().then(
          (sdp) => {
            join(side, outside);
            leg.ring(183, sdp);
          },
          () => undefined,
        );
      },
      answered: (outside) => {
        answer().then(
          (sdp) => {
            if (leg.state !== 'ringing') return discard(outside);
            leg.accept(sdp);
            this.bridge(end, outside);
          },
          () => {
            discard(outside);
            leg.refuse(488, 'Not Acceptable Here');
            discard(end);
          },
        );
      },
      failed: ({ status, reason, extra }) => {
        leg.refuse(status, reason, extra);
        discard(end);
      },
    });
    leg.listener = {
      cancelled: (reason) => {
        attempt.giveUp(reason);
        discard(end);
      },
    };
    if (leg.state === 'ended') {
      attempt.giveUp('');
      discard(end);
    }
  }

  /** Another device, or the target of a transfer, takes the place of an inside end (RFC 3891). */
  async #takeOver(leg: Leg, replaces: string, offer: string): Promise<void> {
    const found = this.find(replaces);
    if (found === null) return leg.refuse(481, 'Call/Transaction Does Not Exist');
    const side = await this.#insideSide(offer);
    try {
      const sdp = await side.answer(offer);
      if (found.bridge.isOver || leg.state !== 'ringing') throw new Error('gone');
      leg.accept(sdp);
      found.bridge.replace(found.end, { where: 'inside', leg, side, release: () => undefined, party: nobody }, true);
    } catch {
      leg.refuse(488, 'Not Acceptable Here');
      await side.close();
    }
  }

  /** Somebody outside calls. */
  async #fromOutside(trunk: Trunk, leg: Leg): Promise<void> {
    const of = this.#trunks.find((one) => one.trunk === trunk)?.of;
    const invite = leg.invitation;
    if (of === undefined || invite === null || this.#closed) return leg.refuse(503, 'Service Unavailable');
    const { numbers, log } = this.parts;
    const plan = await numbers.planOf(of.instanceId);
    const written = calledNumbers(invite, trunk.settings.account?.user ?? '');
    let dialString: string | null = null;
    for (const number of written.flatMap((one) => readingsOf(one, plan)))
      dialString ??= (await numbers.dialStringOf(of.instanceId, number)) ?? ownExtension(number, plan);
    if (dialString === null) {
      log.info({ trunk: trunk.settings.id }, 'call for a number that is not ours');
      return leg.refuse(404, 'Not Found');
    }
    if (!trunk.free) return leg.refuse(486, 'Busy Here');
    const release = trunk.occupy();
    const caller = outsideCaller(invite, plan);
    const side = await this.#outsideSide(trunk);
    const outside: CallEnd = { where: 'outside', leg, side, release, party: caller };
    const offer = invite.body.toString();
    let given: Promise<string> | null = null;
    // Without an offer (RFC 3261 §13.3.1) ours goes into the answer, and theirs comes with the ACK.
    const answer = (): Promise<string> => (given ??= offer === '' ? side.offer() : side.answer(offer));
    const attempt = await this.callInside(`sip:${dialString}@${of.domain}`, caller, of.domain, [], {
      ringing: () => leg.ring(180),
      answered: (inside) => {
        answer().then(
          (sdp) => {
            if (leg.state !== 'ringing') return discard(inside);
            leg.accept(sdp, offer === '');
            this.bridge(inside, outside);
          },
          () => {
            discard(inside);
            leg.refuse(488, 'Not Acceptable Here');
            discard(outside);
          },
        );
      },
      failed: ({ status, reason }) => {
        leg.refuse(status, reason);
        discard(outside);
      },
    });
    leg.listener = {
      cancelled: (reason) => {
        attempt.giveUp(reason);
        discard(outside);
      },
    };
    if (leg.state === 'ended') {
      attempt.giveUp('');
      discard(outside);
    }
  }

  /** A browser encrypts by DTLS; anything else is a telephone. */
  async #insideSide(offer: string): Promise<CallSide> {
    const side: CallSide = offer.includes('UDP/TLS/')
      ? await openBrowserSide(() => this.#sideEnded(side))
      : await openPlainSide(
          { address: null, signalling: '', encrypted: false, silenceMs: this.#timing.silenceMs },
          () => this.#sideEnded(side),
        );
    return side;
  }
  async #outsideSide(trunk: Trunk): Promise<CallSide> {
    const side: CallSide = await openPlainSide(
      {
        address: trunk.localAddress,
        signalling: trunk.remoteAddress.replace(/^::ffff:/, ''),
        encrypted: trunk.settings.media === 'srtp',
        silenceMs: this.#timing.silenceMs,
      },
      () => this.#sideEnded(side),
    );
    return side;
  }
  #sideEnded(side: CallSide): void {
    for (const bridge of [...this.#bridges])
      if (bridge.ends.some((end) => end.side === side)) bridge.end('Q.850;cause=41;text="Media are gone"');
  }
}
