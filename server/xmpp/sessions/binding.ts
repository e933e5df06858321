import { randomBytes } from 'node:crypto';
import type { DeviceAccount } from '../../accounts/accounts.ts';
import { prepareResource } from '../jid.ts';
import type { SessionRegistry } from './session-registry.ts';

export type Binding = { ok: true; resource: string } | { ok: false; condition: 'bad-request' | 'resource-constraint' };

const generated = (): string => randomBytes(9).toString('base64url');

/**
 * Chooses the resource of a new session (RFC 6120 §7). The same device takes its resource back from an
 * earlier session of its own; another device that asks for a taken one gets a similar name instead.
 */
export const chooseResource = (
  registry: SessionRegistry,
  device: DeviceAccount,
  requested: string | undefined,
  connectionsPerAccount: number,
): Binding => {
  let resource = generated();
  if (requested) {
    const prepared = prepareResource(requested);
    if (prepared === null) return { ok: false, condition: 'bad-request' };
    resource = prepared;
  }
  const holder = registry.find(device.userId, resource);
  if (holder && holder.account.deviceId === device.deviceId) holder.end('conflict');
  else if (holder) resource = `${resource}-${generated()}`;

  const sessions = registry.ofUser(device.userId);
  if (sessions.length >= connectionsPerAccount) {
    const abandoned = sessions.find((session) => session.isDetached());
    if (!abandoned) return { ok: false, condition: 'resource-constraint' };
    abandoned.end();
  }
  return { ok: true, resource };
};
