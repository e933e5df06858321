import type { UserId } from '../../../protocol/identity.ts';
import type { DeviceAccount } from '../../accounts/accounts.ts';
import type { SipConnection, SipPeer } from '../transport/sip-connection.ts';

/** One registered contact. It lives no longer than the connection it came over. */
export interface Binding {
  device: DeviceAccount;
  /** Contact URI as registered. */
  contact: string;
  contactUser: string;
  /** `+sip.instance`, when given. */
  instance: string | null;
  connection: SipPeer;
  expiresAt: number;
  callId: string;
  sequence: number;
}

export interface LocationListener {
  bindingAdded(binding: Binding): void;
  /** The same instance of a device registered with another contact than before: the former client is gone for good. */
  clientReplaced(binding: Binding, formerContactUser: string): void;
  /** Bindings of the user came, went, or the grace after the last one ended. */
  reachabilityChanged(userId: UserId): void;
}

/**
 * Where users can be reached now. A user whose last connection broke (without unregistering) counts as present for a
 * grace, in which the client reconnects.
 */
export class Location {
  readonly #byUser = new Map<UserId, Binding[]>();
  readonly #grace = new Map<UserId, NodeJS.Timeout>();
  readonly #lastSeen = new Map<string, number>();
  /** Contact user of each instance's present or last client. */
  readonly #lastContact = new Map<string, string>();
  readonly #graceMs: number;
  readonly #now: () => number;
  listener: LocationListener | null = null;

  constructor(graceMs: number, now: () => number) {
    this.#graceMs = graceMs;
    this.#now = now;
  }

  get size(): number {
    let count = 0;
    for (const bindings of this.#byUser.values()) count += bindings.length;
    return count;
  }

  ofUser(userId: UserId): Binding[] {
    return (this.#byUser.get(userId) ?? []).filter((one) => one.connection.open && one.expiresAt > this.#now());
  }

  /** Wherever its user is; for the rare case that a device is known by its id alone. */
  byDeviceId(deviceId: string): Binding[] {
    return [...this.#byUser.values()].flat().filter(({ device }) => device.deviceId === deviceId);
  }

  ofDevice(userId: UserId, deviceId: string): Binding[] {
    return this.ofUser(userId).filter((one) => one.device.deviceId === deviceId);
  }

  /** Registered, or gone so lately that the client may be reconnecting. */
  present(userId: UserId): boolean {
    return this.ofUser(userId).length > 0 || this.#grace.has(userId);
  }

  /** When the device's last binding broke; `null` while it is here or was never seen. */
  goneSince(userId: UserId, deviceId: string): number | null {
    return this.ofDevice(userId, deviceId).length > 0 ? null : (this.#lastSeen.get(deviceId) ?? null);
  }

  add(binding: Binding): void {
    const { userId, deviceId } = binding.device;
    const others = (this.#byUser.get(userId) ?? []).filter((one) => !sameClient(one, binding));
    this.#byUser.set(userId, [...others, binding]);
    this.#lastSeen.delete(deviceId);
    this.#endGrace(userId);
    const instance = instanceOf(binding);
    const former = this.#lastContact.get(instance);
    this.#lastContact.set(instance, binding.contactUser);
    if (binding.instance !== null && former !== undefined && former !== binding.contactUser)
      this.listener?.clientReplaced(binding, former);
    this.listener?.bindingAdded(binding);
    this.listener?.reachabilityChanged(userId);
  }

  /** Unregistered on purpose: no grace. */
  remove(userId: UserId, gone: (binding: Binding) => boolean): void {
    this.#drop(userId, gone, false);
  }

  /** Gone without a word: forgiven for the grace. */
  lost(userId: UserId, gone: (binding: Binding) => boolean): void {
    this.#drop(userId, gone, true);
  }

  connectionClosed(connection: SipConnection): void {
    if (connection.device === null) return;
    this.#drop(connection.device.userId, (one) => one.connection === connection, true);
  }

  /** Drops what has expired; called now and then. */
  sweep(): void {
    for (const userId of [...this.#byUser.keys()]) this.#drop(userId, (one) => one.expiresAt <= this.#now(), false);
    for (const [deviceId, since] of this.#lastSeen)
      if (since < this.#now() - 600_000) {
        this.#lastSeen.delete(deviceId);
        for (const instance of this.#lastContact.keys())
          if (instance.startsWith(`${deviceId} `)) this.#lastContact.delete(instance);
      }
  }

  close(): void {
    for (const timer of this.#grace.values()) clearTimeout(timer);
    this.#grace.clear();
    this.listener = null;
  }

  #drop(userId: UserId, gone: (binding: Binding) => boolean, broken: boolean): void {
    const all = this.#byUser.get(userId) ?? [];
    const left = all.filter((one) => !gone(one));
    if (left.length === all.length) return;
    if (left.length > 0) this.#byUser.set(userId, left);
    else this.#byUser.delete(userId);
    for (const { device } of all)
      if (!left.some((one) => one.device.deviceId === device.deviceId))
        this.#lastSeen.set(device.deviceId, this.#now());
    if (left.length === 0 && broken) {
      this.#endGrace(userId);
      const timer = setTimeout(() => {
        this.#grace.delete(userId);
        this.listener?.reachabilityChanged(userId);
      }, this.#graceMs);
      this.#grace.set(userId, timer.unref());
    }
    this.listener?.reachabilityChanged(userId);
  }

  #endGrace(userId: UserId): void {
    clearTimeout(this.#grace.get(userId));
    this.#grace.delete(userId);
  }
}

const instanceOf = ({ device, instance }: Binding): string => `${device.deviceId} ${instance}`;

/** The same instance of the same device, or the same contact over again, replaces (RFC 5626 §6). */
const sameClient = (one: Binding, other: Binding): boolean =>
  one.device.deviceId === other.device.deviceId &&
  (one.contact === other.contact || (one.instance !== null && one.instance === other.instance));
