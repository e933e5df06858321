/** The three links to the server. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { ConnectionState, LinkState } from './types.ts';

export type LinkName = keyof ConnectionState;

const slice = createSlice({
  name: 'connection',
  initialState: (): ConnectionState => ({ sip: { phase: 'down' }, xmpp: { phase: 'down' }, events: { phase: 'down' } }),
  reducers: {
    linkChanged: (state, { payload }: PayloadAction<{ link: LinkName; state: LinkState }>) => {
      state[payload.link] = payload.state;
    },
  },
});
export const connectionReducer = slice.reducer;
export const { linkChanged } = slice.actions;
