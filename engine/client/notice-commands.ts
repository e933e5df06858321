import type { UserId } from '../../protocol/identity.ts';
import type { NoticeTone } from '../../protocol/settings.ts';
import type { CallBacks } from '../notices/call-backs.ts';
import type { NoticeBoard } from '../notices/notice-board.ts';
import type { NoticeTones } from '../notices/notice-tones.ts';
import type { Notifier } from '../ports/ports.ts';
import { openedNoticeTaken } from '../state/notices.ts';
import type { EngineStore } from '../state/store.ts';
import type { Notice } from '../state/types.ts';

/** What windows do with notices (NOT-1 to NOT-3). */
export interface NoticeCommands {
  /** CON-8: a notice as soon as this contact and the user are both free; `false` takes the wish back. */
  callBackWhenFree(userId: UserId, wanted: boolean): void;
  /** Shows the window; what the notice is about is then in `notices.opened`. */
  open(id: string): void;
  takeOpened(): Notice | null;
  dismiss(id: string): void;
  /** True while the pointer is on it or an answer is being written: it stays. */
  keep(id: string, kept: boolean): void;
  /** In the system's notification centre; a click there opens the notice with this id. */
  showInSystem(notice: { id: string; title: string; body: string }): void;
  closeInSystem(id: string): void;
  /** To choose one by ear. */
  playTone(tone: NoticeTone): void;
}

export const noticeCommands = (
  store: EngineStore,
  board: NoticeBoard,
  callBacks: CallBacks,
  notifier: Notifier,
  tones: NoticeTones,
): NoticeCommands => ({
  callBackWhenFree: (userId, wanted) => callBacks.want(userId, wanted),
  open: (id) => board.open(id),
  takeOpened: () => {
    const { opened } = store.getState().notices;
    if (opened !== null) store.dispatch(openedNoticeTaken());
    return opened;
  },
  dismiss: (id) => board.drop(id),
  keep: (id, kept) => board.keep(id, kept),
  // The board has its own tone, chosen by the user.
  showInSystem: (notice) => void notifier.show({ ...notice, silent: true }),
  closeInSystem: (id) => void notifier.close(id),
  playTone: (tone) => tones.play(tone, store.getState().settings.ringDeviceId),
});
