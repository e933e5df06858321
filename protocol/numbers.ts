/** How an instance is numbered: what client and server need to read, dial and show telephone numbers. */
import { z } from 'zod';

/** An international number as ITU-T E.164 writes it: `+49991123456`. */
export const internationalNumberSchema = z.string().regex(/^\+[1-9]\d{2,14}$/, 'a number such as +49991123456');

export const dialPlanSchema = z.object({
  /** ISO 3166-1 alpha-2: `DE`. */
  country: z.string().regex(/^[A-Z]{2}$/, 'a country such as DE'),
  /** Without the national prefix: `991`. Empty where numbers are always dialled in full. */
  areaCode: z
    .string()
    .regex(/^[1-9]?\d{0,6}$/, 'an area code without leading 0, such as 991')
    .default(''),
  /** What stands for the `+`; `null`: the country's own, such as `00`. */
  internationalPrefix: z
    .string()
    .regex(/^\d{1,5}$/, 'digits such as 00')
    .nullable()
    .default(null),
  /** Up to so many digits a number is one of the house. */
  longestInternal: z.number().int().min(1).max(10).default(4),
  /** Ranges of the house: what follows `prefix` is an extension, nothing (or 0) is `main`. */
  ownNumbers: z
    .array(
      z.object({
        prefix: internationalNumberSchema,
        main: z
          .string()
          .regex(/^\d{1,10}$/)
          .nullable(),
      }),
    )
    .max(100)
    .default([]),
});
export type DialPlan = z.infer<typeof dialPlanSchema>;
