/** What a call's tile says and where it stands; no components, so that each state can be tested as a value. */
import type { Call, CallEndReason } from '../../../engine/state/types.ts';

/** How a tile looks and which buttons it has. */
export type CallTileKind = 'incoming' | 'outgoing' | 'active' | 'held' | 'ended';

/** A wish to hold already looks held, so that the click is answered at once. */
export function callTileKind(call: Call): CallTileKind {
  switch (call.state) {
    case 'ringing':
      return 'incoming';
    case 'dialing':
      return 'outgoing';
    case 'ended':
      return 'ended';
    case 'active':
      return call.talk.hold === 'held' || call.talk.hold === 'pendingHold' ? 'held' : 'active';
  }
}

const rank: Record<CallTileKind, number> = { active: 0, incoming: 1, outgoing: 2, held: 3, ended: 4 };

/** The active call first, then what waits for an answer, held and ended ones (LAY-9); within these, the oldest first. */
export const orderCalls = (calls: readonly Call[]): Call[] =>
  [...calls].sort((a, b) => rank[callTileKind(a)] - rank[callTileKind(b)] || a.startedAt - b.startedAt);

export type CallStatus =
  | 'connecting'
  | 'calling'
  | 'incoming'
  | 'answering'
  | 'active'
  | 'muted'
  | 'holding'
  | 'held'
  | 'resuming'
  | 'remoteHold'
  | 'transferring'
  | 'transferFailed'
  | 'reconnecting';

/** The one thing worth saying about a running call: text `telephony:status.<status>`. */
export function callStatus(call: Exclude<Call, { state: 'ended' }>): CallStatus {
  if (call.state === 'dialing') return call.early ? 'calling' : 'connecting';
  if (call.state === 'ringing') return call.answering ? 'answering' : 'incoming';
  const { talk } = call;
  if (talk.link === 'reconnecting') return 'reconnecting';
  if (talk.transfer === 'pending') return 'transferring';
  if (talk.transfer === 'failed') return 'transferFailed';
  if (talk.hold === 'pendingHold') return 'holding';
  if (talk.hold === 'pendingResume') return 'resuming';
  if (talk.hold === 'held') return 'held';
  if (talk.remoteHold) return 'remoteHold';
  return talk.muted ? 'muted' : 'active';
}

/** Why a call ended, as the user saw it (text `telephony:ended.<reason>`): an unanswered incoming call was missed. */
export const endedReason = (call: Extract<Call, { state: 'ended' }>): CallEndReason | 'missed' =>
  call.direction === 'incoming' && (call.reason === 'cancelled' || call.reason === 'noAnswer') ? 'missed' : call.reason;

/** Milliseconds that the call's clock shows; `null` before an answer. */
export function talkedFor(call: Call, now: number): number | null {
  if (call.state === 'active') return Math.max(0, now - call.talk.answeredAt);
  if (call.state === 'ended' && call.answeredAt !== null) return Math.max(0, call.endedAt - call.answeredAt);
  return null;
}

/** `03:42`, from one hour `1:03:42`. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}
