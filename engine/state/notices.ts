/** What is being told to the user beside the window (NOT-1), oldest first. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { UserId } from '../../protocol/identity.ts';
import type { DomainState, Notice } from './types.ts';

type NoticesState = DomainState['notices'];

const slice = createSlice({
  name: 'notices',
  initialState: (): NoticesState => ({ shown: [], opened: null, callBacks: [] }),
  reducers: {
    /** A notice with the same id takes the place of the earlier one. */
    noticeRaised: (state, { payload }: PayloadAction<Notice>) => {
      state.shown = [...state.shown.filter(({ id }) => id !== payload.id), payload];
    },
    noticesDropped: (state, { payload }: PayloadAction<readonly string[]>) => {
      state.shown = state.shown.filter(({ id }) => !payload.includes(id));
    },
    noticeOpened: (state, { payload }: PayloadAction<Notice>) => {
      state.opened = payload;
      state.shown = state.shown.filter(({ id }) => id !== payload.id);
    },
    openedNoticeTaken: (state) => {
      state.opened = null;
    },
    callBackChanged: (state, { payload }: PayloadAction<{ userId: UserId; wanted: boolean }>) => {
      const others = state.callBacks.filter((id) => id !== payload.userId);
      state.callBacks = payload.wanted ? [...others, payload.userId] : others;
    },
  },
});
export const noticesReducer = slice.reducer;
export const { noticeRaised, noticesDropped, noticeOpened, openedNoticeTaken, callBackChanged } = slice.actions;
