import { AdministrationError, type Administration } from '../accounts/administration.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { NumberAdministration } from '../numbers/number-administration.ts';
import type { Numbers } from '../numbers/numbers.ts';
import { companyFileSchema } from './company-file.ts';

export interface ImportReport {
  instance: string;
  usersAdded: number;
  usersKept: number;
  trunks: number;
}

/** Brings a company to what the file says; running it twice changes nothing more. Throws `AdministrationError`. */
export const importCompany = async (
  text: string,
  parts: {
    accounts: AccountService;
    administration: Administration;
    numberAdministration: NumberAdministration;
    numbers: Numbers;
  },
): Promise<ImportReport> => {
  const { accounts, administration, numberAdministration, numbers } = parts;
  const file = readFile(text);
  const instanceId = await administration.ensureInstance({
    slug: file.instance.slug,
    name: file.instance.name,
    ...(file.instance.domain === undefined ? {} : { domain: file.instance.domain }),
  });
  if (file.numbers !== undefined) await numberAdministration.setDialPlan(instanceId, file.numbers);

  const roleIds = new Map<string, string>();
  const roleId = async (name: string): Promise<string> => {
    const known = roleIds.get(name) ?? (await administration.ensureRole(instanceId, name));
    roleIds.set(name, known);
    return known;
  };
  for (const role of file.roles) {
    const id = await roleId(role.name);
    for (const seen of role.sees) await administration.setVisibility(id, await roleId(seen), true);
    for (const other of role.picksUp) await numberAdministration.setPickUp(instanceId, id, await roleId(other), true);
    if (role.calling !== undefined) await numberAdministration.setCallingRules(instanceId, id, role.calling);
  }

  const domain = (await accounts.instanceById(instanceId))?.domain ?? '';
  let usersAdded = 0;
  for (const { role, ...user } of file.users) {
    if ((await accounts.userByName(user.username, domain)) !== null) continue;
    await administration.addUser({ ...user, instanceId, roleId: await roleId(role) });
    usersAdded += 1;
  }
  if (file.trunks !== undefined) {
    const wanted = new Set(file.trunks.map(({ id }) => id));
    for (const { instanceId: owner, settings } of await numbers.trunks())
      if (owner === instanceId && !wanted.has(settings.id))
        await numberAdministration.removeTrunk(instanceId, settings.id);
    for (const [position, trunk] of file.trunks.entries())
      await numberAdministration.putTrunk(instanceId, position, trunk);
  }
  for (const { number, to } of file.incoming) await numberAdministration.setIncomingNumber(instanceId, number, to);
  return {
    instance: file.instance.slug,
    usersAdded,
    usersKept: file.users.length - usersAdded,
    trunks: file.trunks?.length ?? 0,
  };
};

const readFile = (text: string) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AdministrationError('The file is not JSON');
  }
  const parsed = companyFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AdministrationError(`${issue?.path.join('.') || 'The file'}: ${issue?.message ?? 'is wrong'}`);
};
