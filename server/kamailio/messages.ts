/** What Kamailio says over the link. It writes `<null>` or nothing where it knows nothing. */
import { z } from 'zod';

const text = z.string().max(4096);
const key = z.string().max(64);
const device = z.string().max(128);

/** Asked once a device and once a call; the request waits for the answer. */
const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('account'), device }),
  z.object({
    kind: z.literal('route'),
    device,
    method: z.string().max(32),
    uri: text,
    callId: text,
    from: text,
    contact: text,
    replaces: text,
    sequence: z.number().int(),
  }),
]);

export const saidSchema = z.union([
  z.object({ index: z.string().max(32), label: z.string().max(32), question }),
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('welcome') }),
    z.object({ kind: z.enum(['registered', 'unregistered']), device, contact: text, place: text }),
    /** The contact's time or its connection has ended. */
    z.object({ kind: z.literal('expired'), aor: text, contact: text }),
    z.object({ kind: z.literal('ringing'), key }),
    z.object({ kind: z.literal('answered'), key, device, callId: text, from: text, to: text, contact: text }),
    z.object({ kind: z.literal('failed'), key, status: z.number().int() }),
    z.object({ kind: z.literal('ended'), key, callId: text }),
  ]),
]);
export type Said = z.infer<typeof saidSchema>;
export type Question = z.infer<typeof question>;
export type Event = Exclude<Said, { question: Question }>;

/** A table of Kamailio's as its JSON-RPC shows it. */
export const tableSchema = z.array(
  z.object({ slot: z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number()]) })) }),
);
