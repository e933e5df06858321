import type { UserId } from '../../protocol/identity.ts';
import type { Queryable } from '../database/database.ts';
import type { Account } from './accounts.ts';

export interface Instance {
  id: string;
  slug: string;
  domain: string;
}
interface Member {
  account: Account;
  roleId: string;
}

const nameOrder = new Intl.Collator('de', { sensitivity: 'base', numeric: true });
/** Order of the directory: by name, then by id. */
export const compareAccounts = (a: Pick<Account, 'name' | 'userId'>, b: Pick<Account, 'name' | 'userId'>): number =>
  nameOrder.compare(a.name, b.name) || (a.userId < b.userId ? -1 : a.userId > b.userId ? 1 : 0);

/** All users and who sees whom, in memory: what every presence change and every call asks. Never changes; it is replaced. */
export class AccountSnapshot {
  readonly instances: readonly Instance[];
  readonly #members = new Map<UserId, Member>();
  readonly #byAddress = new Map<string, Account>();
  readonly #byRole = new Map<string, Account[]>();
  readonly #sees = new Map<string, Set<string>>();
  readonly #seenBy = new Map<string, Set<string>>();
  readonly #visible = new Map<string, Account[]>();
  readonly #watchers = new Map<string, UserId[]>();

  constructor(
    instances: readonly Instance[],
    members: readonly Member[],
    visibility: readonly { roleId: string; visibleRoleId: string }[],
  ) {
    this.instances = instances;
    for (const member of members) {
      const { account, roleId } = member;
      this.#members.set(account.userId, member);
      this.#byAddress.set(`name:${account.username}@${account.domain}`, account);
      this.#byAddress.set(`extension:${account.extension}@${account.domain}`, account);
      const role = this.#byRole.get(roleId) ?? [];
      role.push(account);
      this.#byRole.set(roleId, role);
    }
    const add = (map: Map<string, Set<string>>, from: string, to: string) =>
      map.set(from, (map.get(from) ?? new Set()).add(to));
    for (const { roleId, visibleRoleId } of visibility) {
      add(this.#sees, roleId, visibleRoleId);
      add(this.#seenBy, visibleRoleId, roleId);
    }
  }

  user(userId: UserId): Account | null {
    return this.#members.get(userId)?.account ?? null;
  }

  /** Both parts lower case. */
  byName(username: string, domain: string): Account | null {
    return this.#byAddress.get(`name:${username}@${domain}`) ?? null;
  }

  byExtension(extension: string, domain: string): Account | null {
    return this.#byAddress.get(`extension:${extension}@${domain}`) ?? null;
  }

  /** In directory order. The list is shared: do not change it. */
  visibleTo(userId: UserId): Account[] {
    const member = this.#members.get(userId);
    if (member === undefined) return [];
    const roles = this.#sees.get(member.roleId) ?? new Set();
    if (roles.has(member.roleId)) {
      const known = this.#visible.get(member.roleId);
      if (known !== undefined) return known;
      const visible = this.#accountsOf(roles).sort(compareAccounts);
      this.#visible.set(member.roleId, visible);
      return visible;
    }
    return [...this.#accountsOf(roles), member.account].sort(compareAccounts);
  }

  /** The list is shared: do not change it. */
  watchersOf(userId: UserId): UserId[] {
    const member = this.#members.get(userId);
    if (member === undefined) return [];
    const roles = this.#seenBy.get(member.roleId) ?? new Set();
    if (!roles.has(member.roleId)) return [...this.#accountsOf(roles).map((account) => account.userId), userId];
    const known = this.#watchers.get(member.roleId);
    if (known !== undefined) return known;
    const watchers = this.#accountsOf(roles).map((account) => account.userId);
    this.#watchers.set(member.roleId, watchers);
    return watchers;
  }

  #accountsOf(roles: ReadonlySet<string>): Account[] {
    return [...roles].flatMap((role) => this.#byRole.get(role) ?? []);
  }
}

interface UserRow extends Record<string, unknown> {
  id: string;
  instance_id: string;
  role_id: string;
  username: string;
  name: string;
  extension: string;
  domain: string;
}

export const loadAccountSnapshot = async (database: Queryable): Promise<AccountSnapshot> => {
  const instances = await database.query<Instance & Record<string, unknown>>(
    'SELECT id, slug, domain FROM instances ORDER BY slug',
  );
  const users = await database.query<UserRow>(
    `SELECT u.id, u.instance_id, u.role_id, u.username, u.name, u.extension, i.domain
       FROM users u JOIN instances i ON i.id = u.instance_id`,
  );
  const visibility = await database.query<{ role_id: string; visible_role_id: string }>(
    'SELECT role_id, visible_role_id FROM role_visibility',
  );
  return new AccountSnapshot(
    instances,
    users.map((row) => ({
      roleId: row.role_id,
      account: {
        userId: row.id,
        instanceId: row.instance_id,
        domain: row.domain,
        username: row.username,
        name: row.name,
        extension: row.extension,
      },
    })),
    visibility.map((row) => ({ roleId: row.role_id, visibleRoleId: row.visible_role_id })),
  );
};
