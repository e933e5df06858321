/** Audio devices, and whether the microphone may be used. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { DevicesState } from './types.ts';

const slice = createSlice({
  name: 'devices',
  initialState: (): DevicesState => ({ list: [], permission: 'unknown' }),
  reducers: { devicesChanged: (_state, { payload }: PayloadAction<DevicesState>) => payload },
});
export const devicesReducer = slice.reducer;
export const { devicesChanged } = slice.actions;
