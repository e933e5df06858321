import { expect, test } from 'vitest';
import { contactOf, directoryLoaded, presencesChanged } from './contacts.ts';
import { selectConnectionSummary, selectContactByJid, selectPartyName, selectSortedContactIds } from './selectors.ts';
import { linkChanged } from './connection.ts';
import { partiesResolved } from './phone-book.ts';
import { sessionChanged } from './session.ts';
import { createEngineStore } from './store.ts';

const people = ['Clara', 'Anna', 'Ben'].map((name, at) => ({
  id: `u${at}`,
  jid: `${name.toLowerCase()}@demo`,
  name,
  extension: `10${at}`,
  favourite: false,
}));
const filled = () => {
  const store = createEngineStore();
  store.dispatch(directoryLoaded(people));
  return store;
};

test('CON-12 a presence change touches one contact, and neither the list nor the others', () => {
  const store = filled();
  const select = selectSortedContactIds('all', 'name');
  const before = store.getState();
  const order = select(before);
  expect(order).toEqual(['u1', 'u2', 'u0']);
  store.dispatch(
    presencesChanged([{ jid: 'ben@demo', availability: 'dnd', statusText: 'In a meeting', deviceKind: 'desktop' }]),
  );
  const after = store.getState();
  expect(contactOf(after.contacts, 'u2')).toMatchObject({ availability: 'dnd', statusText: 'In a meeting' });
  expect(contactOf(after.contacts, 'u0')).toBe(contactOf(before.contacts, 'u0'));
  expect(select(after)).toBe(order);
});

test('CON-6 the online filter follows presence', () => {
  const store = filled();
  const select = selectSortedContactIds('online', 'name');
  expect(select(store.getState())).toEqual([]);
  store.dispatch(presencesChanged([{ jid: 'ben@demo', availability: 'away', statusText: '', deviceKind: null }]));
  expect(select(store.getState())).toEqual(['u2']);
});

test('TEL-2 a number has the name that contacts or phone book know', () => {
  const store = filled();
  const party = { entryId: 'p', book: 'company' as const, name: 'Otto Client', company: null };
  store.dispatch(partiesResolved([{ number: '00493012345', party }]));
  expect(selectPartyName('00493012345')(store.getState())).toBe('Otto Client');
  expect(selectPartyName('101')(store.getState())).toBe('Anna');
  expect(selectPartyName('999')(store.getState())).toBeNull();
  expect(selectContactByJid('clara@demo')(store.getState())?.id).toBe('u0');
});

test('SES-8 online means that every link stands', () => {
  const store = createEngineStore();
  expect(selectConnectionSummary(store.getState())).toBe('connecting');
  for (const link of ['sip', 'xmpp', 'events'] as const) store.dispatch(linkChanged({ link, state: { phase: 'up' } }));
  expect(selectConnectionSummary(store.getState())).toBe('online');
  store.dispatch(linkChanged({ link: 'sip', state: { phase: 'waiting', retryAt: 1, attempt: 1 } }));
  expect(selectConnectionSummary(store.getState())).toBe('reconnecting');
});

test('SES-4 logging out forgets the colleagues', () => {
  const store = filled();
  store.dispatch(sessionChanged({ phase: 'loggedOut', failure: null }));
  expect(store.getState().contacts).toEqual({ ids: [], rows: [], loaded: false });
});
