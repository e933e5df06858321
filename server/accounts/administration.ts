import { randomBytes, randomUUID } from 'node:crypto';
import type { UserId } from '../../protocol/identity.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { EventStore } from '../events/event-store.ts';
import type { AccountChanges } from './account-changes.ts';
import type { AccountService } from './account-service.ts';
import type { Account } from './accounts.ts';
import type { Passwords } from './passwords.ts';
import { revoke } from './sessions.ts';

export interface NewInstance {
  /** Default: a random one. */
  id?: string;
  /** Part of the login name after the `@`: letters, digits, hyphens. */
  slug: string;
  name: string;
  /** XMPP and SIP domain; default `<slug>.kontor.internal`. */
  domain?: string;
}
export interface NewUser {
  /** Default: a random one. */
  id?: string;
  instanceId: string;
  roleId: string;
  username: string;
  name: string;
  extension: string;
  password: string;
}
/** What an administrator got wrong. */
export class AdministrationError extends Error {
  override readonly name = 'AdministrationError';
}

const slugPattern = /^[a-z0-9][a-z0-9-]{0,31}$/;
const domainPattern = /^[a-z0-9][a-z0-9.-]{0,199}$/;
const usernamePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const extensionPattern = /^\d{1,10}$/;
const minimumPasswordLength = 8;

/** Instances, roles and users as an administrator changes them; everybody concerned is told at once. */
export class Administration {
  readonly #database: Database;
  readonly #accounts: AccountService;
  readonly #changes: AccountChanges;
  readonly #events: EventStore;
  readonly #passwords: Passwords;

  constructor(parts: {
    database: Database;
    accounts: AccountService;
    changes: AccountChanges;
    events: EventStore;
    passwords: Passwords;
  }) {
    this.#database = parts.database;
    this.#accounts = parts.accounts;
    this.#changes = parts.changes;
    this.#events = parts.events;
    this.#passwords = parts.passwords;
  }

  /** Resolves with the id: of the existing instance where the slug is taken. */
  async ensureInstance({
    id = randomUUID(),
    slug,
    name,
    domain = `${slug}.kontor.internal`,
  }: NewInstance): Promise<string> {
    demand(slugPattern.test(slug), `"${slug}" is not a name for an instance: use letters, digits and hyphens`);
    demand(domainPattern.test(domain), `"${domain}" is not a domain`);
    return this.#changes.commit(async (transaction) => {
      const [created] = await transaction.query<{ id: string }>(
        'INSERT INTO instances (id, slug, name, domain) VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO NOTHING RETURNING id',
        [id, slug, name, domain],
      );
      if (created !== undefined) return { result: created.id, changes: [directoryChanged(created.id)] };
      return { result: await idOf(transaction, 'SELECT id FROM instances WHERE slug = $1', [slug]), changes: [] };
    });
  }

  /** A new role sees nobody; its users see themselves. Resolves with the id of the new or existing role. */
  async ensureRole(instanceId: string, name: string): Promise<string> {
    return this.#database.transaction(async (transaction) => {
      await transaction.query(
        'INSERT INTO roles (id, instance_id, name) VALUES ($1, $2, $3) ON CONFLICT (instance_id, name) DO NOTHING',
        [randomUUID(), instanceId, name],
      );
      return idOf(transaction, 'SELECT id FROM roles WHERE instance_id = $1 AND name = $2', [instanceId, name]);
    });
  }

  /** Lets users of one role see users of the other, or no longer (CON-11). */
  async setVisibility(roleId: string, visibleRoleId: string, visible: boolean): Promise<void> {
    const [role] = await this.#database.query<{ instance_id: string }>(
      `SELECT a.instance_id FROM roles a JOIN roles b ON b.instance_id = a.instance_id WHERE a.id = $1 AND b.id = $2`,
      [roleId, visibleRoleId],
    );
    if (role === undefined) throw new AdministrationError('No such roles in one instance');
    await this.#changes.commit(async (transaction) => {
      const changed = await transaction.query(
        visible
          ? 'INSERT INTO role_visibility VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING role_id'
          : 'DELETE FROM role_visibility WHERE role_id = $1 AND visible_role_id = $2 RETURNING role_id',
        [roleId, visibleRoleId],
      );
      if (changed.length === 0) return { result: undefined, changes: [] };
      const viewers = await transaction.query<{ id: string }>('SELECT id FROM users WHERE role_id = $1', [roleId]);
      const seen = await transaction.query<EntryRow>(
        `SELECT u.id, u.username || '@' || i.domain AS jid, u.name, u.extension
           FROM users u JOIN instances i ON i.id = u.instance_id WHERE u.role_id = $1 ORDER BY u.id`,
        [visibleRoleId],
      );
      for (const entry of seen) {
        // Oneself one always sees.
        const audience = viewers.map(({ id }) => id).filter((id) => id !== entry.id);
        const event = visible
          ? { type: 'directoryEntryChanged' as const, entry }
          : { type: 'directoryEntryRemoved' as const, userId: entry.id };
        await this.#events.publishIn(transaction, audience, event);
      }
      return { result: undefined, changes: [directoryChanged(role.instance_id)] };
    });
  }

  /** Lets users of a role change the company's phone book, or no longer (PHB-2). */
  async setPhoneBookEditing(roleId: string, allowed: boolean): Promise<void> {
    const changed = await this.#database.query('UPDATE roles SET edits_phone_book = $2 WHERE id = $1 RETURNING id', [
      roleId,
      allowed,
    ]);
    demand(changed.length === 1, 'No such role');
  }

  /** Refuses a user name or an extension that is taken. */
  async addUser(user: NewUser): Promise<Account> {
    demand(
      usernamePattern.test(user.username),
      `"${user.username}" is not a user name: lower-case letters, digits, . _ -`,
    );
    demand(extensionPattern.test(user.extension), `"${user.extension}" is not an extension: up to ten digits`);
    demand(user.name.trim() !== '', 'A user needs a name');
    requirePassword(user.password);
    const passwordHash = await this.#passwords.hash(user.password);
    const userId = user.id ?? randomUUID();
    await this.#changes.commit(async (transaction) => {
      const added = await transaction.query(
        `INSERT INTO users (id, instance_id, role_id, username, name, extension, password_hash, scram_salt)
         SELECT $1, r.instance_id, r.id, $4, $5, $6, $7, $8 FROM roles r WHERE r.instance_id = $2 AND r.id = $3
         ON CONFLICT DO NOTHING RETURNING id`,
        [
          userId,
          user.instanceId,
          user.roleId,
          user.username,
          user.name.trim(),
          user.extension,
          passwordHash,
          randomBytes(16),
        ],
      );
      demand(added.length === 1, `User name ${user.username} or extension ${user.extension} is taken`);
      await this.#announce(transaction, userId);
      return { result: undefined, changes: [directoryChanged(user.instanceId)] };
    });
    return this.#existing(userId);
  }

  async renameUser(userId: UserId, name: string): Promise<void> {
    demand(name.trim() !== '', 'A user needs a name');
    const { instanceId } = await this.#existing(userId);
    await this.#changes.commit(async (transaction) => {
      await transaction.query('UPDATE users SET name = $2 WHERE id = $1', [userId, name.trim()]);
      await this.#announce(transaction, userId);
      return { result: undefined, changes: [directoryChanged(instanceId)] };
    });
  }

  /** Ends all sessions of the user and forgets them, their journal and their favourites. */
  async removeUser(userId: UserId): Promise<void> {
    const { instanceId } = await this.#existing(userId);
    await this.#changes.commit(async (transaction) => {
      const watchers = await watchersOf(transaction, userId);
      const revoked = await revoke(transaction, 'user_id = $1', userId);
      await transaction.query('DELETE FROM users WHERE id = $1', [userId]);
      await this.#events.publishIn(
        transaction,
        watchers.filter((id) => id !== userId),
        { type: 'directoryEntryRemoved', userId },
      );
      return { result: undefined, changes: [directoryChanged(instanceId), ...revoked] };
    });
  }

  /** Ends all sessions of the user: whoever knew the old password is out. */
  async setPassword(userId: UserId, password: string): Promise<void> {
    requirePassword(password);
    const passwordHash = await this.#passwords.hash(password);
    await this.#changes.commit(async (transaction) => {
      await transaction.query('UPDATE users SET password_hash = $2 WHERE id = $1', [userId, passwordHash]);
      return { result: undefined, changes: await revoke(transaction, 'user_id = $1', userId) };
    });
  }

  async #existing(userId: UserId): Promise<Account> {
    const account = await this.#accounts.userById(userId);
    if (account === null) throw new AdministrationError('No such user');
    return account;
  }

  async #announce(transaction: Queryable, userId: UserId): Promise<void> {
    const [entry] = await transaction.query<EntryRow>(
      `SELECT u.id, u.username || '@' || i.domain AS jid, u.name, u.extension
         FROM users u JOIN instances i ON i.id = u.instance_id WHERE u.id = $1`,
      [userId],
    );
    if (entry === undefined) return;
    const watchers = await watchersOf(transaction, userId);
    await this.#events.publishIn(transaction, watchers, { type: 'directoryEntryChanged', entry });
  }
}

interface EntryRow extends Record<string, unknown> {
  id: string;
  jid: string;
  name: string;
  extension: string;
}

const directoryChanged = (instanceId: string) => ({ type: 'directoryChanged' as const, instanceId });

const watchersOf = async (transaction: Queryable, userId: UserId): Promise<UserId[]> => {
  const rows = await transaction.query<{ id: string }>(
    `SELECT viewer.id FROM users u
       JOIN role_visibility v ON v.visible_role_id = u.role_id
       JOIN users viewer ON viewer.role_id = v.role_id
      WHERE u.id = $1
     UNION SELECT id FROM users WHERE id = $1`,
    [userId],
  );
  return rows.map(({ id }) => id);
};

const idOf = async (transaction: Queryable, sql: string, parameters: unknown[]): Promise<string> => {
  const [row] = await transaction.query<{ id: string }>(sql, parameters);
  if (row === undefined) throw new AdministrationError('Changed by somebody else at the same time; try again');
  return row.id;
};

function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AdministrationError(message);
}
const requirePassword = (password: string): void =>
  demand(password.length >= minimumPasswordLength, `A password has at least ${minimumPasswordLength} characters`);
