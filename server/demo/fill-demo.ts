import type { AccountService } from '../accounts/account-service.ts';
import type { Administration } from '../accounts/administration.ts';
import type { Database } from '../database/database.ts';
import type { NumberAdministration } from '../numbers/number-administration.ts';
import { writeEntry } from '../phone-book/phone-book-changes.ts';
import {
  demoDialPlan,
  demoEditorRole,
  demoInstance,
  demoPassword,
  demoPhoneBook,
  demoRole,
  demoUsers,
} from './demo-company.ts';

/** Fills in what the demo company lacks; what is there already stays as it is. */
export const fillDemo = async (parts: {
  database: Database;
  accounts: AccountService;
  administration: Administration;
  numberAdministration: NumberAdministration;
}): Promise<void> => {
  const { administration, numberAdministration, accounts, database } = parts;
  const instanceId = await administration.ensureInstance(demoInstance);
  const roleId = await administration.ensureRole(instanceId, demoRole);
  const editorRoleId = await administration.ensureRole(instanceId, demoEditorRole);
  await administration.setPhoneBookEditing(editorRoleId, true);
  for (const viewer of [roleId, editorRoleId])
    for (const seen of [roleId, editorRoleId]) {
      await administration.setVisibility(viewer, seen, true);
      await numberAdministration.setPickUp(instanceId, viewer, seen, true);
    }
  const [numbered] = await database.query('SELECT id FROM instances WHERE id = $1 AND dial_plan IS NOT NULL', [
    instanceId,
  ]);
  if (numbered === undefined) await numberAdministration.setDialPlan(instanceId, demoDialPlan);
  const instance = await accounts.instanceById(instanceId);
  for (const user of demoUsers) {
    if (instance !== null && (await accounts.userByName(user.username, instance.domain)) !== null) continue;
    const role = user.username === 'anna' ? editorRoleId : roleId;
    await administration.addUser({ ...user, instanceId, roleId: role, password: demoPassword });
  }
  const [row] = await database.query<{ n: number }>(
    'SELECT count(*) AS n FROM phone_book_entries WHERE instance_id = $1',
    [instanceId],
  );
  const entries = demoPhoneBook(instanceId);
  if (row !== undefined && row.n >= entries.length) return;
  await database.transaction(async (transaction) => {
    for (const entry of entries) await writeEntry(transaction, { id: entry.id, instanceId, owner: null }, entry);
  });
};
