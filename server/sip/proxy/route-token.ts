import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseAddress, parseUri } from '../message/address.ts';

const tokenSchema = z.object({
  /** Key of the call in the journal. */
  k: z.string().max(64),
  /** Caller: user and device. */
  a: z.tuple([z.string().max(64), z.string().max(128)]),
  /** Callee: user and device. An application has the user ``. */
  c: z.tuple([z.string().max(64), z.string().max(128)]),
});

/**
 * Who talks in a dialog, carried in our Record-Route and so in every request of the dialog: it authorises the two
 * devices and lets the dialog go on after a restart of the server, which itself keeps nothing.
 */
export interface DialogParties {
  callKey: string;
  caller: { userId: string; deviceId: string };
  callee: { userId: string; deviceId: string };
}

const mac = (payload: string, key: Buffer): Buffer =>
  createHmac('sha256', key).update(`route ${payload}`).digest().subarray(0, 16);

/** The Record-Route value of a dialog. */
export const recordRoute = (parties: DialogParties, domain: string, transport: string, key: Buffer): string => {
  const fields = {
    k: parties.callKey,
    a: [parties.caller.userId, parties.caller.deviceId],
    c: [parties.callee.userId, parties.callee.deviceId],
  };
  const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
  return `<sip:${payload}.${mac(payload, key).toString('base64url')}@${domain};transport=${transport.toLowerCase()};lr>`;
};

/** The parties in a Route value, if we wrote it. */
export const readRoute = (route: string, key: Buffer): DialogParties | null => {
  const [payload = '', signature = ''] = (parseUri(parseAddress(route)?.uri ?? '')?.user ?? '').split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(payload, key);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const fields = tokenSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!fields.success) return null;
  const { k, a, c } = fields.data;
  return { callKey: k, caller: { userId: a[0], deviceId: a[1] }, callee: { userId: c[0], deviceId: c[1] } };
};
