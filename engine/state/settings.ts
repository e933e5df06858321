/** Settings of this installation, as the settings store last told them. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import { defaultSettings, type Settings } from '../../protocol/settings.ts';

const slice = createSlice({
  name: 'settings',
  initialState: (): Settings => defaultSettings,
  reducers: { settingsChanged: (_state, { payload }: PayloadAction<Settings>) => payload },
});
export const settingsReducer = slice.reducer;
export const { settingsChanged } = slice.actions;
