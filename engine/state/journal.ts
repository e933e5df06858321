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
    /**
     * A page of the server's list; `reset`: the newest one, read again. Where it meets what is known, only what is new
     * is taken over; where it does not, calls between are missing and the list starts again from there.
     */
    journalPageLoaded: (
      state,
      { payload }: PayloadAction<{ entries: JournalEntry[]; next: string | null; reset: boolean }>,
    ) => {
      const known = new Set(state.entries.map((entry) => entry.id));
      if (!payload.reset) {
        state.entries = [...state.entries, ...payload.entries.filter((entry) => !known.has(entry.id))];
      } else if (payload.next !== null && payload.entries.some((entry) => known.has(entry.id))) {
        const fresh = new Set(payload.entries.map((entry) => entry.id));
        state.entries = [...payload.entries, ...state.entries.filter((entry) => !fresh.has(entry.id))];
        state.history = state.next === null ? 'complete' : 'partial';
        return;
      } else state.entries = payload.entries;
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
