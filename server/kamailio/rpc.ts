/** Questions and orders to Kamailio itself: JSON-RPC over HTTP at one of its TCP ports. */
import { z } from 'zod';
import type { EdgeOptions } from './edge.ts';
import { tableSchema } from './messages.ts';

const patienceMs = 5_000;
const answerSchema = z.object({ result: z.unknown().optional() });

const call = async ({ address, secret }: EdgeOptions, method: string, params: unknown[]): Promise<unknown> => {
  const response = await fetch(`http://${address.host}:${address.port}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-kontor-edge': secret },
    body: JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 }),
    signal: AbortSignal.timeout(patienceMs),
  });
  return answerSchema.parse(await response.json()).result;
};

/** A table as name → value. An empty one has no result at all. */
export const readTable = async (options: EdgeOptions, table: 'contact' | 'call'): Promise<Map<string, string>> => {
  const slots = tableSchema.safeParse(await call(options, 'htable.dump', [table]));
  return new Map(
    (slots.success ? slots.data : []).flatMap(({ slot }) => slot.map(({ name, value }) => [name, String(value)])),
  );
};

/** Ends an attempt that still rings. */
export const cancelAttempt = async (options: EdgeOptions, callId: string, sequence: number): Promise<void> => {
  await call(options, 'tm.cancel', [callId, String(sequence)]);
};

export const removeContact = async (options: EdgeOptions, aor: string, contact: string): Promise<void> => {
  await call(options, 'ul.rm_contact', ['location', aor, contact]);
};
