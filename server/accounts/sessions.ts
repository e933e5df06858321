import type { DeviceKind } from '../../protocol/identity.ts';
import type { AccountChanges } from './account-changes.ts';
import type { AccountService } from './account-service.ts';
import type { DeviceAccount } from './accounts.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { PasswordQueueFullError, type Passwords } from './passwords.ts';
import { createDeviceId, createToken, deviceSecret, digestHa1, hashToken, scramKeys } from './secrets.ts';

/** More logins than anybody uses; beyond, the one unused for longest ends. */
const maximumDevicesPerUser = 50;
const unusedDays = 90;
/** Attempts of one address at one account run one after the other; this many may wait. */
const maximumQueuedAttempts = 20;

export interface LoginRequest {
  /** `name` or `name@instance`. */
  user: string;
  password: string;
  device: { name: string; kind: DeviceKind };
  /** Where the attempt comes from; IPv6 as its /64 prefix. */
  addressKey: string;
}
export type LoginResult =
  | { kind: 'loggedIn'; token: string; device: DeviceAccount }
  /** Unknown user and wrong password look the same, also in time (SES-3). */
  | { kind: 'invalidCredentials' }
  | { kind: 'tooManyAttempts'; retryAfterSeconds: number }
  | { kind: 'overloaded' };

/** Log-in and log-out. */
export class Sessions {
  readonly #database: Database;
  readonly #accounts: AccountService;
  readonly #changes: AccountChanges;
  readonly #passwords: Passwords;
  readonly #throttle: LoginThrottle;
  readonly #attempts = new Map<string, { waiting: number; last: Promise<unknown> }>();

  constructor(parts: {
    database: Database;
    accounts: AccountService;
    changes: AccountChanges;
    passwords: Passwords;
    throttle: LoginThrottle;
  }) {
    this.#database = parts.database;
    this.#accounts = parts.accounts;
    this.#changes = parts.changes;
    this.#passwords = parts.passwords;
    this.#throttle = parts.throttle;
  }

  async logIn(request: LoginRequest): Promise<LoginResult> {
    const { username, instanceName } = splitLogin(request.user);
    const instance = await this.#accounts.instance(instanceName);
    const accountKey = `${username}@${instance?.slug ?? instanceName ?? ''}`.slice(0, 300);
    return this.#inTurn(`${accountKey} ${request.addressKey}`, async () => {
      const retryAfterSeconds = this.#throttle.check(accountKey, request.addressKey);
      if (retryAfterSeconds > 0) return { kind: 'tooManyAttempts', retryAfterSeconds };
      const account = instance === null ? null : await this.#accounts.userByName(username, instance.domain);
      const [row] = await this.#database.query<{ password_hash: string; scram_salt: Buffer }>(
        'SELECT password_hash, scram_salt FROM users WHERE id = $1',
        [account?.userId ?? ''],
      );
      const right = await this.#passwords.verify(row?.password_hash ?? null, request.password);
      if (!right || account === null || row === undefined) {
        this.#throttle.failed(accountKey, request.addressKey);
        return { kind: 'invalidCredentials' };
      }
      this.#throttle.succeeded(accountKey, request.addressKey);
      return this.#createSession(account, row, request.device);
    });
  }

  /** Ends the session and all that its device has open. */
  logOut(deviceId: string): Promise<void> {
    return this.#changes.commit(async (transaction) => ({
      result: undefined,
      changes: await revoke(transaction, 'id = $1', deviceId),
    }));
  }

  /** Notes that a session is in use, at most once an hour; sessions unused for 90 days end. */
  async touch(deviceId: string): Promise<void> {
    await this.#database.query(
      `UPDATE devices SET last_seen_at = now() WHERE id = $1 AND last_seen_at < now() - interval '1 hour'`,
      [deviceId],
    );
  }

  async endUnusedSessions(): Promise<void> {
    await this.#changes.commit(async (transaction) => ({
      result: undefined,
      changes: await revoke(transaction, `last_seen_at < now() - make_interval(days => $1)`, unusedDays),
    }));
  }

  async #createSession(
    account: Omit<DeviceAccount, 'deviceId' | 'deviceKind'>,
    user: { password_hash: string; scram_salt: Buffer },
    device: { name: string; kind: DeviceKind },
  ): Promise<LoginResult> {
    const token = createToken();
    const deviceId = createDeviceId();
    const ha1 = digestHa1(deviceId, account.domain, deviceSecret(token, 'sip'));
    const keys = await scramKeys(deviceSecret(token, 'xmpp'), user.scram_salt);
    const created = await this.#changes.commit(async (transaction) => {
      // Only as long as the password that was checked is still the password; holds off a change until we are done.
      const current = await transaction.query('SELECT id FROM users WHERE id = $1 AND password_hash = $2 FOR SHARE', [
        account.userId,
        user.password_hash,
      ]);
      if (current.length === 0) return { result: false, changes: [] };
      await transaction.query(
        `INSERT INTO devices (id, user_id, name, kind, token_hash, sip_ha1, scram_stored_key, scram_server_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [deviceId, account.userId, device.name, device.kind, hashToken(token), ha1, keys.storedKey, keys.serverKey],
      );
      const [surplus] = await transaction.query<{ ids: string[] | null }>(
        `SELECT array_agg(id) AS ids FROM
           (SELECT id FROM devices WHERE user_id = $1 AND id <> $2 ORDER BY last_seen_at DESC OFFSET $3) AS oldest`,
        [account.userId, deviceId, maximumDevicesPerUser - 1],
      );
      return { result: true, changes: await revoke(transaction, 'id = ANY($1::text[])', surplus?.ids ?? []) };
    });
    if (!created) return { kind: 'invalidCredentials' };
    return { kind: 'loggedIn', token, device: { ...account, deviceId, deviceKind: device.kind } };
  }

  /** Parallel guesses must not slip past the throttle together. */
  async #inTurn(key: string, attempt: () => Promise<LoginResult>): Promise<LoginResult> {
    const queue = this.#attempts.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (queue.waiting >= maximumQueuedAttempts) return { kind: 'tooManyAttempts', retryAfterSeconds: 1 };
    this.#attempts.set(key, queue);
    queue.waiting += 1;
    const result = queue.last.then(attempt);
    queue.last = result.catch(() => undefined);
    try {
      return await result;
    } catch (error) {
      if (error instanceof PasswordQueueFullError) return { kind: 'overloaded' };
      throw error;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#attempts.delete(key);
    }
  }
}

type RevokeCondition =
  'id = $1' | 'user_id = $1' | 'id = ANY($1::text[])' | 'last_seen_at < now() - make_interval(days => $1)';

/** Deletes devices; hand the changes to `AccountChanges.commit`. */
export const revoke = async (transaction: Queryable, condition: RevokeCondition, value: unknown) => {
  const rows = await transaction.query<{ id: string }>(`DELETE FROM devices WHERE ${condition} RETURNING id`, [value]);
  return rows.map(({ id }) => ({ type: 'deviceRevoked' as const, deviceId: id }));
};

const splitLogin = (user: string): { username: string; instanceName: string | null } => {
  const name = user.trim().normalize('NFKC').toLowerCase();
  const at = name.lastIndexOf('@');
  return at < 0
    ? { username: name, instanceName: null }
    : { username: name.slice(0, at), instanceName: name.slice(at + 1) };
};
