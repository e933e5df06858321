/** Who is logged in. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { Profile } from '../../protocol/rest.ts';
import type { SessionState } from './types.ts';

const slice = createSlice({
  name: 'session',
  initialState: (): SessionState => ({ phase: 'starting' }),
  reducers: {
    sessionChanged: (_state, { payload }: PayloadAction<SessionState>) => payload,
    profileChanged: (state, { payload }: PayloadAction<Profile>) => {
      if (state.phase === 'loggedIn') state.profile = payload;
    },
  },
});
export const sessionReducer = slice.reducer;
export const { sessionChanged, profileChanged } = slice.actions;
