/**
 * Call back when free (CON-8). Somebody wanted is watched by the telephone state that the server publishes; as soon as
 * both are free the user is told once. Nothing is dialled by itself (TEL-18).
 */
import type { UserId } from '../../protocol/identity.ts';
import { contactOf } from '../state/contacts.ts';
import { callBackChanged } from '../state/notices.ts';
import { selectActiveCalls } from '../state/selectors.ts';
import type { EngineStore } from '../state/store.ts';
import type { NoticeBoard } from './notice-board.ts';

const noticeOf = (userId: UserId): string => `callBack ${userId}`;

export interface CallBacks {
  want(userId: UserId, wanted: boolean): void;
  dispose(): void;
}

export const createCallBacks = (store: EngineStore, board: NoticeBoard): CallBacks => {
  const update = (): void => {
    const state = store.getState();
    board.dropWhere(
      (notice) => notice.kind === 'callBack' && contactOf(state.contacts, notice.userId)?.phone !== 'free',
    );
    const { callBacks } = state.notices;
    // Who is in a call cannot call back: the news waits until the line is free on both sides.
    if (callBacks.length === 0 || selectActiveCalls(state).length > 0) return;
    for (const userId of callBacks) {
      if (contactOf(state.contacts, userId)?.phone !== 'free') continue;
      store.dispatch(callBackChanged({ userId, wanted: false }));
      board.raise({ kind: 'callBack', id: noticeOf(userId), userId });
    }
  };
  const off = store.subscribe(update);
  return {
    want: (userId, wanted) => {
      store.dispatch(callBackChanged({ userId, wanted }));
      if (!wanted) board.drop(noticeOf(userId));
    },
    dispose: off,
  };
};
