/**
 * The company directory with presence and telephone state. Written without immer, which would copy all contacts for
 * each change: a change makes one new contact and one new list of references (CON-12).
 *
 * `ids` and `rows` run side by side. `ids` is a new array whenever an id, address, name or extension changed, and the
 * same one as long as only presence, telephone state and the like did; indexes over those are kept by it.
 */
import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { BareJid, DeviceKind, PhoneState, UserId } from '../../protocol/identity.ts';
import type { DirectoryEntry } from '../../protocol/rest.ts';
import type { Contact, ContactAvailability, ContactsState } from './types.ts';

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

/** The whole directory; what is known of a contact beyond it is kept. */
export const directoryLoaded = createAction<DirectoryEntry[]>('contacts/directoryLoaded');
export const directoryEntryChanged = createAction<Omit<DirectoryEntry, 'favourite'>>('contacts/directoryEntryChanged');
export const directoryEntryRemoved = createAction<UserId>('contacts/directoryEntryRemoved');
export const favouriteChanged = createAction<{ userId: UserId; favourite: boolean }>('contacts/favouriteChanged');
export const presencesChanged = createAction<PresenceChange[]>('contacts/presencesChanged');
export const phoneStatesChanged = createAction<PhoneStateChange[]>('contacts/phoneStatesChanged');
export const avatarChanged = createAction<{ jid: BareJid; avatarUrl: string | null }>('contacts/avatarChanged');
export const activityNoted = createAction<{ jid: BareJid; at: number }>('contacts/activityNoted');

const nobody: ContactsState = { ids: [], rows: [], loaded: false };
const newContact = (entry: DirectoryEntry): Contact => ({
  ...entry,
  availability: 'unknown',
  statusText: '',
  deviceKind: null,
  phone: 'unknown',
  avatarUrl: null,
  lastActivityAt: 0,
});

interface Places {
  byId: ReadonlyMap<UserId, number>;
  byJid: ReadonlyMap<BareJid, number>;
}
const places = new WeakMap<readonly UserId[], Places>();
const placesOf = ({ ids, rows }: ContactsState): Places => {
  let found = places.get(ids);
  if (!found) {
    found = { byId: new Map(ids.map((id, at) => [id, at])), byJid: new Map(rows.map(({ jid }, at) => [jid, at])) };
    places.set(ids, found);
  }
  return found;
};
const rowAt = (contacts: ContactsState, place: number | undefined): Contact | undefined =>
  place === undefined ? undefined : contacts.rows[place];
export const contactOf = (contacts: ContactsState, id: UserId): Contact | undefined =>
  rowAt(contacts, placesOf(contacts).byId.get(id));
export const contactWithJid = (contacts: ContactsState, jid: BareJid): Contact | undefined =>
  rowAt(contacts, placesOf(contacts).byJid.get(jid));

type Change = readonly [place: number | undefined, facts: Partial<Contact>];
/** The same state where every change says what is known already. */
const changed = (state: ContactsState, changes: readonly Change[]): ContactsState => {
  let rows: Contact[] | null = null;
  for (const [place, facts] of changes) {
    const contact = place === undefined ? undefined : (rows ?? state.rows)[place];
    if (place === undefined || !contact) continue;
    const keys = Object.keys(facts) as (keyof Contact)[];
    if (keys.every((key) => contact[key] === facts[key])) continue;
    rows ??= state.rows.slice();
    rows[place] = { ...contact, ...facts };
  }
  return rows ? { ...state, rows } : state;
};
const facts = ['id', 'jid', 'name', 'extension'] as const;
const withDirectory = (state: ContactsState, rows: Contact[]): ContactsState => {
  const isSame =
    rows.length === state.rows.length &&
    rows.every((row, at) => facts.every((fact) => row[fact] === state.rows[at]?.[fact]));
  return { ...state, rows, ids: isSame ? state.ids : rows.map(({ id }) => id) };
};

export const contactsReducer = (state: ContactsState = nobody, action: UnknownAction): ContactsState => {
  if (presencesChanged.match(action)) {
    const { byJid } = placesOf(state);
    return changed(
      state,
      action.payload.map(({ jid, availability, statusText, deviceKind }) => [
        byJid.get(jid),
        { availability, statusText, deviceKind },
      ]),
    );
  }
  if (phoneStatesChanged.match(action)) {
    const { byId } = placesOf(state);
    return changed(
      state,
      action.payload.map((change) => [byId.get(change.userId), { phone: change.state }]),
    );
  }
  if (favouriteChanged.match(action)) {
    const { userId, favourite } = action.payload;
    return changed(state, [[placesOf(state).byId.get(userId), { favourite }]]);
  }
  if (avatarChanged.match(action)) {
    const { jid, avatarUrl } = action.payload;
    return changed(state, [[placesOf(state).byJid.get(jid), { avatarUrl }]]);
  }
  if (activityNoted.match(action)) {
    const { jid, at } = action.payload;
    const known = contactWithJid(state, jid)?.lastActivityAt ?? at;
    return known < at ? changed(state, [[placesOf(state).byJid.get(jid), { lastActivityAt: at }]]) : state;
  }
  if (directoryLoaded.match(action)) {
    const rows = action.payload.map((entry) => ({ ...(contactOf(state, entry.id) ?? newContact(entry)), ...entry }));
    return { ...withDirectory(state, rows), loaded: true };
  }
  if (directoryEntryChanged.match(action)) {
    const entry = action.payload;
    const place = placesOf(state).byId.get(entry.id);
    const contact = rowAt(state, place);
    if (place === undefined || !contact)
      return withDirectory(state, [...state.rows, newContact({ ...entry, favourite: false })]);
    return withDirectory(state, state.rows.with(place, { ...contact, ...entry }));
  }
  if (directoryEntryRemoved.match(action))
    return withDirectory(
      state,
      state.rows.filter(({ id }) => id !== action.payload),
    );
  return state;
};
