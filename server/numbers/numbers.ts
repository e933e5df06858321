/** What telephony asks about numbers and rights. Implemented in `number-service.ts`. */
import { z } from 'zod';
import type { UserId } from '../../protocol/identity.ts';
import { dialPlanSchema, type DialPlan } from '../../protocol/numbers.ts';
import type { Account } from '../accounts/accounts.ts';
import type { TrunkSettings } from '../sip/trunk/trunk-settings.ts';

/** What a role may dial, and how much (SRV-7). Emergency numbers are outside of all of it. */
export const callingRulesSchema = z.object({
  /** Numbers of other countries: none, all, or those of some. */
  foreign: z
    .union([z.enum(['none', 'all']), z.array(z.string().regex(/^[A-Z]{2}$/, 'a country such as AT')).max(250)])
    .default('none'),
  /** Numbers that cost more than a call, at home; abroad only together with `foreign`. */
  premium: z.boolean().default(false),
  /** Calls to the outside at a time, of one user. */
  concurrent: z.number().int().min(0).max(100).default(4),
  /** Calls to the outside within one hour, of one user. */
  perHour: z.number().int().min(0).max(10_000).default(60),
});
export type CallingRules = z.infer<typeof callingRulesSchema>;

export const defaultDialPlan: DialPlan = dialPlanSchema.parse({ country: 'DE' });

export interface InstanceTrunk {
  instanceId: string;
  /** SIP domain of the instance. */
  domain: string;
  settings: TrunkSettings;
}

export interface Numbers {
  planOf(instanceId: string): Promise<DialPlan>;
  rulesOf(userId: UserId): Promise<CallingRules>;
  /** Whether the role of `userId` may take calls that ring at `other` (TEL-11). */
  mayPickUp(userId: UserId, other: UserId): Promise<boolean>;
  /** Everybody who may. */
  pickersOf(userId: UserId): Promise<UserId[]>;
  /** Where a call to this number of ours goes: an extension or another dial string; `null`: not ours. */
  dialStringOf(instanceId: string, number: string): Promise<string | null>;
  /** The number under which the user is reached from outside; `null`: none of their own. */
  numberOf(account: Account): Promise<string | null>;
  /** All trunks of the server, in the order in which they are tried. */
  trunks(): Promise<InstanceTrunk[]>;
  onTrunksChanged(listener: () => void): () => void;
}

/** For a server without settings: Germany, no trunk, everybody by the default rules. */
export const plainNumbers: Numbers = {
  planOf: async () => defaultDialPlan,
  rulesOf: async () => callingRulesSchema.parse({}),
  mayPickUp: async () => false,
  pickersOf: async () => [],
  dialStringOf: async () => null,
  numberOf: async () => null,
  trunks: async () => [],
  onTrunksChanged: () => () => undefined,
};
