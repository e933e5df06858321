/** How commands answer: failures are values with a code. */
import type { Failure } from '../state/types.ts';

export type Outcome = { ok: true } | { ok: false; failure: Failure };
export type Answer<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };
