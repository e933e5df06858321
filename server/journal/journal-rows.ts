/** Rows of the journal's tables, and what the API says of them. */
import type { UserId } from '../../protocol/identity.ts';
import type { CallKind, CallResult, CallStep, JournalDetails, JournalEntry } from '../../protocol/rest.ts';
import type { CallDetails, CallRecord } from './call-recorder.ts';

export interface EntryRow extends Record<string, unknown> {
  id: number;
  direction: CallRecord['direction'];
  result: CallResult;
  party_user_id: string | null;
  party_name: string | null;
  number: string;
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date;
  seen: boolean;
  kind: CallKind;
  internal: boolean;
  team: { id: string; name: string } | null;
}
export const entryColumns =
  'id, direction, result, party_user_id, party_name, number, started_at, answered_at, ended_at, seen, kind, internal, team';

export interface DetailRow extends EntryRow {
  device_name: string | null;
  hold_seconds: number;
  path: CallStep[];
}
export const detailColumns = 'device_name, hold_seconds, path';

export interface RunningRow extends Record<string, unknown> {
  call_key: string;
  user_id: string;
  direction: CallRecord['direction'];
  party_user_id: string | null;
  party_name: string | null;
  number: string;
  started_at: Date;
  answered_at: Date | null;
  details: CallDetails;
}

const secondsBetween = (from: Date, to: Date): number =>
  Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1000));

export const entryOf = (row: EntryRow, visible: ReadonlySet<UserId>): JournalEntry => ({
  id: String(row.id),
  direction: row.direction,
  result: row.result,
  party: {
    name: row.party_name,
    userId: row.party_user_id !== null && visible.has(row.party_user_id) ? row.party_user_id : null,
  },
  number: row.number,
  startedAt: row.started_at.toISOString(),
  durationSeconds: row.answered_at === null ? 0 : secondsBetween(row.answered_at, row.ended_at),
  seen: row.seen,
  kind: row.kind,
  internal: row.internal,
  team: row.team,
});

export const detailsOf = (row: DetailRow, visible: ReadonlySet<UserId>, lastCalls: JournalEntry[]): JournalDetails => {
  const entry = entryOf(row, visible);
  const holdSeconds = Math.min(row.hold_seconds, entry.durationSeconds);
  return {
    entry,
    path: row.path.length > 0 ? row.path : pathOf(row),
    device: row.device_name,
    ringSeconds: secondsBetween(row.started_at, row.answered_at ?? row.ended_at),
    talkSeconds: entry.durationSeconds - holdSeconds,
    holdSeconds,
    lastCalls,
  };
};

/** What the times alone say. */
const pathOf = (row: EntryRow): CallStep[] => {
  const party = { name: row.party_name, number: row.number };
  return [
    { step: 'called', at: row.started_at.toISOString(), party },
    ...(row.answered_at === null
      ? []
      : [{ step: 'answered' as const, at: row.answered_at.toISOString(), party: null }]),
    { step: 'ended', at: row.ended_at.toISOString(), party: null },
  ];
};

export const runningOf = (row: RunningRow): Omit<CallRecord, 'result' | 'endedAt'> => ({
  callKey: row.call_key,
  userId: row.user_id,
  direction: row.direction,
  partyUserId: row.party_user_id,
  partyName: row.party_name,
  number: row.number,
  startedAt: row.started_at,
  answeredAt: row.answered_at,
  ...(Object.keys(row.details).length === 0 ? {} : { details: row.details }),
});
