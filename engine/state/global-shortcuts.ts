/** Whether the global shortcuts work; `null` in a browser, which has none (DSK-1). */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { GlobalShortcutStates } from '../../protocol/shortcuts.ts';
import type { DomainState } from './types.ts';

const slice = createSlice({
  name: 'globalShortcuts',
  initialState: (): DomainState['globalShortcuts'] => null,
  reducers: { globalShortcutsChanged: (_state, { payload }: PayloadAction<GlobalShortcutStates>) => payload },
});
export const globalShortcutsReducer = slice.reducer;
export const { globalShortcutsChanged } = slice.actions;
