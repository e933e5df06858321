/** A small company in memory for the tests of this folder. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { UserId } from '../../protocol/identity.ts';
import type { Account, Accounts, DeviceAccount, ScramCredentials } from '../accounts/accounts.ts';

export const testDomain = 'demo.kontor.internal';
const iterations = 4096;

interface TestDevice {
  device: DeviceAccount;
  storedKey: Buffer;
  serverKey: Buffer;
}

/** Everybody sees everybody but for those that `hide` keeps apart. Device `n` of anna has the password `anna-n`. */
export class TestAccounts implements Accounts {
  private readonly accounts = new Map<UserId, Account>();
  private readonly devices = new Map<UserId, TestDevice[]>();
  private readonly hidden = new Set<string>();
  private readonly revocation = new Set<(deviceId: string) => void>();
  private readonly changes = new Set<(instanceId: string) => void>();

  constructor(names: readonly string[], devicesEach = 3) {
    for (const name of names) this.add(name, devicesEach);
  }

  add(username: string, devices = 3): void {
    const userId = `u-${username}`;
    const name = username.charAt(0).toUpperCase() + username.slice(1);
    const extension = String(101 + this.accounts.size);
    const account: Account = { userId, instanceId: 'demo', domain: testDomain, username, name, extension };
    this.accounts.set(userId, account);
    const keys = Array.from({ length: devices }, (_, index) => {
      const salted = pbkdf2Sync(`${username}-${index + 1}`, this.saltOf(userId), iterations, 32, 'sha256');
      const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
      const storedKey = createHash('sha256').update(hmac('Client Key')).digest();
      const device: DeviceAccount = { ...account, deviceId: `${userId}-${index + 1}`, deviceKind: 'other' };
      return { device, storedKey, serverKey: hmac('Server Key') };
    });
    this.devices.set(userId, keys);
    this.changed();
  }

  rename(username: string, name: string): void {
    const account = this.accounts.get(`u-${username}`);
    if (account) this.accounts.set(account.userId, { ...account, name });
    this.changed();
  }

  /** `viewer` no longer sees `target`. */
  hide(viewer: string, target: string): void {
    this.hidden.add(`u-${viewer} u-${target}`);
    this.changed();
  }

  show(viewer: string, target: string): void {
    this.hidden.delete(`u-${viewer} u-${target}`);
    this.changed();
  }

  revoke(deviceId: string): void {
    for (const [userId, devices] of this.devices) {
      this.devices.set(
        userId,
        devices.filter(({ device }) => device.deviceId !== deviceId),
      );
    }
    for (const listener of this.revocation) listener(deviceId);
  }

  private changed(): void {
    for (const listener of this.changes) listener('demo');
  }

  private saltOf(userId: UserId): Buffer {
    return createHash('sha256').update(userId).digest().subarray(0, 16);
  }

  private sees(viewer: UserId, target: UserId): boolean {
    return !this.hidden.has(`${viewer} ${target}`);
  }

  async userById(userId: UserId): Promise<Account | null> {
    return this.accounts.get(userId) ?? null;
  }

  async userByName(username: string, domain: string): Promise<Account | null> {
    return domain === testDomain ? (this.accounts.get(`u-${username.toLowerCase()}`) ?? null) : null;
  }

  async userByDialString(): Promise<Account | null> {
    return null;
  }

  async scramCredentials(username: string, domain: string): Promise<ScramCredentials | null> {
    const account = await this.userByName(username, domain);
    if (!account) return null;
    return { salt: this.saltOf(account.userId), iterations, devices: this.devices.get(account.userId) ?? [] };
  }

  async sipDevice(): Promise<null> {
    return null;
  }

  async sessionByToken(): Promise<null> {
    return null;
  }

  async visibleTo(userId: UserId): Promise<Account[]> {
    return [...this.accounts.values()].filter((account) => this.sees(userId, account.userId));
  }

  async watchersOf(userId: UserId): Promise<UserId[]> {
    return [...this.accounts.keys()].filter((viewer) => this.sees(viewer, userId));
  }

  onDeviceRevoked(listener: (deviceId: string) => void): () => void {
    this.revocation.add(listener);
    return () => this.revocation.delete(listener);
  }

  onDirectoryChanged(listener: (instanceId: string) => void): () => void {
    this.changes.add(listener);
    return () => this.changes.delete(listener);
  }
}
