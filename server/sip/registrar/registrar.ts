import type { DeviceAccount } from '../../accounts/accounts.ts';
import { parseAddress, parseUri, type Address } from '../message/address.ts';
import {
  cseq,
  header,
  headers,
  respond,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import type { SipConnection } from '../transport/sip-connection.ts';
import type { Location } from './location.ts';

const defaultExpires = 600;
const longestExpires = 3600;
const shortestExpires = 10;
const contactsAllowed = 10;

/** Handles a REGISTER of an authenticated device (RFC 3261 §10.3) and returns the response. */
export const register = (
  request: SipRequest,
  device: DeviceAccount,
  connection: SipConnection,
  location: Location,
  now: number,
  toTag: string,
): SipResponse => {
  const answer = (status: number, reason: string, extra: SipHeader[] = []): SipResponse =>
    respond(request, status, reason, toTag, extra);
  const callId = header(request, 'Call-ID') ?? '';
  const sequence = cseq(request).number;
  const contacts = headers(request, 'Contact');
  const expiresHeader = header(request, 'Expires');
  const own = location.ofDevice(device.userId, device.deviceId);
  const outOfOrder = own.some(
    (one) => one.callId === callId && one.connection === connection && one.sequence >= sequence,
  );
  if (outOfOrder && contacts.length > 0) return answer(500, 'Out of order');

  if (contacts.includes('*')) {
    if (contacts.length !== 1 || expiresHeader !== '0') return answer(400, 'Bad Contact');
    location.remove(device.userId, (one) => one.device.deviceId === device.deviceId);
    return answer(200, 'OK');
  }
  if (contacts.length > contactsAllowed) return answer(403, 'Too many contacts');
  const parsed: { address: Address; seconds: number; user: string }[] = [];
  for (const contact of contacts) {
    const address = parseAddress(contact);
    const uri = parseUri(address?.uri ?? '');
    if (address === null || uri === null) return answer(400, 'Bad Contact');
    const wanted = Number(address.parameters.get('expires') ?? expiresHeader ?? defaultExpires);
    if (wanted > 0 && wanted < shortestExpires)
      return answer(423, 'Interval Too Brief', [{ name: 'Min-Expires', value: String(shortestExpires) }]);
    parsed.push({ address, seconds: Math.min(wanted, longestExpires), user: uri.user });
  }
  for (const { address, seconds, user } of parsed) {
    const instance = address.parameters.get('+sip.instance') ?? null;
    const matches = (one: { contact: string; instance: string | null }): boolean =>
      one.contact === address.uri || (instance !== null && one.instance === instance);
    if (seconds === 0) location.remove(device.userId, (one) => one.device.deviceId === device.deviceId && matches(one));
    else
      location.add({
        device,
        contact: address.uri,
        contactUser: user,
        instance,
        connection,
        expiresAt: now + seconds * 1000,
        callId,
        sequence,
      });
  }
  const bindings = location.ofUser(device.userId).map(({ contact, expiresAt, instance }) => ({
    name: 'Contact',
    value: `<${contact}>;expires=${Math.round((expiresAt - now) / 1000)}${instance === null ? '' : `;+sip.instance="${instance}"`}`,
  }));
  return answer(200, 'OK', [...bindings, { name: 'Date', value: new Date(now).toUTCString() }]);
};
