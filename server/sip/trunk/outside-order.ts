import type { UserId } from '../../../protocol/identity.ts';
import type { Outside } from '../../numbers/outgoing.ts';
import { quote } from '../message/address.ts';
import type { SipHeader } from '../message/message.ts';
import type { Trunk } from './trunk.ts';
import { ruledNumber } from './trunk-settings.ts';

/** A call that may go out; the proxy has checked it. */
export interface OutsideOrder {
  instanceId: string;
  target: Outside;
  caller: {
    userId: UserId;
    name: string;
    /** The user's own number in E.164; `null`: none. */
    number: string | null;
    /** The caller does not want to be shown (CLIR). Whoever calls for help is always shown. */
    anonymous: boolean;
  };
}

export interface OutsideAddresses {
  uri: string;
  from: string;
  to: string;
  headers: SipHeader[];
}

/** The number as it leaves by this trunk; `null`: the trunk does not take it. An emergency number is never rewritten. */
export const leavingNumber = ({ target }: OutsideOrder, trunk: Pick<Trunk, 'settings'>): string | null => {
  if (target.kind === 'outside') return ruledNumber(trunk.settings, target.number);
  return target.number;
};

/** Called and calling party as the provider wants them (RFC 3261 §19.1.6, RFC 3325, RFC 3323). */
export const addressesOf = (
  order: OutsideOrder,
  trunk: Pick<Trunk, 'settings' | 'domain'>,
  dialled: string,
): OutsideAddresses => {
  const { settings, domain } = trunk;
  const escaped = dialled.replaceAll('#', '%23');
  const { caller, target } = order;
  const own = settings.callerId === 'own' ? (caller.number ?? settings.mainNumber) : settings.mainNumber;
  const shown = own ?? settings.account?.user ?? 'anonymous';
  const anonymous = caller.anonymous && target.kind !== 'emergency';
  const asserted = `<sip:${shown}@${domain}>`;
  const account = `<sip:${settings.account?.user ?? shown}@${domain}>`;
  const named = `${quote(caller.name)} ${settings.identity === 'from' ? asserted : account}`;
  return {
    uri: `sip:${escaped}@${domain};user=phone`,
    from: anonymous ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : named,
    to: `<sip:${escaped}@${domain};user=phone>`,
    headers: [
      ...(settings.identity === 'asserted' || anonymous ? [{ name: 'P-Asserted-Identity', value: asserted }] : []),
      ...(anonymous ? [{ name: 'Privacy', value: 'id' }] : []),
    ],
  };
};
