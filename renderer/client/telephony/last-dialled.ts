import type { DomainState } from '../../../engine/state/types.ts';

/** The number called last, from this device's calls or the journal of all; `null`: none yet. */
export function lastDialled({ calls, journal }: DomainState): string | null {
  const call = calls.ids
    .map((id) => calls.byId[id])
    .filter((each) => each?.direction === 'outgoing')
    .at(-1);
  if (call) return call.party.number;
  return journal.entries.find((entry) => entry.direction === 'outgoing')?.number ?? null;
}
