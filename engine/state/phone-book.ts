/** What a client keeps of the phone book: favourites and whose the numbers on screen are. The lists are the server's. */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { PhoneBookEntry, ResolvedParty } from '../../protocol/phone-book.ts';
import type { PhoneBookState } from './types.ts';

const slice = createSlice({
  name: 'phoneBook',
  initialState: (): PhoneBookState => ({ revision: 0, favourites: [], parties: {} }),
  reducers: {
    /** Entries have changed, here or elsewhere: what is on screen is read again. */
    phoneBookChanged: (state) => {
      state.revision += 1;
    },
    phoneBookFavouritesLoaded: (state, { payload }: PayloadAction<PhoneBookEntry[]>) => {
      state.favourites = payload;
    },
    partiesResolved: (state, { payload }: PayloadAction<{ number: string; party: ResolvedParty | null }[]>) => {
      for (const { number, party } of payload) state.parties[number] = party;
    },
  },
});
export const phoneBookReducer = slice.reducer;
export const { phoneBookChanged, phoneBookFavouritesLoaded, partiesResolved } = slice.actions;
