/** The company directory with presence and telephone state. A change touches only the contacts it names. */
import { createSlice, original, type PayloadAction } from '@reduxjs/toolkit';
import type { BareJid, DeviceKind, PhoneState, UserId } from '../../protocol/identity.ts';
import type { DirectoryEntry } from '../../protocol/rest.ts';
import type { Contact, ContactAvailability, DomainState } from './types.ts';

type ContactsState = DomainState['contacts'];
export interface PresenceChange {
  jid: BareJid;
  availability: ContactAvailability;
  statusText: string;
  deviceKind: DeviceKind | null;
}
export interface PhoneStateChange {
  userId: UserId;
  state: PhoneState | 'unknown';
}

const newContact = (entry: DirectoryEntry): Contact => ({
  ...entry,
  availability: 'unknown',
  statusText: '',
  deviceKind: null,
  phone: 'unknown',
  avatarUrl: null,
  lastActivityAt: 0,
});
/** Where to find a contact by its address; made anew when the directory's `ids` are. */
const indexes = new WeakMap<readonly UserId[], Map<BareJid, UserId>>();
const byJid = (draft: ContactsState, jid: BareJid): Contact | undefined => {
  // The plain state: a look through the draft would wrap every contact on the way.
  const state = original(draft) ?? draft;
  let index = indexes.get(state.ids);
  if (!index) {
    index = new Map(state.ids.flatMap((id) => (state.byId[id] ? [[state.byId[id].jid, id] as const] : [])));
    indexes.set(state.ids, index);
  }
  const id = index.get(jid);
  return id === undefined ? undefined : draft.byId[id];
};

const slice = createSlice({
  name: 'contacts',
  initialState: (): ContactsState => ({ byId: {}, ids: [], loaded: false }),
  reducers: {
    /** The whole directory; what is known of a contact beyond it is kept. */
    directoryLoaded: (state, { payload }: PayloadAction<DirectoryEntry[]>) => {
      const known = state.byId;
      state.byId = Object.fromEntries(
        payload.map((entry) => [entry.id, { ...(known[entry.id] ?? newContact(entry)), ...entry }]),
      );
      state.ids = payload.map((entry) => entry.id);
      state.loaded = true;
    },
    directoryEntryChanged: (state, { payload }: PayloadAction<Omit<DirectoryEntry, 'favourite'>>) => {
      const contact = state.byId[payload.id];
      if (contact) {
        if (contact.jid !== payload.jid) state.ids = [...state.ids];
        Object.assign(contact, payload);
      } else {
        state.byId[payload.id] = newContact({ ...payload, favourite: false });
        state.ids.push(payload.id);
      }
    },
    directoryEntryRemoved: (state, { payload }: PayloadAction<UserId>) => {
      state.ids = state.ids.filter((id) => id !== payload);
      state.byId = Object.fromEntries(Object.entries(state.byId).filter(([id]) => id !== payload));
    },
    favouriteChanged: (state, { payload }: PayloadAction<{ userId: UserId; favourite: boolean }>) => {
      const contact = state.byId[payload.userId];
      if (contact) contact.favourite = payload.favourite;
    },
    presencesChanged: (state, { payload }: PayloadAction<PresenceChange[]>) => {
      for (const change of payload) {
        const contact = byJid(state, change.jid);
        if (contact) Object.assign(contact, change);
      }
    },
    phoneStatesChanged: (state, { payload }: PayloadAction<PhoneStateChange[]>) => {
      for (const change of payload) {
        const contact = state.byId[change.userId];
        if (contact) contact.phone = change.state;
      }
    },
    avatarChanged: (state, { payload }: PayloadAction<{ jid: BareJid; avatarUrl: string | null }>) => {
      const contact = byJid(state, payload.jid);
      if (contact) contact.avatarUrl = payload.avatarUrl;
    },
    activityNoted: (state, { payload }: PayloadAction<{ jid: BareJid; at: number }>) => {
      const contact = byJid(state, payload.jid);
      if (contact && contact.lastActivityAt < payload.at) contact.lastActivityAt = payload.at;
    },
  },
});
export const contactsReducer = slice.reducer;
export const {
  directoryLoaded,
  directoryEntryChanged,
  directoryEntryRemoved,
  favouriteChanged,
  presencesChanged,
  phoneStatesChanged,
  avatarChanged,
  activityNoted,
} = slice.actions;
