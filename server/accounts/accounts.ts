/** What the other services of the server ask the accounts. Implemented in `account-service.ts`. */
import type { DeviceKind, UserId } from '../../protocol/identity.ts';

export interface Account {
  userId: UserId;
  instanceId: string;
  /** XMPP and SIP domain of the instance: `demo.kontor.internal`. */
  domain: string;
  /** Login name, local part of the JID: `anna`. */
  username: string;
  /** Display name. */
  name: string;
  extension: string;
}

export interface DeviceAccount extends Account {
  deviceId: string;
  deviceKind: DeviceKind;
}

/** One device's SCRAM-SHA-256 keys (RFC 5802); all devices of a user share salt and iterations. */
export interface ScramCredentials {
  salt: Buffer;
  iterations: number;
  devices: { device: DeviceAccount; storedKey: Buffer; serverKey: Buffer }[];
}

export interface Accounts {
  userById(userId: UserId): Promise<Account | null>;
  /** By JID parts; case-insensitive. */
  userByName(username: string, domain: string): Promise<Account | null>;
  /** By extension or user name within an instance's domain: what stands in a SIP request URI. */
  userByDialString(dialString: string, domain: string): Promise<Account | null>;
  /** Keys to verify a SCRAM or PLAIN login of the user with; `null`: no such user. */
  scramCredentials(username: string, domain: string): Promise<ScramCredentials | null>;
  /** Digest HA1 = MD5(authorizationUser:realm:password) (RFC 3261 §22) of a live device; `null`: none such. */
  sipDevice(authorizationUser: string): Promise<{ device: DeviceAccount; ha1: string } | null>;
  /** Live session by bearer token. */
  sessionByToken(token: string): Promise<DeviceAccount | null>;
  /** Users that `userId` may see by role, itself included. */
  visibleTo(userId: UserId): Promise<Account[]>;
  /** Users that may see `userId`, itself included. */
  watchersOf(userId: UserId): Promise<UserId[]>;
  /** Called when a device is revoked (log-out, administrator): close what it has open, at once. */
  onDeviceRevoked(listener: (deviceId: string) => void): () => void;
  /** Called when users were added, renamed, removed or became visible to others in the instance. */
  onDirectoryChanged(listener: (instanceId: string) => void): () => void;
}
