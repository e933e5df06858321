/** The calls of this device. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { Call, DomainState } from './types.ts';

const slice = createSlice({
  name: 'calls',
  initialState: (): DomainState['calls'] => ({ byId: {}, ids: [] }),
  reducers: {
    callChanged: (state, { payload }: PayloadAction<Call>) => {
      if (!state.byId[payload.id]) state.ids.push(payload.id);
      state.byId[payload.id] = payload;
    },
    callRemoved: (state, { payload }: PayloadAction<string>) => {
      state.ids = state.ids.filter((id) => id !== payload);
      state.byId = Object.fromEntries(Object.entries(state.byId).filter(([id]) => id !== payload));
    },
  },
});
export const callsReducer = slice.reducer;
export const { callChanged, callRemoved } = slice.actions;
