/** The one store of a client. Only the engine dispatches to it. */
import { combineReducers, configureStore, type Reducer, type UnknownAction } from '@reduxjs/toolkit';
import { attentionReducer } from './attention.ts';
import { callsReducer } from './calls.ts';
import { connectionReducer } from './connection.ts';
import { contactsReducer } from './contacts.ts';
import { conversationsReducer } from './conversations.ts';
import { devicesReducer } from './devices.ts';
import { dialRequestReducer } from './dial-request.ts';
import { globalShortcutsReducer } from './global-shortcuts.ts';
import { journalReducer } from './journal.ts';
import { noticesReducer } from './notices.ts';
import { phoneBookReducer } from './phone-book.ts';
import { pickUpsReducer } from './pick-ups.ts';
import { sessionChanged, sessionReducer } from './session.ts';
import { settingsReducer } from './settings.ts';
import type { DomainState } from './types.ts';
import { voicemailReducer } from './voicemail.ts';

const slices = combineReducers({
  session: sessionReducer,
  connection: connectionReducer,
  settings: settingsReducer,
  contacts: contactsReducer,
  conversations: conversationsReducer,
  calls: callsReducer,
  journal: journalReducer,
  pickUps: pickUpsReducer,
  phoneBook: phoneBookReducer,
  devices: devicesReducer,
  attention: attentionReducer,
  notices: noticesReducer,
  dialRequest: dialRequestReducer,
  voicemail: voicemailReducer,
  globalShortcuts: globalShortcutsReducer,
});

/** Logging out forgets everything but what belongs to the installation. */
const reducer: Reducer<DomainState, UnknownAction, Partial<DomainState>> = (state, action) => {
  if (!sessionChanged.match(action) || action.payload.phase !== 'loggedOut') return slices(state, action);
  if (!state) return slices(undefined, action);
  const { settings, devices, attention, dialRequest, globalShortcuts } = state;
  return slices({ settings, devices, attention, dialRequest, globalShortcuts }, action);
};

/**
 * A new store, empty but for `preloaded`. The development checks for immutability and serialisability walk
 * the whole state on each action and would cost frames with 10,000 contacts, so they are off.
 */
export const createEngineStore = (preloaded?: Partial<DomainState>) =>
  configureStore({
    reducer,
    ...(preloaded ? { preloadedState: preloaded } : {}),
    middleware: (defaults) => defaults({ immutableCheck: false, serializableCheck: false }),
  });
export type EngineStore = ReturnType<typeof createEngineStore>;
