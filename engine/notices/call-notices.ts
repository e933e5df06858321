/** Missed calls, voice messages, calls to pick up, whether a call runs, and the number on tray, dock icon and page (NOT-1, NOT-4). */
import type { JournalEntry, VoicemailMessage } from '../../protocol/rest.ts';
import type { Shell } from '../ports/ports.ts';
import {
  selectActiveCalls,
  selectMissedUnseen,
  selectParty,
  selectUnreadTotal,
  selectVoicemailUnheard,
} from '../state/selectors.ts';
import type { EngineStore } from '../state/store.ts';
import type { CallParty } from '../state/types.ts';
import type { NoticeBoard } from './notice-board.ts';

export interface CallNotices {
  callMissed(entry: JournalEntry): void;
  voicemailArrived(message: VoicemailMessage): void;
  dispose(): void;
}

export const createCallNotices = (
  store: EngineStore,
  board: NoticeBoard,
  shell: Pick<Shell, 'setUnread' | 'setInCall'>,
): CallNotices => {
  let badge = -1;
  let inCall = false;
  const offered = new Set<string>();

  const partyOf = (number: string, name: string | null): CallParty => {
    const known = selectParty(number)(store.getState());
    return { ...known, name: (number === '' ? null : known.name) ?? name };
  };
  /** Told once a call, and no longer than it rings. */
  const updatePickUps = (): void => {
    const { pickUps } = store.getState();
    const ringing = new Set(pickUps.map(({ callKey }) => callKey));
    for (const callKey of offered) if (!ringing.has(callKey)) offered.delete(callKey);
    board.dropWhere(({ kind, id }) => kind === 'pickUp' && !ringing.has(id));
    for (const { callKey, userId, caller } of pickUps) {
      if (offered.has(callKey)) continue;
      offered.add(callKey);
      board.raise({ kind: 'pickUp', id: callKey, userId, caller: partyOf(caller.number, caller.name) });
    }
  };
  const off = store.subscribe(() => {
    updatePickUps();
    const state = store.getState();
    if (selectActiveCalls(state).length > 0 !== inCall) {
      inCall = !inCall;
      shell.setInCall(inCall);
    }
    const missed = selectMissedUnseen(state);
    const unheard = selectVoicemailUnheard(state);
    const count = selectUnreadTotal(state) + missed + unheard;
    if (count !== badge) {
      badge = count;
      shell.setUnread(count);
    }
    // Seen or heard on any device: gone on this one (NOT-2).
    if (missed === 0) board.dropWhere(({ kind }) => kind === 'missedCall');
    if (unheard === 0) board.dropWhere(({ kind }) => kind === 'voicemail');
  });
  return {
    callMissed: ({ id, number, party }) =>
      board.raise({ kind: 'missedCall', id: `missed ${id}`, entryId: id, party: partyOf(number, party.name) }),
    voicemailArrived: ({ id, number, party }) =>
      board.raise({ kind: 'voicemail', id: `voicemail ${id}`, party: partyOf(number, party.name) }),
    dispose: () => {
      off();
      if (inCall) shell.setInCall(false);
    },
  };
};
