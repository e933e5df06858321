/** The conversation that a click outside the window asks for: the one of a notice. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { BareJid } from '../../protocol/identity.ts';
import type { DomainState } from './types.ts';

const slice = createSlice({
  name: 'conversationRequest',
  initialState: (): DomainState['conversationRequest'] => null,
  reducers: {
    conversationRequested: (_state, { payload }: PayloadAction<BareJid>) => payload,
    conversationRequestTaken: () => null,
  },
});
export const conversationRequestReducer = slice.reducer;
export const { conversationRequested, conversationRequestTaken } = slice.actions;
