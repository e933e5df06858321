import { z } from 'zod';
import { isEmergency } from '../../numbers/emergency.ts';
import { isKnownCountry } from '../../numbers/numbering.ts';
import { dialPlanSchema, internationalNumberSchema } from '../../protocol/numbers.ts';
import type { AccountChanges } from '../accounts/account-changes.ts';
import { AdministrationError } from '../accounts/administration.ts';
import type { Queryable } from '../database/database.ts';
import { trunkSettingsSchema } from '../sip/trunk/trunk-settings.ts';
import { callingRulesSchema } from './numbers.ts';

/** Numbers, rights and trunks as an administrator changes them; everybody concerned follows at once. */
export class NumberAdministration {
  readonly #changes: AccountChanges;

  constructor(changes: AccountChanges) {
    this.#changes = changes;
  }

  async setDialPlan(instanceId: string, plan: z.input<typeof dialPlanSchema>): Promise<void> {
    const checked = checkedBy(dialPlanSchema, plan);
    if (!isKnownCountry(checked.country)) throw new AdministrationError(`"${checked.country}" is not a country`);
    await this.#write(instanceId, async (transaction) => {
      const taken = await transaction.query<{ extension: string }>(
        'SELECT extension FROM users WHERE instance_id = $1',
        [instanceId],
      );
      const clash = taken.find(({ extension }) => isEmergency(extension, checked.country));
      if (clash !== undefined)
        throw new AdministrationError(`Extension ${clash.extension} is an emergency number in ${checked.country}`);
      await transaction.query('UPDATE instances SET dial_plan = $2::jsonb WHERE id = $1', [
        instanceId,
        JSON.stringify(checked),
      ]);
    });
  }

  async setCallingRules(instanceId: string, roleId: string, rules: z.input<typeof callingRulesSchema>): Promise<void> {
    const checked = checkedBy(callingRulesSchema, rules);
    await this.#write(instanceId, (transaction) =>
      transaction.query('UPDATE roles SET calling_rules = $3::jsonb WHERE id = $1 AND instance_id = $2', [
        roleId,
        instanceId,
        JSON.stringify(checked),
      ]),
    );
  }

  /** Lets users of one role take calls that ring at users of the other, or no longer. */
  async setPickUp(instanceId: string, roleId: string, pickedUpRoleId: string, allowed: boolean): Promise<void> {
    await this.#write(instanceId, (transaction) =>
      transaction.query(
        allowed
          ? 'INSERT INTO role_pick_up VALUES ($1, $2) ON CONFLICT DO NOTHING'
          : 'DELETE FROM role_pick_up WHERE role_id = $1 AND picked_up_role_id = $2',
        [roleId, pickedUpRoleId],
      ),
    );
  }

  /** Adds the trunk, or changes the one with the same id. Trunks are tried by rising position. */
  async putTrunk(instanceId: string, position: number, settings: z.input<typeof trunkSettingsSchema>): Promise<void> {
    const checked = checkedBy(trunkSettingsSchema, settings);
    if (checked.media === 'srtp' && checked.transport !== 'tls')
      throw new AdministrationError(`Trunk ${checked.id}: keys for srtp may only be sent over tls`);
    await this.#write(instanceId, (transaction) =>
      transaction.query(
        `INSERT INTO trunks (instance_id, id, position, settings) VALUES ($1, $2, $3, $4::jsonb)
         ON CONFLICT (instance_id, id) DO UPDATE SET position = EXCLUDED.position, settings = EXCLUDED.settings`,
        [instanceId, checked.id, position, JSON.stringify(checked)],
      ),
    );
  }

  async removeTrunk(instanceId: string, id: string): Promise<void> {
    await this.#write(instanceId, (transaction) =>
      transaction.query('DELETE FROM trunks WHERE instance_id = $1 AND id = $2', [instanceId, id]),
    );
  }

  /** Sends calls to a number of the house to an extension; `null`: where its range says. */
  async setIncomingNumber(instanceId: string, number: string, dialString: string | null): Promise<void> {
    const checked = checkedBy(internationalNumberSchema, number);
    await this.#write(instanceId, (transaction) =>
      dialString === null
        ? transaction.query('DELETE FROM incoming_numbers WHERE instance_id = $1 AND number = $2', [
            instanceId,
            checked,
          ])
        : transaction.query(
            `INSERT INTO incoming_numbers (instance_id, number, dial_string) VALUES ($1, $2, $3)
             ON CONFLICT (instance_id, number) DO UPDATE SET dial_string = EXCLUDED.dial_string`,
            [instanceId, checked, checkedBy(z.string().regex(/^\d{1,10}$/, 'an extension'), dialString)],
          ),
    );
  }

  async #write(instanceId: string, write: (transaction: Queryable) => Promise<unknown>): Promise<void> {
    await this.#changes.commit(async (transaction) => {
      await write(transaction);
      return { result: undefined, changes: [{ type: 'directoryChanged' as const, instanceId }] };
    });
  }
}

/** The value as the schema has it, or what is wrong with it in one line. */
const checkedBy = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AdministrationError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`.replace(/^: /, ''));
};
