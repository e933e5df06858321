/** What the engine tells the user outside the window: missed calls, the pop-up of an incoming call, the unread count. */
import type { JournalEntry, VoicemailMessage } from '../../protocol/rest.ts';
import type { Notifier, Shell } from '../ports/ports.ts';
import {
  selectActiveCalls,
  selectMissedUnseen,
  selectParty,
  selectUnreadTotal,
  selectVoicemailUnheard,
} from '../state/selectors.ts';
import { contactOf } from '../state/contacts.ts';
import type { DomainState } from '../state/types.ts';
import type { EngineStore } from '../state/store.ts';

export interface Notices {
  callMissed(entry: JournalEntry): void;
  voicemailArrived(message: VoicemailMessage): void;
  dispose(): void;
}

const popupSize = { width: 360, height: 180 };
const pickUpNotice = (callKey: string): string => `pick-up ${callKey}`;
const missedNotice = (id: string): string => `missed ${id}`;
const voicemailNotice = (id: string): string => `voicemail ${id}`;

export const createNotices = (store: EngineStore, notifier: Notifier, shell: Shell): Notices => {
  let popup = false;
  let badge = -1;
  let inCall = false;
  const shown = new Set<string>();
  const offered = new Set<string>();

  /** `caller → callee`, until the call has been taken (NOT-1, NOT-2). */
  const updatePickUps = (state: DomainState): void => {
    const open = new Set(state.pickUps.map(({ callKey }) => callKey));
    for (const callKey of offered)
      if (!open.has(callKey)) {
        offered.delete(callKey);
        void notifier.close(pickUpNotice(callKey));
      }
    for (const { callKey, userId, caller } of state.pickUps) {
      if (offered.has(callKey) || !state.settings.notifyPickUps || shell.attention().focused) continue;
      offered.add(callKey);
      const known = caller.number === '' ? null : selectParty(caller.number)(state).name;
      const from = known ?? caller.name ?? caller.number;
      const to = contactOf(state.contacts, userId)?.name ?? '';
      const id = pickUpNotice(callKey);
      void notifier.show({ id, title: `${from} → ${to}`, body: `☎ ${caller.number}`, silent: true });
    }
  };

  const update = (): void => {
    const state = store.getState();
    updatePickUps(state);
    const incoming = selectActiveCalls(state).some((call) => call.state === 'ringing');
    const wanted = incoming && state.settings.notifyCalls && !shell.attention().focused;
    if (wanted !== popup) {
      popup = wanted;
      if (wanted) shell.showCallPopup(popupSize);
      else shell.hideCallPopup();
    }
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
    // Seen on any device: gone on this one (NOT-2).
    const isDone = (id: string): boolean => (id.startsWith(voicemailNotice('')) ? unheard === 0 : missed === 0);
    for (const id of [...shown].filter(isDone)) {
      void notifier.close(id);
      shown.delete(id);
    }
  };
  const off = [
    store.subscribe(update),
    shell.onAttentionChange(update),
    notifier.onClick((id) => {
      if (shown.has(id) || [...offered].some((callKey) => pickUpNotice(callKey) === id)) shell.show();
    }),
  ];
  const tell = (id: string, entry: JournalEntry | VoicemailMessage, sign: string): void => {
    const { settings } = store.getState();
    if (!settings.notifyCalls) return;
    const party = selectParty(entry.number)(store.getState());
    shown.add(id);
    const title = party.name ?? entry.party.name ?? entry.number;
    void notifier.show({ id, title, body: `${sign} ${entry.number}`, silent: !settings.notifySound });
  };
  return {
    callMissed: (entry) => tell(missedNotice(entry.id), entry, '☎'),
    voicemailArrived: (message) => tell(voicemailNotice(message.id), message, '✉'),
    dispose: () => {
      for (const end of off) end();
      if (popup) shell.hideCallPopup();
      if (inCall) shell.setInCall(false);
    },
  };
};
