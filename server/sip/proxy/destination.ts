import { dialTarget } from '../../../numbers/dial.ts';
import type { Account } from '../../accounts/accounts.ts';
import { barredBy, type Barred, type Outside } from '../../numbers/outgoing.ts';
import { parseAddress, parseUri } from '../message/address.ts';
import { header, type SipHeader, type SipRequest } from '../message/message.ts';
import type { OutsideOrder } from '../trunk/outside-order.ts';
import { replacedIn } from '../trunk/transfer.ts';
import type { LocalApplication, ProxyCore } from './core.ts';

export interface Refusal {
  kind: 'refused';
  status: number;
  reason: string;
  extra: SipHeader[];
}

/** Where a dialled number leads, for the one who dials it. */
export type Destination =
  | { kind: 'application'; application: LocalApplication }
  | { kind: 'user'; account: Account }
  | { kind: 'outside'; target: Outside }
  /** `*8` and an extension: take the call that rings there (TEL-11). */
  | { kind: 'pickUp'; extension: string }
  | Refusal;

const pickUpCode = /^\*8(\d{1,10})$/;

const refused = (status: number, reason: string, extra: SipHeader[] = []): Refusal => ({
  kind: 'refused',
  status,
  reason,
  extra,
});
/** The cause as telephones and other exchanges know it (RFC 3326, Q.850). */
const barred = ({ cause, reason }: Barred): Refusal =>
  refused(403, reason, [{ name: 'Reason', value: `Q.850;cause=${cause};text="${reason}"` }]);

/** Decides where numbers lead and who may reach them: for calls, transfers and diversions alike (SRV-3, SRV-7). */
export class Destinations {
  readonly #core: ProxyCore;

  constructor(core: ProxyCore) {
    this.#core = core;
  }

  /** For a user of the house. */
  async of(dialled: string, by: Account): Promise<Destination> {
    const { accounts, numbers } = this.#core;
    const target = dialTarget(dialled, await numbers.planOf(by.instanceId));
    // Whoever needs help gets it, whatever else has this number.
    if (target.kind === 'emergency') return { kind: 'outside', target };
    const inside = await this.#inside(target.kind === 'internal' ? target.extension : dialled, by.domain);
    if (inside !== null) {
      if (inside.kind === 'application') return inside;
      const visible = await accounts.visibleTo(by.userId);
      return visible.some(({ userId }) => userId === inside.account.userId) ? inside : refused(404, 'Not Found');
    }
    switch (target.kind) {
      case 'outside':
      case 'service': {
        const bar = barredBy(target, await numbers.rulesOf(by.userId));
        return bar === null ? { kind: 'outside', target } : barred(bar);
      }
      case 'code': {
        const extension = pickUpCode.exec(target.code)?.[1];
        return extension === undefined ? refused(404, 'Not Found') : { kind: 'pickUp', extension };
      }
      case 'internal':
        return refused(404, 'Not Found');
      case 'invalid':
        return target.reason === 'tooShort' ? refused(484, 'Address Incomplete') : refused(404, 'Not Found');
    }
  }

  /** For somebody outside: only what is in the house. */
  async fromOutside(dialString: string, domain: string): Promise<Destination> {
    return (await this.#inside(dialString, domain)) ?? refused(404, 'Not Found');
  }

  /** Counts a call to the outside against the user's limits; `placed.release` when it is over. */
  async place(
    target: Outside,
    by: Account,
    anonymous: boolean,
  ): Promise<Refusal | { kind: 'order'; order: OutsideOrder; release: () => void }> {
    const { numbers, limits } = this.#core;
    const rules = await numbers.rulesOf(by.userId);
    const release = target.kind === 'emergency' ? () => undefined : limits.begin(by.userId, rules);
    if (typeof release !== 'function') return barred(release);
    const caller = { userId: by.userId, name: by.name, number: await numbers.numberOf(by), anonymous };
    return { kind: 'order', order: { instanceId: by.instanceId, target, caller }, release };
  }

  /** What forbids handing a call on to where a REFER says; `null`: nothing. */
  async refusalOfRefer(request: SipRequest, by: Account): Promise<Refusal | null> {
    const address = parseAddress(header(request, 'Refer-To') ?? '');
    const uri = parseUri(address?.uri ?? '');
    if (uri === null) return refused(400, 'Bad Refer-To');
    // Elsewhere than in the house an INVITE gets no further than to us.
    if (uri.host !== by.domain) return null;
    const replaces = replacedIn(uri.headers);
    // The call exists already: it was checked when it was placed.
    if (replaces !== null && this.knows(replaces)) return null;
    const destination = await this.of(uri.user, by);
    return destination.kind === 'refused' ? destination : null;
  }

  /** Whether an INVITE with this Replaces concerns a call that runs here. */
  knows(replaces: string): boolean {
    const callId = replaces.split(';')[0]?.trim() ?? '';
    return this.#core.lines.has(replaces) || this.#core.calls.byCallId(callId) !== undefined;
  }

  async #inside(
    dialString: string,
    domain: string,
  ): Promise<Extract<Destination, { kind: 'application' | 'user' }> | null> {
    const application = this.#core.applications.find((one) => one.dialString === dialString);
    if (application !== undefined) return { kind: 'application', application };
    const account = await this.#core.accounts.userByDialString(dialString, domain);
    return account === null ? null : { kind: 'user', account };
  }
}
