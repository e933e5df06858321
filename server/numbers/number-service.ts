import type { UserId } from '../../protocol/identity.ts';
import { dialPlanSchema, type DialPlan } from '../../protocol/numbers.ts';
import type { AccountChanges } from '../accounts/account-changes.ts';
import type { Account } from '../accounts/accounts.ts';
import type { Queryable } from '../database/database.ts';
import type { Logger } from '../log.ts';
import { trunkSettingsSchema } from '../sip/trunk/trunk-settings.ts';
import { callingRulesSchema, defaultDialPlan, type CallingRules, type InstanceTrunk, type Numbers } from './numbers.ts';

interface Snapshot {
  plans: Map<string, DialPlan>;
  roleOf: Map<UserId, string>;
  rules: Map<string, CallingRules>;
  /** Role → roles at which its users may pick up. */
  pickUp: Map<string, Set<string>>;
  /** `<instance> <number>` → dial string, and `<instance> <dial string>` → number. */
  incoming: Map<string, string>;
  outgoing: Map<string, string>;
  trunks: InstanceTrunk[];
}

const standardRules = callingRulesSchema.parse({});

/** Numbers and rights from the database, held in memory until something changes. */
export class NumberService implements Numbers {
  readonly #database: Queryable;
  readonly #changes: AccountChanges;
  readonly #log: Logger;
  #snapshot: Promise<Snapshot> | null = null;

  constructor(database: Queryable, changes: AccountChanges, log: Logger) {
    this.#database = database;
    this.#changes = changes;
    this.#log = log;
    changes.onChange((change) => {
      if (change.type !== 'deviceRevoked') this.#snapshot = null;
    });
  }

  async planOf(instanceId: string): Promise<DialPlan> {
    return (await this.#loaded()).plans.get(instanceId) ?? defaultDialPlan;
  }

  async rulesOf(userId: UserId): Promise<CallingRules> {
    const { roleOf, rules } = await this.#loaded();
    return rules.get(roleOf.get(userId) ?? '') ?? standardRules;
  }

  async mayPickUp(userId: UserId, other: UserId): Promise<boolean> {
    const { roleOf, pickUp } = await this.#loaded();
    if (userId === other) return false;
    return pickUp.get(roleOf.get(userId) ?? '')?.has(roleOf.get(other) ?? '') ?? false;
  }

  async pickersOf(userId: UserId): Promise<UserId[]> {
    const { roleOf, pickUp } = await this.#loaded();
    const role = roleOf.get(userId) ?? '';
    const able = new Set([...pickUp].flatMap(([picker, others]) => (others.has(role) ? [picker] : [])));
    if (able.size === 0) return [];
    return [...roleOf].flatMap(([other, roleId]) => (other !== userId && able.has(roleId) ? [other] : []));
  }

  async dialStringOf(instanceId: string, number: string): Promise<string | null> {
    return (await this.#loaded()).incoming.get(`${instanceId} ${number}`) ?? null;
  }

  async numberOf(account: Account): Promise<string | null> {
    const { plans, outgoing } = await this.#loaded();
    const own = outgoing.get(`${account.instanceId} ${account.extension}`);
    const [range] = plans.get(account.instanceId)?.ownNumbers ?? [];
    const direct = range === undefined ? null : `${range.prefix}${account.extension}`;
    // E.164 has fifteen digits; what would be longer nobody can call back.
    return own ?? (direct !== null && direct.length <= 16 ? direct : null);
  }

  async trunks(): Promise<InstanceTrunk[]> {
    return (await this.#loaded()).trunks;
  }

  onTrunksChanged(listener: () => void): () => void {
    return this.#changes.onChange((change) => {
      if (change.type !== 'deviceRevoked') listener();
    });
  }

  async #loaded(): Promise<Snapshot> {
    for (;;) {
      const loading = (this.#snapshot ??= this.#load());
      const snapshot = await loading;
      // Changed while it was being read: what was read may be the state before.
      if (this.#snapshot === loading) return snapshot;
    }
  }

  #load(): Promise<Snapshot> {
    const loading = this.#read();
    loading.catch(() => {
      if (this.#snapshot === loading) this.#snapshot = null;
    });
    return loading;
  }

  async #read(): Promise<Snapshot> {
    const database = this.#database;
    const instances = await database.query<{ id: string; domain: string; dial_plan: unknown }>(
      'SELECT id, domain, dial_plan FROM instances',
    );
    const users = await database.query<{ id: string; role_id: string }>('SELECT id, role_id FROM users');
    const roles = await database.query<{ id: string; calling_rules: unknown }>('SELECT id, calling_rules FROM roles');
    const pairs = await database.query<{ role_id: string; picked_up_role_id: string }>(
      'SELECT role_id, picked_up_role_id FROM role_pick_up',
    );
    const numbers = await database.query<{ instance_id: string; number: string; dial_string: string }>(
      'SELECT instance_id, number, dial_string FROM incoming_numbers ORDER BY number DESC',
    );
    const trunks = await database.query<{ instance_id: string; id: string; settings: unknown }>(
      'SELECT instance_id, id, settings FROM trunks ORDER BY instance_id, position, id',
    );
    const pickUp = new Map<string, Set<string>>();
    for (const pair of pairs)
      pickUp.set(pair.role_id, (pickUp.get(pair.role_id) ?? new Set()).add(pair.picked_up_role_id));
    const domains = new Map(instances.map(({ id, domain }) => [id, domain]));
    return {
      plans: new Map(
        instances.map(({ id, dial_plan: stored }) => [id, this.#parsed(dialPlanSchema, stored, defaultDialPlan)]),
      ),
      roleOf: new Map(users.map(({ id, role_id: role }) => [id, role])),
      rules: new Map(
        roles.map(({ id, calling_rules: stored }) => [id, this.#parsed(callingRulesSchema, stored, standardRules)]),
      ),
      pickUp,
      incoming: new Map(numbers.map((row) => [`${row.instance_id} ${row.number}`, row.dial_string])),
      // The lowest number is the one a user is shown with.
      outgoing: new Map(numbers.map((row) => [`${row.instance_id} ${row.dial_string}`, row.number])),
      trunks: trunks.flatMap(({ instance_id: instanceId, settings }) => {
        const parsed = trunkSettingsSchema.safeParse(settings);
        if (!parsed.success) this.#log.error({ instanceId }, 'a trunk has settings of another version');
        return parsed.success ? [{ instanceId, domain: domains.get(instanceId) ?? '', settings: parsed.data }] : [];
      }),
    };
  }

  #parsed<Value>(
    schema: { safeParse(value: unknown): { success: boolean; data?: Value } },
    stored: unknown,
    standard: Value,
  ): Value {
    if (stored === null) return standard;
    const parsed = schema.safeParse(stored);
    if (!parsed.success) this.#log.error('stored settings of numbers are of another version');
    return parsed.data ?? standard;
  }
}
