import type { UserId } from '../../protocol/identity.ts';
import type { DirectoryEntry } from '../../protocol/rest.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import { compareAccounts } from '../accounts/account-snapshot.ts';
import type { Database } from '../database/database.ts';
import type { EventStore } from '../events/event-store.ts';

export interface DirectoryPage {
  entries: DirectoryEntry[];
  next: string | null;
}

export const directoryEntryOf = (account: Account): Omit<DirectoryEntry, 'favourite'> => ({
  id: account.userId,
  jid: `${account.username}@${account.domain}`,
  name: account.name,
  extension: account.extension,
});

/** The colleagues a user may see (CON-11), and which of them are favourites (CON-5). */
export class Directory {
  readonly #database: Database;
  readonly #events: EventStore;
  readonly #accounts: Accounts;

  constructor(parts: { database: Database; events: EventStore; accounts: Accounts }) {
    this.#database = parts.database;
    this.#events = parts.events;
    this.#accounts = parts.accounts;
  }

  /** By name. `null`: the cursor is malformed. A user who disappears between two pages spoils neither. */
  async page(userId: UserId, limit: number, cursor: string | null): Promise<DirectoryPage | null> {
    const after = cursor === null ? null : decodeCursor(cursor);
    if (cursor !== null && after === null) return null;
    const all = await this.#accounts.visibleTo(userId);
    const start = after === null ? 0 : firstAfter(all, after);
    const page = all.slice(start, start + limit);
    const rows = await this.#database.query<{ favourite_user_id: string }>(
      'SELECT favourite_user_id FROM favourites WHERE user_id = $1 AND favourite_user_id = ANY($2::text[])',
      [userId, page.map((account) => account.userId)],
    );
    const favourites = new Set(rows.map((row) => row.favourite_user_id));
    const last = page.at(-1);
    return {
      entries: page.map((account) => ({ ...directoryEntryOf(account), favourite: favourites.has(account.userId) })),
      next: last !== undefined && start + limit < all.length ? encodeCursor(last) : null,
    };
  }

  /** False: no such visible user. Setting what is set already changes nothing. */
  async setFavourite(userId: UserId, favouriteUserId: UserId, favourite: boolean): Promise<boolean> {
    const visible = await this.#accounts.visibleTo(userId);
    if (!visible.some((account) => account.userId === favouriteUserId)) return false;
    await this.#database.transaction(async (transaction) => {
      const changed = await transaction.query(
        favourite
          ? `INSERT INTO favourites (user_id, favourite_user_id) VALUES ($1, $2)
             ON CONFLICT DO NOTHING RETURNING user_id`
          : 'DELETE FROM favourites WHERE user_id = $1 AND favourite_user_id = $2 RETURNING user_id',
        [userId, favouriteUserId],
      );
      if (changed.length === 0) return;
      const event = { type: 'favouriteChanged' as const, userId: favouriteUserId, favourite };
      await this.#events.publishIn(transaction, [userId], event);
    });
    return true;
  }
}

type Position = Pick<Account, 'name' | 'userId'>;

const encodeCursor = ({ name, userId }: Position): string =>
  // Long names are cut: the id decides between equals, and the user is looked up by it first.
  Buffer.from(JSON.stringify([userId, name.slice(0, 20)])).toString('base64url');

const decodeCursor = (cursor: string): Position | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [userId, name]: unknown[] = value;
    return typeof userId === 'string' && typeof name === 'string' ? { userId, name } : null;
  } catch {
    return null;
  }
};

const firstAfter = (all: readonly Account[], position: Position): number => {
  const exact = all.findIndex((account) => account.userId === position.userId);
  if (exact >= 0) return exact + 1;
  const next = all.findIndex((account) => compareAccounts(account, position) > 0);
  return next >= 0 ? next : all.length;
};
