import type { Account } from '../accounts/accounts.ts';
import type { ApplicationCaller, ApplicationSession } from '../media/application.ts';
import type { VoiceSession } from '../media/media-port.ts';
import { beep, defaultGreeting, done, wrong } from '../media/sounds.ts';
import type { Mailboxes } from './mailboxes.ts';

export interface DepositLimits {
  longestMs: number;
  /** Less than that was a mistake, not a message. */
  shortestMs: number;
  silenceMs: number;
}

export interface DepositParts {
  mailboxes: Mailboxes;
  owner: Account;
  caller: ApplicationCaller;
  /** The caller as a user of the instance. */
  callerUser: Account | null;
  limits: DepositLimits;
  session: VoiceSession;
  now(): Date;
  hangUp(): void;
  /** Told once, when it is known whether there is a message. */
  left(message: boolean): void;
}

/**
 * A caller who is not answered (VOI-1).
 *
 *   greeting (# skips it) -> beep -> recording -> stored -> sound of confirmation -> hung up
 *
 * Hanging up while recording is the usual end: what was said is stored before the BYE is answered.
 */
export const deposit = (parts: DepositParts): ApplicationSession & { pressed(digit: string): void } => {
  const { mailboxes, owner, caller, callerUser, limits, session } = parts;
  let isOver = false;
  let running: Promise<void> = Promise.resolve();
  let began = false;

  const take = async (): Promise<boolean> => {
    await session.play((await mailboxes.greeting(owner.userId)) ?? defaultGreeting);
    if (isOver) return false;
    await session.play(beep);
    if (isOver) return false;
    const receivedAt = parts.now();
    const { law, audio, voicedMs, end } = await session.record(limits);
    const message = {
      partyUserId: callerUser?.userId ?? null,
      partyName: callerUser?.name ?? caller.name,
      number: caller.number,
      receivedAt,
      law,
      audio,
    };
    const isKept = voicedMs >= limits.shortestMs && (await mailboxes.add(owner.userId, message));
    if (!isOver) {
      await session.play(isKept || end === 'silence' ? done : wrong);
      parts.hangUp();
    }
    return isKept;
  };
  const run = async (): Promise<void> => {
    let isKept = false;
    try {
      isKept = await take();
    } finally {
      parts.left(isKept);
    }
  };
  const pressed = (digit: string): void => {
    if (digit !== '#') return;
    session.stopPlaying();
    session.stopRecording();
  };
  return {
    answer: (offer) => session.answer(offer),
    established: () => {
      began = true;
      running = run().catch(() => parts.hangUp());
    },
    digit: pressed,
    pressed,
    end: async () => {
      isOver = true;
      session.stopPlaying();
      session.stopRecording();
      await running;
      if (!began) parts.left(false);
      await session.close();
    },
  };
};
