import type { CallKind, CallResult, CallStep } from '../../protocol/rest.ts';
import type { UserId } from '../../protocol/identity.ts';

/** What this party's row tells beyond the call itself (JOU-4). Each report replaces only what it names. */
export interface CallDetails {
  /** Default: `call`. */
  kind?: CallKind;
  team?: { id: string; name: string };
  /** The user's own device that called or answered. */
  deviceId?: string;
  /** Seconds of the talk during which one of the sides held the call. */
  holdSeconds?: number;
  /** Default: called, answered and ended, as the times say. */
  path?: CallStep[];
}

/** One party's view of one finished call. */
export interface CallRecord {
  /** Same for both parties and stable across retries: makes the row unique together with `userId` (exactly one). */
  callKey: string;
  userId: UserId;
  direction: 'incoming' | 'outgoing';
  result: CallResult;
  partyUserId: UserId | null;
  partyName: string | null;
  number: string;
  startedAt: Date;
  answeredAt: Date | null;
  endedAt: Date;
  details?: CallDetails;
}

/**
 * Durable call bookkeeping. A call is noted when it starts and again when it ends, so that a crash of the
 * server in between still leaves exactly one row per party.
 */
export interface CallRecorder {
  /** Upserts the running call of one or both parties: all rows or none. `answeredAt` may still be missing. */
  callProgressed(...records: Omit<CallRecord, 'result' | 'endedAt'>[]): Promise<void>;
  /** Writes the row and publishes `journalEntryAdded`; a second report of the same call and user changes nothing. */
  callEnded(record: CallRecord): Promise<void>;
  /** Calls noted as started and not yet as ended: what a restarted server has to take up again or close. */
  runningCalls(): Promise<Omit<CallRecord, 'result' | 'endedAt'>[]>;
}
