import { useEffect, useMemo, useState } from 'react';
import { selectActiveCalls } from '../../engine/state/selectors.ts';
import type { Call } from '../../engine/state/types.ts';
import { useDomain } from '../client/engine-context.tsx';
import { callTileKind } from '../client/telephony/call-view.ts';

type RunningCall = Extract<Call, { state: 'dialing' | 'active' }>;

/** The call to show beside other windows: for a while after each change of its state, until the user closes it. */
export function useRunningCall(isInFront: boolean): { call: RunningCall | null; close: () => void } {
  const calls = useDomain(selectActiveCalls);
  const wanted = useDomain((state) => state.settings.notifyRunningCalls);
  const seconds = useDomain((state) => state.settings.notifySeconds);
  const [closed, setClosed] = useState<string | null>(null);
  const first = useMemo(
    () => calls.find((call): call is RunningCall => call.state === 'dialing' || call.state === 'active') ?? null,
    [calls],
  );
  const moment = first && `${first.id} ${callTileKind(first)}`;
  const call = wanted && !isInFront && moment !== closed ? first : null;
  useEffect(() => {
    if (moment === null) return;
    const timer = setTimeout(() => setClosed(moment), seconds * 1000);
    return () => clearTimeout(timer);
  }, [moment, seconds]);
  return { call, close: () => setClosed(moment) };
}
