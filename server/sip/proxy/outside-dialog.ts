import type { Account } from '../../accounts/accounts.ts';
import { parseAddress, quote } from '../message/address.ts';
import type { Caller } from './core.ts';
import { header, withHeader, without, type SipHeader, type SipRequest } from '../message/message.ts';

/** Names the route of a dialog that this INVITE replaces: the call lives on in the new one. Ours, and never passed on. */
export const replacedRouteHeader = 'Kontor-Replaced-Route';

const untrusted = [
  'Answer-Mode',
  'Priv-Answer-Mode',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-Id',
  'Authorization',
  'Proxy-Authorization',
  'Route',
  replacedRouteHeader,
];

/** The name and extension of the directory as P-Asserted-Identity (RFC 3325). */
export const identityOf = (account: Pick<Account, 'name' | 'extension' | 'domain'>): string =>
  `${quotedName(account.name)}<sip:${account.extension}@${account.domain}>`;
const quotedName = (name: string): string => (name === '' ? '' : `${quote(name)} `);

/** Nobody may make another's telephone answer by itself. */
const opensMicrophone = ({ name, value }: SipHeader): boolean =>
  (name === 'Alert-Info' || name === 'Call-Info') && /answer/i.test(value);

/** A request outside dialogs as it goes on: with the directory's word on who sends it (RFC 3325). */
export const outsideDialog = (request: SipRequest, device: Caller, uri: string): SipRequest => {
  const from = parseAddress(header(request, 'From') ?? '');
  const hops = Number(header(request, 'Max-Forwards') ?? 70) - 1;
  const named = `${quotedName(device.name)}<${from?.uri ?? ''}>;tag=${from?.parameters.get('tag') ?? ''}`;
  const trusted = without(request.headers, ...untrusted).filter((one) => !opensMicrophone(one));
  const kept = withHeader(trusted, 'From', named);
  return {
    ...request,
    uri,
    headers: [
      ...withHeader(kept, 'Max-Forwards', String(hops)),
      { name: 'P-Asserted-Identity', value: identityOf(device) },
    ],
  };
};
