/** Whether the user has the window before their eyes, as the window's shell tells. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { DomainState } from './types.ts';

type Attention = DomainState['attention'];

const slice = createSlice({
  name: 'attention',
  initialState: (): Attention => ({ visible: true, focused: true }),
  reducers: { attentionChanged: (_state, { payload }: PayloadAction<Attention>) => payload },
});
export const attentionReducer = slice.reducer;
export const { attentionChanged } = slice.actions;
