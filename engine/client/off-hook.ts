import { selectActiveCalls } from '../state/selectors.ts';
import type { DomainState } from '../state/types.ts';

/** What lifting the handset means now (DSK-1). */
export type OffHook =
  { kind: 'answer'; callId: string } | { kind: 'hangUp'; callId: string } | { kind: 'none' } | { kind: 'dial' };

/**
 * The call that rings longest is answered, one's own that nobody has answered yet is ended; with a call running there
 * is nothing to lift, and without one a number is wanted.
 */
export const offHook = (state: DomainState): OffHook => {
  const calls = selectActiveCalls(state);
  const ringing = calls.find((call) => call.state === 'ringing');
  if (ringing) return { kind: 'answer', callId: ringing.id };
  const dialing = calls.findLast((call) => call.state === 'dialing');
  if (dialing) return { kind: 'hangUp', callId: dialing.id };
  return calls.length > 0 ? { kind: 'none' } : { kind: 'dial' };
};
