import { useMemo } from 'react';
import { selectCalls } from '../../engine/state/selectors.ts';
import type { Call } from '../../engine/state/types.ts';
import { useDomain } from '../client/engine-context.tsx';

type RingingCall = Extract<Call, { state: 'ringing' }>;

/** The call that rings longest, and how many ring beside it. */
export function useRinging(): { first: RingingCall | null; waiting: number } {
  const calls = useDomain(selectCalls);
  return useMemo(() => {
    const ringing = calls.filter((call): call is RingingCall => call.state === 'ringing');
    return { first: ringing[0] ?? null, waiting: Math.max(0, ringing.length - 1) };
  }, [calls]);
}
