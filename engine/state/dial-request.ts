/** Text that a link has put into the dial field. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { DomainState } from './types.ts';

const slice = createSlice({
  name: 'dialRequest',
  initialState: (): DomainState['dialRequest'] => null,
  reducers: {
    dialRequested: (_state, { payload }: PayloadAction<string>) => payload,
    dialRequestTaken: () => null,
  },
});
export const dialRequestReducer = slice.reducer;
export const { dialRequested, dialRequestTaken } = slice.actions;
