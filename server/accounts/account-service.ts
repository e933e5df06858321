import type { DeviceKind } from '../../protocol/identity.ts';
import type { Database } from '../database/database.ts';
import type { AccountChanges } from './account-changes.ts';
import { loadAccountSnapshot, type AccountSnapshot, type Instance } from './account-snapshot.ts';
import type { Account, Accounts, DeviceAccount } from './accounts.ts';
import { hashToken, scramIterations } from './secrets.ts';

const cachedSessions = 20_000;

interface DeviceRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  kind: DeviceKind;
  sip_ha1: string;
}
interface LiveDevice {
  device: DeviceAccount;
  ha1: string;
}

/** The accounts as the other services see them: users from memory, devices cached, each void at once when changed. */
export class AccountService implements Accounts {
  readonly #database: Database;
  readonly #changes: AccountChanges;
  #snapshot: Promise<AccountSnapshot> | null = null;
  /** By `token:<hash>` and by `device:<id>`; oldest first. */
  readonly #devices = new Map<string, LiveDevice>();
  /** Rises with each change, so that an answer read before a change is not cached after it. */
  #generation = 0;

  constructor(database: Database, changes: AccountChanges) {
    this.#database = database;
    this.#changes = changes;
    changes.onChange((change) => {
      this.#generation += 1;
      if (change.type === 'deviceRevoked') {
        for (const [key, { device }] of this.#devices)
          if (device.deviceId === change.deviceId) this.#devices.delete(key);
        return;
      }
      this.#snapshot = null;
      this.#devices.clear();
    });
  }

  async userById(userId: string) {
    return (await this.#accounts()).user(userId);
  }

  async userByName(username: string, domain: string) {
    return (await this.#accounts()).byName(username.toLowerCase(), domain.toLowerCase());
  }

  async userByDialString(dialString: string, domain: string) {
    const accounts = await this.#accounts();
    const lowerDomain = domain.toLowerCase();
    return accounts.byExtension(dialString, lowerDomain) ?? accounts.byName(dialString.toLowerCase(), lowerDomain);
  }

  async visibleTo(userId: string) {
    return (await this.#accounts()).visibleTo(userId);
  }

  async watchersOf(userId: string) {
    return (await this.#accounts()).watchersOf(userId);
  }

  /** By slug or domain, case-insensitive; without a name the only instance of the server. */
  async instance(name: string | null): Promise<Instance | null> {
    const { instances } = await this.#accounts();
    if (name === null) return instances.length === 1 ? (instances[0] ?? null) : null;
    const wanted = name.toLowerCase();
    return instances.find(({ slug, domain }) => slug === wanted || domain === wanted) ?? null;
  }

  async instanceById(id: string): Promise<Instance | null> {
    return (await this.#accounts()).instances.find((instance) => instance.id === id) ?? null;
  }

  async hasSingleInstance(): Promise<boolean> {
    return (await this.#accounts()).instances.length === 1;
  }

  async scramCredentials(username: string, domain: string) {
    const account = await this.userByName(username, domain);
    if (account === null) return null;
    const [user] = await this.#database.query<{ scram_salt: Buffer }>('SELECT scram_salt FROM users WHERE id = $1', [
      account.userId,
    ]);
    if (user === undefined) return null;
    const rows = await this.#database.query<{
      id: string;
      kind: DeviceKind;
      scram_stored_key: Buffer;
      scram_server_key: Buffer;
    }>(
      `SELECT id, kind, scram_stored_key, scram_server_key FROM devices
        WHERE user_id = $1 ORDER BY last_seen_at DESC, id`,
      [account.userId],
    );
    return {
      salt: user.scram_salt,
      iterations: scramIterations,
      devices: rows.map((row) => ({
        device: { ...account, deviceId: row.id, deviceKind: row.kind },
        storedKey: row.scram_stored_key,
        serverKey: row.scram_server_key,
      })),
    };
  }

  async sipDevice(authorizationUser: string) {
    return this.#device(`device:${authorizationUser}`, 'id = $1', authorizationUser);
  }

  async sessionByToken(token: string) {
    const hash = hashToken(token);
    return (await this.#device(`token:${hash.toString('base64')}`, 'token_hash = $1', hash))?.device ?? null;
  }

  onDeviceRevoked(listener: (deviceId: string) => void) {
    return this.#changes.onDeviceRevoked(listener);
  }

  onDirectoryChanged(listener: (instanceId: string) => void) {
    return this.#changes.onDirectoryChanged(listener);
  }

  async #device(key: string, condition: 'id = $1' | 'token_hash = $1', value: unknown): Promise<LiveDevice | null> {
    const known = this.#devices.get(key);
    if (known !== undefined) return known;
    const generation = this.#generation;
    const [row] = await this.#database.query<DeviceRow>(
      `SELECT id, user_id, kind, sip_ha1 FROM devices WHERE ${condition}`,
      [value],
    );
    const account: Account | null = row === undefined ? null : await this.userById(row.user_id);
    if (row === undefined || account === null) return null;
    const live = { device: { ...account, deviceId: row.id, deviceKind: row.kind }, ha1: row.sip_ha1 };
    if (generation === this.#generation) {
      this.#devices.set(key, live);
      for (const oldest of this.#devices.keys()) {
        if (this.#devices.size <= cachedSessions) break;
        this.#devices.delete(oldest);
      }
    }
    return live;
  }

  async #accounts(): Promise<AccountSnapshot> {
    for (;;) {
      const loading = (this.#snapshot ??= this.#load());
      const snapshot = await loading;
      // Changed while it was being read: what was read may be the state before.
      if (this.#snapshot === loading) return snapshot;
    }
  }

  #load(): Promise<AccountSnapshot> {
    const loading = loadAccountSnapshot(this.#database);
    loading.catch(() => {
      if (this.#snapshot === loading) this.#snapshot = null;
    });
    return loading;
  }
}
