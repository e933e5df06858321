/** The own mailbox: messages newest first, and its settings. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { VoicemailMessage, VoicemailSettings } from '../../protocol/rest.ts';
import type { VoicemailState } from './types.ts';

const newestFirst = (one: VoicemailMessage, other: VoicemailMessage): number => Number(other.id) - Number(one.id);

const slice = createSlice({
  name: 'voicemail',
  initialState: (): VoicemailState => ({ messages: [], loaded: false, settings: null }),
  reducers: {
    voicemailLoaded: (state, { payload }: PayloadAction<VoicemailMessage[]>) => {
      state.messages = payload;
      state.loaded = true;
    },
    voicemailMessageChanged: (state, { payload }: PayloadAction<VoicemailMessage>) => {
      state.messages = [...state.messages.filter(({ id }) => id !== payload.id), payload].sort(newestFirst);
    },
    voicemailMessageRemoved: (state, { payload }: PayloadAction<string>) => {
      state.messages = state.messages.filter(({ id }) => id !== payload);
    },
    voicemailSettingsChanged: (state, { payload }: PayloadAction<VoicemailSettings>) => {
      state.settings = payload;
    },
  },
});
export const voicemailReducer = slice.reducer;
export const { voicemailLoaded, voicemailMessageChanged, voicemailMessageRemoved, voicemailSettingsChanged } =
  slice.actions;
