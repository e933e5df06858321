import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UnknownAction } from '@reduxjs/toolkit';
import { createContactOrder, type ContactFilter } from './contact-order.ts';
import {
  activityNoted,
  contactsReducer,
  directoryEntryChanged,
  directoryEntryRemoved,
  directoryLoaded,
  favouriteChanged,
  phoneStatesChanged,
  presencesChanged,
} from './contacts.ts';
import type { Contact, ContactAvailability, Conversation, DomainState } from './types.ts';

type State = Pick<DomainState, 'contacts' | 'conversations'>;
const entry = (at: number, name: string) => ({ id: `u${at}`, jid: `p${at}@demo`, name, extension: `1${at}` });
const presence = (at: number, availability: ContactAvailability) =>
  presencesChanged([{ jid: `p${at}@demo`, availability, statusText: '', deviceKind: null }]);
const after = ({ contacts, conversations }: State, ...actions: UnknownAction[]): State => ({
  contacts: actions.reduce(contactsReducer, contacts),
  conversations,
});
const company = (names: string[]): State => ({
  contacts: contactsReducer(
    undefined,
    directoryLoaded(names.map((name, at) => ({ ...entry(at, name), favourite: false }))),
  ),
  conversations: { byPeer: {}, loaded: true },
});
const withUnread = (state: State, at: number, unread: number): State => {
  const peer = `p${at}@demo`;
  const conversation: Conversation = {
    peer,
    messages: [],
    history: 'unloaded',
    unread,
    firstUnreadId: null,
    draft: '',
    peerTyping: false,
  };
  return { ...state, conversations: { loaded: true, byPeer: { ...state.conversations.byPeer, [peer]: conversation } } };
};
const filters: ContactFilter[] = ['all', 'online', 'unread', 'favourites'];
const sorts = ['name', 'availability', 'activity'] as const;

test('CON-5 sorts by name, availability or last activity, and unread conversations stand first', () => {
  let state = company(['Clara', 'anna', 'Ben 10', 'Ben 9']);
  const order = (sort: (typeof sorts)[number]) => createContactOrder('all', sort)(state);
  expect(order('name')).toEqual(['u1', 'u3', 'u2', 'u0']);
  state = after(state, presence(0, 'available'), presence(2, 'dnd'), activityNoted({ jid: 'p2@demo', at: 5 }));
  expect(order('availability')).toEqual(['u0', 'u2', 'u1', 'u3']);
  expect(order('activity')).toEqual(['u2', 'u1', 'u3', 'u0']);
  state = withUnread(state, 3, 1);
  expect(order('activity')).toEqual(['u3', 'u2', 'u1', 'u0']);
  expect(createContactOrder('unread', 'name')(state)).toEqual(['u3']);
});

test('CON-12 presence that does not move anybody leaves list, ids and the other contacts as they are', () => {
  const before = company(['Anna', 'Ben', 'Clara']);
  const byName = createContactOrder('all', 'name');
  const byAvailability = createContactOrder('all', 'availability');
  const orders = [byName(before), byAvailability(before)];
  const state = after(before, presence(0, 'available'));
  expect([byName(state), byAvailability(state)]).toEqual(orders);
  expect(byName(state)).toBe(orders[0]);
  expect(byAvailability(state)).toBe(orders[1]);
  expect(state.contacts.ids).toBe(before.contacts.ids);
  expect(state.contacts.rows[0]).not.toBe(before.contacts.rows[0]);
  expect(state.contacts.rows[1]).toBe(before.contacts.rows[1]);
  expect(after(state, presence(0, 'available'), presence(7, 'away')).contacts).toBe(state.contacts);
});

test('a directory that is read again without a change keeps its indexes, and a contact what is known of it', () => {
  const state = after(company(['Anna', 'Ben']), presence(1, 'away'));
  const again = after(
    state,
    directoryLoaded([0, 1].map((at) => ({ ...entry(at, ['Anna', 'Ben'][at] ?? ''), favourite: true }))),
  );
  expect(again.contacts.ids).toBe(state.contacts.ids);
  expect(again.contacts.rows[1]).toMatchObject({ availability: 'away', favourite: true });
});

test('CON-5 the order kept in step is the order made anew, whatever happens', () => {
  const place = fc.integer({ min: 0, max: 7 });
  const name = fc.constantFrom('Anna', 'Ben', 'Clara', 'Öztürk', 'Zoe');
  const availability = fc.constantFrom<ContactAvailability>('available', 'away', 'dnd', 'offline', 'unknown');
  const step = fc.oneof(
    fc
      .record({ at: place, availability })
      .map((one) => (state: State) => after(state, presence(one.at, one.availability))),
    fc
      .record({ at: place, when: fc.nat(9) })
      .map((one) => (state: State) => after(state, activityNoted({ jid: `p${one.at}@demo`, at: one.when }))),
    fc
      .record({ at: place, favourite: fc.boolean() })
      .map(
        (one) => (state: State) => after(state, favouriteChanged({ userId: `u${one.at}`, favourite: one.favourite })),
      ),
    fc
      .record({ at: place, name })
      .map((one) => (state: State) => after(state, directoryEntryChanged(entry(one.at, one.name)))),
    place.map((at) => (state: State) => after(state, directoryEntryRemoved(`u${at}`))),
    place.map((at) => (state: State) => after(state, phoneStatesChanged([{ userId: `u${at}`, state: 'busy' }]))),
    fc.record({ at: place, unread: fc.nat(2) }).map((one) => (state: State) => withUnread(state, one.at, one.unread)),
  );
  const facts = ({ id, jid }: Contact) => [id, jid];
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 20 }), (batches) => {
      let state = company(['Ben', 'Anna', 'Clara', 'Ben', 'Dora']);
      const kept = filters.flatMap((filter) =>
        sorts.map((sort) => ({ filter, sort, order: createContactOrder(filter, sort) })),
      );
      for (const batch of batches) {
        state = batch.reduce((before, next) => next(before), state);
        for (const { filter, sort, order } of kept)
          expect(order(state)).toEqual(createContactOrder(filter, sort)(state));
        expect(state.contacts.rows.map(facts)).toEqual(
          state.contacts.ids.map((id) => [id, id.replace('u', 'p') + '@demo']),
        );
      }
    }),
  );
});
