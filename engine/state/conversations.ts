/** Conversations by peer. */
import { createSlice } from '@reduxjs/toolkit';
import type { DomainState } from './types.ts';

const slice = createSlice({
  name: 'conversations',
  initialState: (): DomainState['conversations'] => ({ byPeer: {}, loaded: false }),
  reducers: {},
});
export const conversationsReducer = slice.reducer;
