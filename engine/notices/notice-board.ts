/**
 * What is told to the user beside the window (NOT-1 to NOT-3). The board decides whether and for how long; windows
 * decide how it looks: a pop-up, the system's notification, a card in the window.
 *
 * | kind       | setting             | with the window in front | stays                                |
 * | ---------- | ------------------- | ------------------------ | ------------------------------------ |
 * | message    | `notifyMessages`    | no: the badge tells      | `notifySeconds`, or until it is read |
 * | missedCall | `notifyMissedCalls` | no: the badge tells      | `notifySeconds`, or until it is seen |
 * | voicemail  | `notifyMissedCalls` | no: the badge tells      | `notifySeconds`, or until it is heard |
 * | pickUp     | `notifyPickUps`     | yes: it rings now        | a minute, or until it rings no more  |
 * | callBack   | `notifyCallBacks`   | yes: it was waited for   | a minute, or until busy again        |
 *
 * Arrived, notified, seen and read are different things: a notice that goes away marks nothing as read.
 */
import type { Settings } from '../../protocol/settings.ts';
import type { Clock, Shell } from '../ports/ports.ts';
import { noticeOpened, noticeRaised, noticesDropped } from '../state/notices.ts';
import type { EngineStore } from '../state/store.ts';
import type { Notice, NoticeKind } from '../state/types.ts';
import type { NoticeTones } from './notice-tones.ts';

const settingOf = {
  message: 'notifyMessages',
  missedCall: 'notifyMissedCalls',
  voicemail: 'notifyMissedCalls',
  pickUp: 'notifyPickUps',
  callBack: 'notifyCallBacks',
} as const satisfies Record<NoticeKind, keyof Settings>;
/** Only now is the time for these. */
const urgent: readonly NoticeKind[] = ['pickUp', 'callBack'];
const urgentSeconds = 60;

export interface NoticeBoard {
  raise(notice: Notice): void;
  /** Drops what `over` says is dealt with, on this device or another. */
  dropWhere(over: (notice: Notice) => boolean): void;
  drop(id: string): void;
  /** True while the user is at it (the pointer is on it, an answer is being written): its time stands still. */
  keep(id: string, kept: boolean): void;
  /** The user wants to see what the notice is about; the window comes to the front. */
  open(id: string): void;
  dispose(): void;
}

export interface NoticeBoardOptions {
  store: EngineStore;
  shell: Pick<Shell, 'attention' | 'onAttentionChange' | 'show'>;
  clock: Clock;
  tones: NoticeTones;
}

export const createNoticeBoard = ({ store, shell, clock, tones }: NoticeBoardOptions): NoticeBoard => {
  const timers = new Map<string, () => void>();
  const shown = (): Notice[] => store.getState().notices.shown;

  const forget = (id: string): void => {
    timers.get(id)?.();
    timers.delete(id);
  };
  const dropWhere = (over: (notice: Notice) => boolean): void => {
    const ids = shown()
      .filter(over)
      .map(({ id }) => id);
    if (ids.length === 0) return;
    ids.forEach(forget);
    store.dispatch(noticesDropped(ids));
  };
  const drop = (id: string): void => dropWhere((notice) => notice.id === id);
  const startTime = ({ id, kind }: Notice): void => {
    forget(id);
    const { notifySeconds } = store.getState().settings;
    const seconds = urgent.includes(kind) ? Math.max(notifySeconds, urgentSeconds) : notifySeconds;
    timers.set(
      id,
      clock.after(seconds * 1000, () => drop(id)),
    );
  };
  const off = shell.onAttentionChange(() => {
    if (shell.attention().focused) dropWhere(({ kind }) => !urgent.includes(kind));
  });
  return {
    raise: (notice) => {
      const { settings } = store.getState();
      if (!settings[settingOf[notice.kind]]) return;
      if (shell.attention().focused && !urgent.includes(notice.kind)) return;
      store.dispatch(noticeRaised(notice));
      startTime(notice);
      if (settings.notifySound) tones.play(settings.noticeTone, settings.ringDeviceId);
    },
    dropWhere,
    drop,
    keep: (id, kept) => {
      const notice = shown().find((each) => each.id === id);
      if (!notice) return;
      if (kept) forget(id);
      else startTime(notice);
    },
    open: (id) => {
      const notice = shown().find((each) => each.id === id);
      if (notice) {
        forget(id);
        store.dispatch(noticeOpened(notice));
      }
      shell.show();
    },
    dispose: () => {
      off();
      for (const stop of timers.values()) stop();
      timers.clear();
    },
  };
};
