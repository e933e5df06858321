/** What windows read. Selectors with an argument are made once per argument, so that components may call them inline. */
import { createSelector } from '@reduxjs/toolkit';
import type { BareJid, UserId } from '../../protocol/identity.ts';
import type { Settings } from '../../protocol/settings.ts';
import type { Call, CallParty, ConnectionSummary, Contact, DomainState } from './types.ts';

type Selector<Result> = (state: DomainState) => Result;
/** Remembers the selector of each argument; the oldest go when there are many. */
const perArgument = <Argument, Result>(make: (argument: Argument) => Selector<Result>) => {
  const made = new Map<Argument, Selector<Result>>();
  return (argument: Argument): Selector<Result> => {
    const known = made.get(argument);
    if (known) return known;
    const selector = make(argument);
    const [oldest] = made.keys();
    if (made.size >= 50_000 && oldest !== undefined) made.delete(oldest);
    made.set(argument, selector);
    return selector;
  };
};
/** Gives the earlier list again as long as the members are the same, so that a list's shell does not render. */
const keptList = <Member>(compute: Selector<Member[]>): Selector<Member[]> => {
  let kept: Member[] = [];
  return (state) => {
    const next = compute(state);
    if (next !== kept && (next.length !== kept.length || next.some((member, at) => member !== kept[at]))) kept = next;
    return kept;
  };
};

export const selectSession = (state: DomainState) => state.session;
/** Bare JID of the user who is logged in. */
export const selectAccount = ({ session }: DomainState): BareJid | null =>
  session.phase === 'loggedIn' ? session.provisioning.jid : null;
export const selectConnection = (state: DomainState) => state.connection;
export const selectDevices = (state: DomainState) => state.devices;
export const selectJournal = (state: DomainState) => state.journal;
export const selectPhoneBookRevision = (state: DomainState) => state.phoneBook.revision;
export const selectPhoneBookFavourites = (state: DomainState) => state.phoneBook.favourites;
export const selectDialRequest = (state: DomainState) => state.dialRequest;

/** SES-8: `online` only when all links that the server offers stand; `offline` from the second failed try on. */
export const selectConnectionSummary = createSelector(
  [selectConnection, selectSession],
  (connection, session): ConnectionSummary => {
    const features = session.phase === 'loggedIn' ? session.provisioning.features : { calls: true, chat: true };
    const links = [
      connection.events,
      ...(features.calls ? [connection.sip] : []),
      ...(features.chat ? [connection.xmpp] : []),
    ];
    if (links.every((link) => link.phase === 'up')) return 'online';
    if (links.every((link) => link.phase === 'waiting' && link.attempt > 1)) return 'offline';
    return links.some((link) => link.phase === 'waiting' || link.phase === 'up') ? 'reconnecting' : 'connecting';
  },
);

const selectContacts = (state: DomainState) => state.contacts.byId;
export const selectContactsLoaded = (state: DomainState) => state.contacts.loaded;
export const selectContactById = perArgument(
  (id: UserId) =>
    (state: DomainState): Contact | null =>
      state.contacts.byId[id] ?? null,
);
const selectIdsByJid = createSelector(
  [
    keptList((state) => state.contacts.ids),
    keptList((state) => state.contacts.ids.map((id) => state.contacts.byId[id]?.jid ?? '')),
  ],
  (ids, jids) => new Map(ids.map((id, at) => [jids[at], id])),
);
export const selectContactByJid = perArgument((jid: BareJid) => (state: DomainState): Contact | null => {
  const id = selectIdsByJid(state).get(jid);
  return id === undefined ? null : (state.contacts.byId[id] ?? null);
});

export type ContactFilter = 'all' | 'online' | 'unread' | 'favourites';
const availabilityRank: Record<Contact['availability'], number> = {
  available: 0,
  away: 1,
  dnd: 2,
  offline: 3,
  unknown: 4,
};
const byName = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
const matches = (contact: Contact, filter: ContactFilter, unread: number): boolean => {
  switch (filter) {
    case 'all':
      return true;
    case 'online':
      return contact.availability !== 'offline' && contact.availability !== 'unknown';
    case 'unread':
      return unread > 0;
    case 'favourites':
      return contact.favourite;
  }
};
const selectIdsByName = createSelector(
  [
    keptList((state) => state.contacts.ids),
    keptList((state) => state.contacts.ids.map((id) => state.contacts.byId[id]?.name ?? '')),
  ],
  (ids, names) =>
    ids
      .map((id, at) => ({ id, name: names[at] ?? '' }))
      .sort((one, other) => byName.compare(one.name, other.name))
      .map(({ id }) => id),
);
const sortedIds = (filter: ContactFilter, sort: Settings['contactSort']): Selector<UserId[]> =>
  keptList(
    createSelector(
      [selectIdsByName, selectContacts, (state: DomainState) => state.conversations.byPeer],
      (ids, contacts, conversations) => {
        const list = ids.flatMap((id) => {
          const contact = contacts[id];
          if (!contact) return [];
          const unread = conversations[contact.jid]?.unread ?? 0;
          return matches(contact, filter, unread) ? [{ contact, unread }] : [];
        });
        // Sorting is stable: equal contacts stay in the order of their names.
        if (sort === 'availability')
          list.sort((a, b) => availabilityRank[a.contact.availability] - availabilityRank[b.contact.availability]);
        if (sort === 'activity')
          list.sort(
            (a, b) =>
              Number(b.unread > 0) - Number(a.unread > 0) || b.contact.lastActivityAt - a.contact.lastActivityAt,
          );
        return list.map(({ contact }) => contact.id);
      },
    ),
  );
const sortedSelectors = perArgument((key: string) => {
  const [filter, sort] = key.split(' ') as [ContactFilter, Settings['contactSort']];
  return sortedIds(filter, sort);
});
/** Ids in the order of the list (CON-5, CON-6); the same array until the order changes. */
export const selectSortedContactIds = (filter: ContactFilter, sort: Settings['contactSort']): Selector<UserId[]> =>
  sortedSelectors(`${filter} ${sort}`);

export const selectUnreadCount = perArgument(
  (peer: BareJid) => (state: DomainState) => state.conversations.byPeer[peer]?.unread ?? 0,
);
export const selectUnreadTotal = createSelector([(state: DomainState) => state.conversations.byPeer], (byPeer) =>
  Object.values(byPeer).reduce((total, conversation) => total + conversation.unread, 0),
);

const isEnded = (call: Call): boolean => call.state === 'ended';
export const selectCalls = createSelector([(state: DomainState) => state.calls], ({ byId, ids }) =>
  ids.flatMap((id) => byId[id] ?? []),
);
/** Calls that are not over: talking ones first, held ones after them, each newest last. */
export const selectActiveCalls = createSelector([selectCalls], (calls) => {
  const rank = (call: Call): number => (call.state === 'active' && call.talk.hold !== 'none' ? 1 : 0);
  return calls.filter((call) => !isEnded(call)).sort((one, other) => rank(one) - rank(other));
});
export const selectMissedUnseen = createSelector(
  [(state: DomainState) => state.journal.entries],
  (entries) => entries.filter((entry) => entry.result === 'missed' && !entry.seen).length,
);

/** Digits only, with a leading `00` for `+`: numbers written differently compare equal. */
export const comparableNumber = (number: string): string => number.replace(/^\s*\+/, '00').replace(/\D/g, '');
const selectNames = createSelector(
  [
    keptList((state) => state.contacts.ids),
    keptList((state) =>
      state.contacts.ids.map((id) => `${state.contacts.byId[id]?.extension}\n${state.contacts.byId[id]?.name}`),
    ),
  ],
  (ids, contacts) => {
    const names = new Map<string, { name: string; userId: UserId | null }>();
    contacts.forEach((line, at) => {
      const [extension = '', name = ''] = line.split('\n');
      names.set(comparableNumber(extension), { name, userId: ids[at] ?? null });
    });
    return names;
  },
);
/** Who a number belongs to: a contact's extension, then the phone books, of which the private one wins (TEL-2). */
export const selectParty = perArgument((number: string) => {
  const nobody: CallParty = { name: null, number, userId: null };
  const selectEntry = (state: DomainState) => state.phoneBook.parties[number];
  return createSelector([selectNames, selectEntry], (names, entry): CallParty => {
    const contact = names.get(comparableNumber(number));
    if (contact) return { ...nobody, ...contact };
    return entry ? { ...nobody, name: entry.name } : nobody;
  });
});
export const selectPartyName = perArgument(
  (number: string) =>
    (state: DomainState): string | null =>
      selectParty(number)(state).name,
);
