import type { Account } from '../accounts/accounts.ts';
import { decode } from '../media/g711.ts';
import type { ApplicationSession } from '../media/application.ts';
import type { VoiceSession } from '../media/media-port.ts';
import { beep, counted, done, nothing, pinPrompt, wrong } from '../media/sounds.ts';
import { DigitQueue } from './digit-queue.ts';
import type { Mailboxes } from './mailboxes.ts';

export interface ListeningTiming {
  /** Waits so long for the next digit of a PIN or an extension. */
  digitMs: number;
  /** Waits so long for a choice in the menu. */
  menuMs: number;
  greetingMs: number;
  greetingSilenceMs: number;
}

export interface ListeningParts {
  mailboxes: Mailboxes;
  /** Whose telephone calls; `null`: somebody from outside. */
  callerUser: Account | null;
  /** Stands for the caller where wrong PINs are counted. */
  callerKey: string;
  timing: ListeningTiming;
  session: VoiceSession;
  /** The user of this extension. */
  find(extension: string): Promise<Account | null>;
  hangUp(): void;
}

const tries = 3;
const mostDigits = 10;

/**
 * Hearing one's messages by telephone (TEL-12, VOI-1).
 *
 *   [* extension #] -> PIN # (three tries) -> one beep for each new message -> menu
 *   menu: 1 hear, 2 next, 3 delete, 9 record a greeting (# ends it), # stop, * extension # another mailbox
 *
 * Without a PIN the owner's own telephones come in as they are; others do not come in at all.
 */
export const listening = (parts: ListeningParts): ApplicationSession & { pressed(digit: string): void } => {
  const { mailboxes, session, timing } = parts;
  const digits = new DigitQueue();
  let isOver = false;
  let running: Promise<void> = Promise.resolve();

  /** Digits up to `#`, or to the first pause once there are some. */
  const dialled = async (first: string | null): Promise<string> => {
    let text = '';
    for (let digit = first; digit !== null && digit !== '#'; digit = await digits.next(timing.digitMs)) {
      text += digit;
      if (text.length > mostDigits) break;
    }
    return text;
  };

  const another = async (): Promise<Account | null> => parts.find(await dialled(await digits.next(timing.digitMs)));

  /** Whose mailbox it is, once the PIN was right. */
  const admitted = async (wanted: Account | null): Promise<string | null> => {
    let owner = wanted;
    const isOwn = owner !== null && owner.userId === parts.callerUser?.userId;
    if (owner !== null && isOwn && !(await mailboxes.settings(owner.userId)).hasPin) return owner.userId;
    for (let attempt = 0; attempt < tries && !isOver;) {
      void session.play(pinPrompt);
      const first = await digits.next(timing.menuMs);
      if (first === null) return null;
      if (first === '*') {
        owner = await another();
        continue;
      }
      const pin = await dialled(first);
      attempt += 1;
      const verdict = owner === null ? 'wrong' : await mailboxes.checkPin(owner.userId, pin, parts.callerKey);
      if (verdict === 'right' && owner !== null) return owner.userId;
      await session.play(wrong);
      if (verdict === 'tooMany') return null;
      digits.clear();
    }
    return null;
  };

  const recordGreeting = async (owner: string): Promise<void> => {
    await session.play(beep);
    const recording = session.record({ longestMs: timing.greetingMs, silenceMs: timing.greetingSilenceMs });
    const ended = digits.next(timing.greetingMs).then(() => session.stopRecording());
    const { law, audio, voicedMs } = await recording;
    if (isOver) return;
    if (voicedMs === 0) {
      await session.play(wrong);
      return;
    }
    // Where silence has ended it, nobody waits for the digit any more.
    digits.push('#');
    await ended;
    await mailboxes.setGreeting(owner, decode(law, audio));
    await session.play(done);
  };

  /** Ends with the call, or with `*`: for another mailbox. */
  const menu = async (owner: string): Promise<'ended' | 'another'> => {
    const queue = await mailboxes.queue(owner);
    const unheard = queue.filter(({ heard }) => !heard).length;
    let at = 0;
    const next = (): Promise<string | null> => digits.next(timing.menuMs);
    /** Resolves with the digit that came while it played or after. */
    const hear = async (): Promise<string | null> => {
      const id = queue[at]?.id;
      const message = id === undefined ? null : await mailboxes.sound(owner, id);
      if (id === undefined || message === null) {
        void session.play(nothing);
        return next();
      }
      const played = session.play(message.sound);
      void played.then(async (end) => {
        if (end === 'played') await mailboxes.setHeard(owner, id, true);
      });
      const digit = await next();
      // Whoever goes on has heard enough.
      if (digit !== null) await mailboxes.setHeard(owner, id, true);
      session.stopPlaying();
      return digit;
    };
    const told = session.play(unheard > 0 ? counted(unheard) : nothing);
    void told.then((end) => {
      if (end === 'played' && unheard > 0 && !isOver) digits.push('1');
    });
    for (let digit = await next(); digit !== null && !isOver;) {
      session.stopPlaying();
      if (digit === '*') return 'another';
      if (digit === '1') digit = await hear();
      else if (digit === '2') {
        at = Math.min(at + 1, queue.length);
        digit = await hear();
      } else if (digit === '3') {
        const [gone] = queue.splice(at, 1);
        const isGone = gone !== undefined && (await mailboxes.remove(owner, gone.id));
        void session.play(isGone ? done : nothing);
        digit = await next();
      } else {
        if (digit === '9') await recordGreeting(owner);
        digit = await next();
      }
    }
    return 'ended';
  };

  const run = async (): Promise<void> => {
    let owner = await admitted(parts.callerUser);
    while (owner !== null && !isOver && (await menu(owner)) === 'another') owner = await admitted(await another());
    if (!isOver) parts.hangUp();
  };
  const pressed = (digit: string): void => digits.push(digit);
  return {
    answer: (offer) => session.answer(offer),
    established: () => {
      running = run().catch(() => parts.hangUp());
    },
    digit: pressed,
    pressed,
    end: async () => {
      isOver = true;
      digits.close();
      session.stopPlaying();
      session.stopRecording();
      await running;
      await session.close();
    },
  };
};
