/** The import file of an administrator: one company, as far as it says something. */
import { z } from 'zod';
import { dialPlanSchema, internationalNumberSchema } from '../../protocol/numbers.ts';
import { callingRulesSchema } from '../numbers/numbers.ts';
import { trunkSettingsSchema } from '../sip/trunk/trunk-settings.ts';

const nameSchema = z.string().trim().min(1).max(200);

export const companyFileSchema = z.strictObject({
  instance: z.strictObject({ slug: z.string(), name: nameSchema, domain: z.string().optional() }),
  /** Country, area code, own ranges. */
  numbers: dialPlanSchema.optional(),
  roles: z
    .array(
      z.strictObject({
        name: nameSchema,
        /** Names of the roles whose users these see and may call. */
        sees: z.array(nameSchema).default([]),
        /** Names of the roles whose ringing calls these may take. */
        picksUp: z.array(nameSchema).default([]),
        calling: callingRulesSchema.optional(),
      }),
    )
    .max(200)
    .default([]),
  users: z
    .array(
      z.strictObject({
        username: z.string(),
        name: nameSchema,
        extension: z.string(),
        role: nameSchema,
        /** Only for users that are new; whoever exists keeps theirs. */
        password: z.string(),
      }),
    )
    .max(20_000)
    .default([]),
  /** In the order in which they are tried. What is not named here is removed, if the list is there. */
  trunks: z.array(trunkSettingsSchema).max(50).optional(),
  /** Single numbers that go elsewhere than their range says. */
  incoming: z
    .array(z.strictObject({ number: internationalNumberSchema, to: z.string().nullable() }))
    .max(10_000)
    .default([]),
});
