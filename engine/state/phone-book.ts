/** The company phone book. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { PhoneBookEntry } from '../../protocol/rest.ts';
import type { DomainState } from './types.ts';

const slice = createSlice({
  name: 'phoneBook',
  initialState: (): DomainState['phoneBook'] => ({ entries: [], loaded: false }),
  reducers: {
    phoneBookLoaded: (_state, { payload }: PayloadAction<PhoneBookEntry[]>) => ({ entries: payload, loaded: true }),
  },
});
export const phoneBookReducer = slice.reducer;
export const { phoneBookLoaded } = slice.actions;
