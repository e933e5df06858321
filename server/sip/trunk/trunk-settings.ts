/** One way into the telephone network, as an administrator describes it. */
import { z } from 'zod';
import { internationalNumberSchema } from '../../../protocol/numbers.ts';

const hostSchema = z.string().regex(/^(?:[a-z0-9][a-z0-9.-]{0,252}|\[?[0-9a-f:.]+\]?)$/i, 'a host name or address');
const wordSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'printable characters without spaces');
const prefixSchema = z.string().regex(/^\+?[0-9*#]{0,20}$/, 'digits, with or without +');

/** The first rule whose prefix fits takes the number; the number is in E.164 with `+`. */
export const outgoingRuleSchema = z.object({
  prefix: prefixSchema.default(''),
  /** So many characters are taken from the front, the `+` included. */
  strip: z.number().int().min(0).max(20).default(0),
  add: prefixSchema.default(''),
});

export const trunkSettingsSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'letters, digits and hyphens'),
  /** With a port the host is used as it is, without one SRV records are asked first (RFC 3263). */
  host: hostSchema,
  port: z.number().int().min(1).max(65_535).nullable().default(null),
  transport: z.enum(['tcp', 'tls']).default('tls'),
  /** PEM of the authority that signed the other side's certificate, where it is not a public one. */
  certificateAuthority: z.string().max(100_000).nullable().default(null),
  /** Domain in the addresses; default the host. */
  domain: hostSchema.nullable().default(null),
  /** Account at the provider; `null`: a peer that knows us by our address. */
  account: z
    .object({
      user: wordSchema,
      authorizationUser: wordSchema.nullable().default(null),
      password: z.string().min(1).max(256),
    })
    .nullable()
    .default(null),
  /** Whether calls come in over a registration (an account is needed) or to our listening port. */
  register: z.boolean().default(true),
  /** Addresses whose connections to our port belong to this trunk. */
  acceptFrom: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(20)
    .default([]),
  rules: z
    .array(outgoingRuleSchema)
    .max(50)
    .default([{ prefix: '', strip: 0, add: '' }]),
  /** Shown where the caller has no number of their own, and where `callerId` is `main`. */
  mainNumber: internationalNumberSchema.nullable().default(null),
  callerId: z.enum(['own', 'main']).default('own'),
  /** Where the caller's number goes: in From (most providers) or in P-Asserted-Identity beside the account in From. */
  identity: z.enum(['from', 'asserted']).default('asserted'),
  /** `srtp`: encrypted with keys in the description (RFC 4568); only with `tls`. */
  media: z.enum(['rtp', 'srtp']).default('rtp'),
  /** Address for RTP in our SDP; default the one of the signalling connection. */
  mediaAddress: z.union([z.ipv4(), z.ipv6()]).nullable().default(null),
  /** Calls at a time that the provider allows. */
  channels: z.number().int().min(1).max(1000).default(30),
});
export type TrunkSettings = z.infer<typeof trunkSettingsSchema>;

/** The number as the trunk wants it; `null`: no rule takes it. */
export const ruledNumber = ({ rules }: Pick<TrunkSettings, 'rules'>, number: string): string | null => {
  const rule = rules.find(({ prefix }) => number.startsWith(prefix));
  if (rule === undefined) return null;
  const dialled = `${rule.add}${number.slice(rule.strip)}`;
  return dialled === '' ? null : dialled;
};
