/** Calls that ring at colleagues and that this user may take (TEL-11). */
import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { PickUpOffer } from '../../protocol/rest.ts';
import type { DomainState } from './types.ts';

const slice = createSlice({
  name: 'pickUps',
  initialState: (): DomainState['pickUps'] => [],
  reducers: {
    pickUpsLoaded: (_state, { payload }: PayloadAction<PickUpOffer[]>) => payload,
    pickUpOffered: (state, { payload }: PayloadAction<PickUpOffer>) => [
      ...state.filter(({ callKey }) => callKey !== payload.callKey),
      payload,
    ],
    pickUpEnded: (state, { payload }: PayloadAction<string>) => state.filter(({ callKey }) => callKey !== payload),
  },
});
export const pickUpsReducer = slice.reducer;
export const { pickUpsLoaded, pickUpOffered, pickUpEnded } = slice.actions;
