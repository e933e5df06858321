/** The call journal, newest first. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { JournalEntry } from '../../protocol/rest.ts';
import type { JournalState } from './types.ts';

const slice = createSlice({
  name: 'journal',
  initialState: (): JournalState => ({ entries: [], history: 'unloaded', next: null }),
  reducers: {
    journalLoading: (state) => {
      state.history = 'loading';
    },
    journalFailed: (state) => {
      state.history = 'failed';
    },
    /** A page of the server's list; `reset` starts again from the newest. */
    journalPageLoaded: (
      state,
      { payload }: PayloadAction<{ entries: JournalEntry[]; next: string | null; reset: boolean }>,
    ) => {
      const kept = payload.reset ? [] : state.entries;
      const known = new Set(kept.map((entry) => entry.id));
      state.entries = [...kept, ...payload.entries.filter((entry) => !known.has(entry.id))];
      state.next = payload.next;
      state.history = payload.next === null ? 'complete' : 'partial';
    },
    journalEntryAdded: (state, { payload }: PayloadAction<JournalEntry>) => {
      state.entries = [payload, ...state.entries.filter((entry) => entry.id !== payload.id)];
    },
    /** All rows from `upTo` downwards count as seen. */
    journalSeen: (state, { payload }: PayloadAction<{ upTo: string }>) => {
      const from = state.entries.findIndex((entry) => entry.id === payload.upTo);
      if (from >= 0) for (const entry of state.entries.slice(from)) entry.seen = true;
    },
  },
});
export const journalReducer = slice.reducer;
export const { journalLoading, journalFailed, journalPageLoaded, journalEntryAdded, journalSeen } = slice.actions;
