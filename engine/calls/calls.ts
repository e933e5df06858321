/** All calls of this device: the commands of windows on one side, the softphone on the other. */
import type { LedgerEntry } from '../../protocol/ipc.ts';
import type { Clock, Ledger } from '../ports/ports.ts';
import { callChanged, callRemoved } from '../state/calls.ts';
import { linkChanged } from '../state/connection.ts';
import { selectCalls, selectDialPlan, selectParty } from '../state/selectors.ts';
import type { EngineStore } from '../state/store.ts';
import type { Call, CallEndReason, CallParty } from '../state/types.ts';
import { createAudioDevices } from './audio-devices.ts';
import { createCallLeg, type CallLeg } from './call-leg.ts';
import { callAfter, type CallEvent } from './call-machine.ts';
import type { Outcome } from '../client/commands.ts';
import type { CallService } from './call-service.ts';
import { createHoldMusic } from './hold-music.ts';
import { parseNumber } from './number.ts';
import {
  createSoftphone,
  type Identity,
  type Referral,
  type Replacement,
  type SipSession,
  type Softphone,
} from './softphone.ts';
import { createTakeover, type Takeover } from './takeover.ts';
import { createTones, type Tone } from './tones.ts';

/** How long an ended call stays to be seen. */
const endedShown = 4_000;
const endToneTime = 3_000;
const endTones: Partial<Record<CallEndReason, Tone>> = {
  busy: 'busy',
  unreachable: 'congestion',
  failed: 'congestion',
  noLine: 'congestion',
  tooManyCalls: 'congestion',
};
const mostCalls = 20;
const pickUpPatience = 5_000;

const wantsHold = ({ talk }: Extract<Call, { state: 'active' }>): boolean =>
  talk.hold === 'held' || talk.hold === 'pendingHold';

export interface CallsOptions {
  store: EngineStore;
  clock: Clock;
  ledger: Ledger;
  revoked(): void;
}

export const createCalls = ({ store, clock, ledger, revoked }: CallsOptions): CallService => {
  const legs = new Map<string, CallLeg>();
  const takeovers = new Map<string, Takeover>();
  /** Legs to whom the other side hands a call on, while nobody has answered there yet. */
  const successors = new Map<string, { leg: CallLeg; isAlone: boolean }>();
  const devices = createAudioDevices(store);
  const tones = createTones();
  const holdMusic = createHoldMusic();
  let softphone: Softphone | null = null;
  let account = '';
  let ledgerText = '[]';
  /** What a caller hears for a moment when nobody could be reached. */
  let endTone: { tone: Tone; until: number } | null = null;
  let pickUpUntil = 0;

  const callOf = (id: string): Call | undefined => store.getState().calls.byId[id];
  const newId = (): string =>
    `call-${crypto.getRandomValues(new Uint32Array(2)).reduce((text, word) => text + word.toString(36), '')}`;

  const toneNow = (): Tone | null => {
    const calls = selectCalls(store.getState());
    const talking = calls.some((call) => call.state === 'active' && call.talk.hold === 'none');
    if (calls.some((call) => call.state === 'ringing' && !call.answering)) {
      if (talking) return 'knock';
      return store.getState().settings.notifySound ? 'ring' : null;
    }
    if (calls.some((call) => call.state === 'dialing' && call.early)) return 'ringback';
    return endTone !== null && clock.now() < endTone.until && !talking ? endTone.tone : null;
  };
  const updateTone = (): void => {
    tones.setCountry(selectDialPlan(store.getState())?.country ?? '');
    tones.play(toneNow());
  };

  /** Keeps what a fresh engine would need to take the running calls over. */
  const noteInLedger = (): void => {
    const entries = selectCalls(store.getState()).flatMap((call): LedgerEntry[] => {
      if (call.state !== 'active') return [];
      const waiting = takeovers.get(call.id);
      if (waiting) return [waiting.entry];
      const dialog = legs.get(call.id)?.dialog();
      if (!dialog) return [];
      const { id: callId, direction, party, startedAt, talk } = call;
      const { answeredAt, muted } = talk;
      return [{ callId, account, ...dialog, direction, party, startedAt, answeredAt, held: wantsHold(call), muted }];
    });
    const text = JSON.stringify(entries);
    if (text === ledgerText) return;
    ledgerText = text;
    void ledger.write(entries).catch(() => undefined);
  };
  const apply = (id: string, event: CallEvent): void => {
    const before = callOf(id);
    if (!before) return;
    const successor = successors.get(id);
    if (event.type === 'ended' && successor && !successor.isAlone) {
      if (event.reason === 'remoteHungUp') {
        // Some telephones hang up as soon as the transfer is accepted.
        successor.isAlone = true;
        legs.set(id, successor.leg);
        return;
      }
      successors.delete(id);
      successor.leg.hangUp();
    }
    const after = callAfter(before, event);
    if (after !== before) store.dispatch(callChanged(after));
    noteInLedger();
    if (after.state === 'ended' && before.state !== 'ended') {
      legs.delete(id);
      const tone = before.state === 'dialing' ? endTones[after.reason] : undefined;
      if (tone) {
        endTone = { tone, until: clock.now() + endToneTime };
        clock.after(endToneTime, updateTone);
      }
      clock.after(endedShown, () => {
        store.dispatch(callRemoved(id));
      });
    }
    updateTone();
  };
  const holdOthers = (id: string): void => {
    for (const [other, leg] of legs) if (other !== id && callOf(other)?.state === 'active') leg.setHold(true);
  };
  /** `event` hears of the leg instead of the call. With it the leg carries a call on that had another one. */
  const makeLeg = (
    id: string,
    session: SipSession,
    phone: Softphone,
    event?: (event: CallEvent) => void,
    keepsHold = true,
  ): CallLeg => {
    const call = callOf(id);
    const talk = call?.state === 'active' ? { held: keepsHold && wantsHold(call), muted: call.talk.muted } : null;
    const leg = createCallLeg({
      session,
      clock,
      speakerId: store.getState().settings.speakerId,
      holdMusic,
      iceServers: phone.iceServers,
      isRegistered: () => softphone?.registered ?? false,
      event: event ?? ((happened) => apply(id, happened)),
      refer: (number, done) => phone.refer(session, number, done),
      ...(talk && { carriedOn: talk }),
    });
    phone.onReferred(session, (referral) => referred(id, leg, referral, phone));
    phone.onReplaced(session, (replacement) => replaced(id, leg, replacement, phone));
    return leg;
  };
  const legOf = (id: string, session: SipSession, phone: Softphone): CallLeg => {
    const leg = makeLeg(id, session, phone);
    legs.set(id, leg);
    return leg;
  };
  /** The other side was restarted and asks for its call: a new dialog carries the same call on, nothing rings. */
  const replaced = (id: string, leg: CallLeg, replacement: Replacement, phone: Softphone): void => {
    const known = leg.identities();
    if (callOf(id)?.state !== 'active' || !replacement.identities.some((one) => known.includes(one))) {
      replacement.reject();
      return;
    }
    replacement.accept((session) => {
      let carried = false;
      const next = makeLeg(id, session, phone, (event) => {
        if (event.type === 'answered') {
          carried = true;
          leg.release();
          legs.set(id, next);
          noteInLedger();
        } else if (carried || event.type === 'remoteHoldChanged') apply(id, event);
      });
      next.answer(leg.copyMicrophone());
    });
  };
  /** The other side hands us on: the call goes on with whom it names, or stays as it is where nobody answers. */
  const referred = (id: string, leg: CallLeg, { number, accept, reject }: Referral, phone: Softphone): void => {
    if (callOf(id)?.state !== 'active' || successors.has(id)) {
      reject();
      return;
    }
    const microphone = leg.copyMicrophone();
    accept(microphone, (session) => {
      let carried = false;
      const next = makeLeg(
        id,
        session,
        phone,
        (event) => {
          if (carried) apply(id, event);
          else if (event.type === 'answered') {
            carried = true;
            successors.delete(id);
            leg.release();
            legs.set(id, next);
            apply(id, { type: 'partyNamed', party: selectParty(number)(store.getState()) });
            apply(id, { type: 'remoteHoldChanged', held: false });
            apply(id, { type: 'holdSettled', held: false });
            noteInLedger();
          } else if (event.type === 'ended') {
            const isAlone = successors.get(id)?.isAlone === true;
            successors.delete(id);
            if (isAlone) apply(id, event);
          }
        },
        false,
      );
      successors.set(id, { leg: next, isAlone: false });
      next.useMicrophone(microphone);
    });
  };
  /** Shows the calls of a former engine again, and takes them over as soon as the line stands. */
  const takeOver = (entry: LedgerEntry, phone: Softphone): void => {
    const { callId: id, direction, party, startedAt, answeredAt, muted, held } = entry;
    const talk = {
      answeredAt,
      muted,
      hold: held ? 'held' : 'none',
      remoteHold: false,
      transfer: 'none',
      digits: '',
    } as const;
    store.dispatch(
      callChanged({ id, direction, party, startedAt, state: 'active', talk: { ...talk, link: 'reconnecting' } }),
    );
    const takeover = createTakeover({
      entry,
      clock,
      phone,
      microphone: devices.open,
      leg: (session, event) => makeLeg(id, session, phone, event),
      event: (event) => apply(id, event),
      carriedOn: (leg) => {
        takeovers.delete(id);
        if (callOf(id)?.state === 'active') legs.set(id, leg);
        noteInLedger();
      },
      ended: (reason) => {
        takeovers.delete(id);
        apply(id, { type: 'ended', reason, at: clock.now() });
      },
    });
    takeovers.set(id, takeover);
  };
  const partyOf = ({ name, number }: Identity): CallParty => {
    const known = selectParty(number)(store.getState());
    return { ...known, name: known.name ?? name };
  };
  const answerCall = async (id: string): Promise<Outcome> => {
    const call = callOf(id);
    if (call?.state !== 'ringing' || call.answering) return { ok: true };
    apply(id, { type: 'answering', answering: true });
    holdOthers(id);
    const microphone = await devices.open();
    const leg = legs.get(id);
    if (!microphone.ok) {
      apply(id, { type: 'answering', answering: false });
      return microphone;
    }
    if (leg && callOf(id)?.state === 'ringing') leg.answer(microphone.stream);
    else for (const track of microphone.stream.getTracks()) track.stop();
    return { ok: true };
  };
  const incoming = (session: SipSession, from: Identity): void => {
    if (legs.size >= mostCalls || !softphone) {
      session.terminate({ status_code: 486 });
      return;
    }
    const id = newId();
    store.dispatch(
      callChanged({
        id,
        direction: 'incoming',
        party: partyOf(from),
        startedAt: clock.now(),
        state: 'ringing',
        answering: false,
      }),
    );
    legOf(id, session, softphone);
    // The server's word alone does not open the microphone: the user has just asked for this call.
    if (from.pickedUp && clock.now() < pickUpUntil) void answerCall(id);
    updateTone();
  };
  // Back in a network means most likely in another one: the media look for a new way before they are missed.
  window.addEventListener('online', () => {
    for (const leg of legs.values()) leg.networkChanged();
  });
  let dialing: ((session: SipSession) => void) | null = null;

  /** The chosen devices, also while calls run; an unplugged microphone is replaced. */
  const changeMicrophones = async (): Promise<void> => {
    for (const [id, leg] of legs) {
      if (callOf(id)?.state !== 'active') continue;
      const microphone = await devices.open();
      if (microphone.ok) leg.useMicrophone(microphone.stream);
    }
  };
  let chosen = store.getState().settings;
  store.subscribe(() => {
    const { settings } = store.getState();
    if (settings === chosen) return;
    const before = chosen;
    chosen = settings;
    if (settings.ringDeviceId !== before.ringDeviceId) tones.setDevice(settings.ringDeviceId);
    if (settings.speakerId !== before.speakerId) for (const leg of legs.values()) leg.setSpeaker(settings.speakerId);
    if (settings.microphoneId !== before.microphoneId) void changeMicrophones();
  });
  tones.setDevice(chosen.ringDeviceId);
  devices.onChange(() => {
    tones.setDevice(chosen.ringDeviceId);
    for (const leg of legs.values()) leg.setSpeaker(chosen.speakerId);
    void changeMicrophones();
  });

  return {
    start: async (sip) => {
      softphone?.stop();
      softphone = createSoftphone({
        sip,
        clock,
        changed: (state) => store.dispatch(linkChanged({ link: 'sip', state })),
        incoming,
        outgoing: (session) => dialing?.(session),
        lineUp: () => {
          for (const takeover of takeovers.values()) takeover.lineUp();
        },
        lineLost: () => {
          for (const leg of legs.values()) leg.lineLost();
        },
        lineBack: () => {
          for (const leg of legs.values()) leg.lineBack();
        },
        revoked,
      });
      const phone = softphone;
      if (account === '') {
        const left = await ledger.read().catch(() => []);
        ledgerText = JSON.stringify(left);
        for (const entry of left) if (entry.account === sip.authorizationUser) takeOver(entry, phone);
      }
      account = sip.authorizationUser;
      phone.start();
      await devices.refresh();
    },
    wake: () => {
      softphone?.wake();
    },
    stop: () => {
      for (const takeover of takeovers.values()) takeover.stop();
      for (const id of takeovers.keys()) apply(id, { type: 'ended', reason: 'hungUp', at: clock.now() });
      takeovers.clear();
      for (const leg of [...legs.values()]) leg.hangUp();
      softphone?.stop();
      softphone = null;
      tones.play(null);
    },
    dial: async (target) => {
      const number = parseNumber(target, selectDialPlan(store.getState()));
      if (number === null) return { ok: false, failure: { code: 'numberInvalid' } };
      if (!softphone?.registered) return { ok: false, failure: { code: 'notConnected' } };
      const id = newId();
      const party = selectParty(number)(store.getState());
      store.dispatch(
        callChanged({ id, direction: 'outgoing', party, startedAt: clock.now(), state: 'dialing', early: false }),
      );
      holdOthers(id);
      const microphone = await devices.open();
      const release = (): void => {
        if (microphone.ok) for (const track of microphone.stream.getTracks()) track.stop();
      };
      if (!microphone.ok) {
        store.dispatch(callRemoved(id));
        return microphone;
      }
      const phone = softphone as Softphone | null;
      if (callOf(id)?.state !== 'dialing' || !phone) {
        release();
        return { ok: true, callId: id };
      }
      dialing = (session) => legOf(id, session, phone).useMicrophone(microphone.stream);
      try {
        phone.call(number, microphone.stream);
      } catch {
        release();
        apply(id, { type: 'ended', reason: 'failed', at: clock.now() });
      }
      dialing = null;
      return { ok: true, callId: id };
    },
    answerCall,
    expectPickUp: () => {
      pickUpUntil = clock.now() + pickUpPatience;
    },
    rejectCall: (id) => {
      if (callOf(id)?.state === 'ringing') legs.get(id)?.reject();
    },
    hangUpCall: (id) => {
      const call = callOf(id);
      if (call?.state === 'ringing' && !call.answering) {
        legs.get(id)?.reject();
        return;
      }
      const leg = legs.get(id);
      takeovers.get(id)?.hangUp();
      if (leg) leg.hangUp();
      else if (call?.state === 'active') apply(id, { type: 'ended', reason: 'hungUp', at: clock.now() });
      else apply(id, { type: 'ended', reason: 'cancelled', at: clock.now() });
    },
    holdCall: (id) => legs.get(id)?.setHold(true),
    resumeCall: (id) => {
      holdOthers(id);
      legs.get(id)?.setHold(false);
    },
    transferCall: (id, target) => {
      const number = parseNumber(target, selectDialPlan(store.getState()));
      if (number === null) return { ok: false, failure: { code: 'numberInvalid' } };
      if (!softphone?.registered) return { ok: false, failure: { code: 'notConnected' } };
      const call = callOf(id);
      if (call?.state === 'active' && call.talk.transfer !== 'pending') legs.get(id)?.transfer(number);
      return { ok: true };
    },
    muteCall: (id, muted) => {
      if (callOf(id)?.state === 'active') legs.get(id)?.setMuted(muted);
    },
    sendDigit: (id, digit) => {
      if (callOf(id)?.state === 'active') legs.get(id)?.sendDigit(digit);
    },
    dismissCall: (id) => {
      if (callOf(id)?.state === 'ended') store.dispatch(callRemoved(id));
    },
    prepareAudio: async () => {
      const microphone = await devices.open();
      if (!microphone.ok) return microphone;
      for (const track of microphone.stream.getTracks()) track.stop();
      await devices.refresh();
      return { ok: true };
    },
  };
};
