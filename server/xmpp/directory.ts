import type { Account, Accounts } from '../accounts/accounts.ts';
import type { UserId } from '../../protocol/identity.ts';
import { makeJid } from './jid.ts';

export const bareJidOf = (account: Account): string => makeJid(account.username.toLowerCase(), account.domain).bare;

/** Who sees whom, remembered for the users that are online. One `Account` object per user. */
export class Directory {
  private readonly accounts: Accounts;
  private readonly known = new Map<UserId, Account>();
  private readonly visibleByUser = new Map<UserId, Promise<Map<string, Account>>>();
  private readonly watchersByUser = new Map<UserId, Promise<Set<UserId>>>();

  constructor(accounts: Accounts) {
    this.accounts = accounts;
  }

  private intern(account: Account): Account {
    const known = this.known.get(account.userId);
    const same =
      known?.name === account.name && known.username === account.username && known.extension === account.extension;
    if (known && same && known.domain === account.domain) return known;
    this.known.set(account.userId, account);
    return account;
  }

  /** By bare JID; the user itself included. */
  visibleTo(userId: UserId): Promise<Map<string, Account>> {
    return remember(this.visibleByUser, userId, async () => {
      const accounts = await this.accounts.visibleTo(userId);
      return new Map(accounts.map((account) => [bareJidOf(account), this.intern(account)]));
    });
  }

  /** Users that may see `userId`, itself included. */
  watchersOf(userId: UserId): Promise<Set<UserId>> {
    return remember(this.watchersByUser, userId, async () => new Set(await this.accounts.watchersOf(userId)));
  }

  /** The account with this address if `userId` may know of it. */
  async find(userId: UserId, bareJid: string): Promise<Account | null> {
    return (await this.visibleTo(userId)).get(bareJid) ?? null;
  }

  /** Ask the accounts anew from now on. */
  forgetAll(): void {
    this.known.clear();
    this.visibleByUser.clear();
    this.watchersByUser.clear();
  }

  /** The user went offline. */
  forget(userId: UserId): void {
    this.visibleByUser.delete(userId);
    this.watchersByUser.delete(userId);
  }
}

const remember = <Value>(
  cache: Map<UserId, Promise<Value>>,
  userId: UserId,
  load: () => Promise<Value>,
): Promise<Value> => {
  const cached = cache.get(userId);
  if (cached) return cached;
  const loading = load();
  cache.set(userId, loading);
  loading.catch(() => {
    if (cache.get(userId) === loading) cache.delete(userId);
  });
  return loading;
};
