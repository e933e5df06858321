/** The calls of this device. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import { partiesResolved } from './phone-book.ts';
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
  extraReducers: (builder) => {
    /** The phone book knows the party by another name than the network does, or at all (TEL-2). */
    builder.addCase(partiesResolved, (state, { payload }) => {
      const names = new Map(payload.flatMap(({ number, party }) => (party ? [[number, party.name] as const] : [])));
      for (const call of Object.values(state.byId))
        if (call.party.userId === null) call.party.name = names.get(call.party.number) ?? call.party.name;
    });
  },
});
export const callsReducer = slice.reducer;
export const { callChanged, callRemoved } = slice.actions;
