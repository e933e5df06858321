import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Accounts, DeviceAccount } from '../accounts/accounts.ts';

/** Long enough to hear a message to its end and seek in it. */
const lifetimeMs = 3_600_000;

/**
 * Addresses that an audio element can load without a token: a ticket says which device may hear which sound until when.
 * A revoked device's tickets end with it. A ticket is good for one sound and gives no other right.
 */
export interface AudioLinks {
  create(deviceId: string, id: string): { ticket: string; expiresAt: Date };
  /** The device the ticket was made for; `null`: not valid for this sound, or no longer. */
  verify(ticket: string, id: string): Promise<DeviceAccount | null>;
}

export const createAudioLinks = (key: Buffer, accounts: Accounts, now: () => number = Date.now): AudioLinks => {
  const mac = (deviceId: string, id: string, expires: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify(['audio', deviceId, id, expires]))
      .digest('base64url');
  return {
    create: (deviceId, id) => {
      const expiresAt = new Date(now() + lifetimeMs);
      const expires = expiresAt.getTime().toString(36);
      return { ticket: `${deviceId}.${expires}.${mac(deviceId, id, expires)}`, expiresAt };
    },
    verify: async (ticket, id) => {
      const [deviceId = '', expires = '', signature = '', ...rest] = ticket.split('.');
      const given = Buffer.from(signature);
      const expected = Buffer.from(mac(deviceId, id, expires));
      if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      if (parseInt(expires, 36) < now()) return null;
      return (await accounts.sipDevice(deviceId))?.device ?? null;
    },
  };
};
