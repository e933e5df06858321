/**
 * One call that a former engine of this device had when it was reloaded or crashed (TEL-14). While it is not carried
 * on, its dialog is kept alive towards the other side.
 *
 * | state   | line up | answered   | refused for now | refused, gone | other side asks   | hung up here         |
 * | ------- | ------- | ---------- | --------------- | ------------- | ----------------- | -------------------- |
 * | waiting | asking  |            |                 |               | asking (incoming) | ends once carried on |
 * | asking  |         | carried on | waiting         | ended         | asking (incoming) | ends once carried on |
 *
 * Where both sides were restarted, both ask. The side that was called yields.
 */
import type { LedgerEntry } from '../../protocol/ipc.ts';
import type { Clock } from '../ports/ports.ts';
import type { CallEndReason } from '../state/types.ts';
import type { Microphone } from './audio-devices.ts';
import type { CallLeg } from './call-leg.ts';
import type { CallEvent } from './call-machine.ts';
import type { Replacement, SipSession, Softphone } from './softphone.ts';

export interface TakeoverOptions {
  entry: LedgerEntry;
  clock: Clock;
  phone: Pick<Softphone, 'takeOver' | 'keepPlace'>;
  microphone(): Promise<Microphone>;
  /** A leg for a session that may come to carry the call on. */
  leg(session: SipSession, event: (event: CallEvent) => void): CallLeg;
  event(event: CallEvent): void;
  carriedOn(leg: CallLeg): void;
  ended(reason: CallEndReason): void;
}
export interface Takeover {
  readonly entry: LedgerEntry;
  /** The line stands: ask for the call. */
  lineUp(): void;
  /** The user wants the call to end; it is carried on first, so that the other side learns of it. */
  hangUp(): void;
  /** Gives up without a word. */
  stop(): void;
}

const patience = 30_000;
const retryAfter = 1_000;
/** Answers after which there is nothing to take over. */
const final = new Set([400, 403, 404, 481, 486, 603]);

const statusOf = (message: unknown): number =>
  typeof message === 'object' && message !== null && 'status_code' in message ? Number(message.status_code) : 0;

export const createTakeover = (options: TakeoverOptions): Takeover => {
  const { entry, clock, phone } = options;
  let attempt = 0;
  let done = false;
  let hangUp = false;
  let giveUpAt = 0;
  let cancelRetry: (() => void) | null = null;
  let leg: CallLeg | null = null;

  const stop = (): void => {
    done = true;
    attempt += 1;
    cancelRetry?.();
    leavePlace();
    leg?.hangUp();
    leg = null;
  };
  const end = (reason: CallEndReason): void => {
    if (done) return;
    stop();
    options.ended(reason);
  };
  const carryOn = (current: CallLeg): void => {
    leg = null;
    stop();
    options.carriedOn(current);
    if (hangUp) current.hangUp();
  };
  /** What becomes of the session decides about the call. */
  const follow = (session: SipSession): CallLeg => {
    attempt += 1;
    const mine = attempt;
    let status = 0;
    session.on('failed', ({ message }) => {
      status = statusOf(message);
    });
    let carried = false;
    const current = options.leg(session, (event) => {
      if (carried) options.event(event);
      else if (mine !== attempt) return;
      else if (event.type === 'answered') {
        carried = true;
        carryOn(current);
      } else if (event.type === 'ended') refused(status);
      else if (event.type === 'remoteHoldChanged') options.event(event);
    });
    leg = current;
    return current;
  };
  const refused = (status: number): void => {
    leg = null;
    if (final.has(status)) end('remoteHungUp');
    else if (clock.now() >= giveUpAt) end('unreachable');
    else cancelRetry = clock.after(retryAfter, () => void ask());
  };
  const ask = async (): Promise<void> => {
    attempt += 1;
    const mine = attempt;
    const microphone = await options.microphone();
    if (mine !== attempt) {
      if (microphone.ok) for (const track of microphone.stream.getTracks()) track.stop();
    } else if (microphone.ok)
      phone.takeOver(entry, microphone.stream, (session) => follow(session).useMicrophone(microphone.stream));
    else end(microphone.failure.code === 'microphoneDenied' ? 'microphoneDenied' : 'microphoneMissing');
  };
  const yieldTo = (replacement: Replacement): boolean => {
    const known = [entry.party.number, /^sips?:([^@;]+)@/.exec(entry.remoteUri)?.[1]];
    if (entry.direction === 'outgoing' || !replacement.identities.some((one) => known.includes(one))) return false;
    cancelRetry?.();
    attempt += 1;
    leg?.hangUp();
    replacement.accept((session) => {
      const current = follow(session);
      const mine = attempt;
      void options.microphone().then((microphone) => {
        if (microphone.ok && mine === attempt) current.answer(microphone.stream);
        else if (mine === attempt) end('microphoneMissing');
      });
    });
    return true;
  };
  const leavePlace = phone.keepPlace(entry, { ended: () => end('remoteHungUp'), replaced: yieldTo });

  return {
    entry,
    lineUp: () => {
      if (done || attempt > 0) return;
      giveUpAt = clock.now() + patience;
      void ask();
    },
    hangUp: () => {
      hangUp = true;
    },
    stop,
  };
};
