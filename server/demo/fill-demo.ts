import type { AccountService } from '../accounts/account-service.ts';
import type { Administration } from '../accounts/administration.ts';
import type { Database } from '../database/database.ts';
import type { PhoneBook } from '../phone-book/phone-book.ts';
import { demoInstance, demoPassword, demoPhoneBook, demoRole, demoUsers } from './demo-company.ts';

/** Fills in what the demo company lacks; what is there already stays as it is. */
export const fillDemo = async (parts: {
  database: Database;
  accounts: AccountService;
  administration: Administration;
  phoneBook: PhoneBook;
}): Promise<void> => {
  const { administration, accounts, database, phoneBook } = parts;
  const instanceId = await administration.ensureInstance(demoInstance);
  const roleId = await administration.ensureRole(instanceId, demoRole);
  await administration.setVisibility(roleId, roleId, true);
  const instance = await accounts.instanceById(instanceId);
  for (const user of demoUsers) {
    if (instance !== null && (await accounts.userByName(user.username, instance.domain)) !== null) continue;
    await administration.addUser({ ...user, instanceId, roleId, password: demoPassword });
  }
  const [row] = await database.query<{ n: number }>(
    'SELECT count(*) AS n FROM phone_book_entries WHERE instance_id = $1',
    [instanceId],
  );
  const entries = demoPhoneBook(instanceId);
  if (row !== undefined && row.n >= entries.length) return;
  await database.transaction(async (transaction) => {
    for (const entry of entries) await phoneBook.put(instanceId, entry, transaction);
  });
};
