/** Numbers as providers write them, in E.164. */
import { dialTarget } from '../../../numbers/dial.ts';
import type { DialPlan } from '../../../protocol/numbers.ts';
import { parseAddress, parseUri } from '../message/address.ts';
import { header, tokens, type SipRequest } from '../message/message.ts';

/** All readings of a number, the likeliest first: providers leave the + out rather than the area code. */
export const readingsOf = (written: string, plan: DialPlan): string[] => {
  const digits = written.replace(/[^\d+]/g, '');
  if (digits === '') return [];
  // A provider never means an extension of ours, and an own number shall stay the number it is.
  const open: DialPlan = { ...plan, longestInternal: 1, ownNumbers: [] };
  const readings = (/^[+0]/.test(digits) ? [digits] : [`+${digits}`, digits]).flatMap((one) => {
    const target = dialTarget(one, open);
    return target.kind === 'outside' ? [target] : [];
  });
  const known = readings.filter(({ sort }) => sort !== 'special');
  return [...new Set([...known, ...readings].map(({ number }) => number))];
};

/** Who calls, as the provider asserts it; `number` empty where the caller does not want to be shown. */
export const outsideCaller = (invite: SipRequest, plan: DialPlan): { name: string | null; number: string } => {
  const value = header(invite, 'P-Asserted-Identity') ?? header(invite, 'From') ?? '';
  const address = parseAddress(value);
  const hidden = tokens(invite, 'Privacy').some((tag) => tag === 'id' || tag === 'user');
  const user = userOf(address?.uri ?? '');
  if (hidden || user === '' || /^(anonymous|unknown|unavailable)$/i.test(user)) return { name: null, number: '' };
  const number = readingsOf(user, plan)[0] ?? user.replace(/[^\d+*#A-Za-z._-]/g, '').slice(0, 64);
  const name = (address?.displayName ?? '').trim().slice(0, 100);
  return { name: name === '' || name.replace(/\D/g, '') === number.replace(/\D/g, '') ? null : name, number };
};

/** The number that was called: the request URI, or To where the former is only our own contact. */
export const calledNumbers = (invite: SipRequest, contactUser: string): string[] =>
  [
    userOf(invite.uri),
    userOf(parseAddress(header(invite, 'P-Called-Party-Id') ?? '')?.uri ?? ''),
    userOf(parseAddress(header(invite, 'To') ?? '')?.uri ?? ''),
  ].filter((user, index) => user !== '' && (index > 0 || user !== contactUser));

const userOf = (uri: string): string => {
  const phone = /^tel:([^;]*)/i.exec(uri);
  return phone?.[1] ?? parseUri(uri)?.user.split(';')[0] ?? '';
};
