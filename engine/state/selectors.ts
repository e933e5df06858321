/** What windows read. Selectors with an argument are made once per argument, so that components may call them inline. */
import { createSelector } from '@reduxjs/toolkit';
import type { BareJid, UserId } from '../../protocol/identity.ts';
import { comparableNumber } from '../../numbers/dial.ts';
import type { DialPlan } from '../../protocol/numbers.ts';
import type { Settings } from '../../protocol/settings.ts';
import { createContactOrder, type ContactFilter } from './contact-order.ts';
import { contactOf, contactWithJid } from './contacts.ts';
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
export const selectSession = (state: DomainState) => state.session;
/** Bare JID of the user who is logged in. */
export const selectAccount = ({ session }: DomainState): BareJid | null =>
  session.phase === 'loggedIn' ? session.provisioning.jid : null;
export const selectConnection = (state: DomainState) => state.connection;
export const selectDevices = (state: DomainState) => state.devices;
export const selectJournal = (state: DomainState) => state.journal;
export const selectPhoneBookRevision = (state: DomainState) => state.phoneBook.revision;
export const selectPhoneBookFavourites = (state: DomainState) => state.phoneBook.favourites;
export const selectVoicemail = (state: DomainState) => state.voicemail;
export const selectVoicemailUnheard = createSelector(
  [(state: DomainState) => state.voicemail.messages],
  (messages) => messages.filter(({ heard }) => !heard).length,
);
/** Number of the mailbox; `null` where the server has none. */
export const selectMailboxNumber = (state: DomainState): string | null =>
  state.session.phase === 'loggedIn' ? state.session.provisioning.features.voicemail : null;
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

export const selectContactsLoaded = (state: DomainState) => state.contacts.loaded;
export const selectContactById = perArgument(
  (id: UserId) =>
    (state: DomainState): Contact | null =>
      contactOf(state.contacts, id) ?? null,
);
export const selectContactByJid = perArgument(
  (jid: BareJid) =>
    (state: DomainState): Contact | null =>
      contactWithJid(state.contacts, jid) ?? null,
);

const sortedSelectors = perArgument((key: string) => {
  const [filter, sort] = key.split(' ') as [ContactFilter, Settings['contactSort']];
  return createContactOrder(filter, sort);
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
/** The call that rings at this contact, where one may take it; `null`: none. */
export const selectPickUp = perArgument(
  (userId: UserId) => (state: DomainState) => state.pickUps.find((offer) => offer.userId === userId) ?? null,
);
export const selectMissedUnseen = createSelector(
  [(state: DomainState) => state.journal.entries],
  (entries) => entries.filter((entry) => entry.result === 'missed' && !entry.seen).length,
);

/** How numbers of the instance are read; `null` before the login. */
export const selectDialPlan = ({ session }: DomainState): DialPlan | null =>
  session.phase === 'loggedIn' ? session.provisioning.dialPlan : null;
/** By the directory's facts, which presence does not change. */
const contactNames = new WeakMap<readonly UserId[], Map<string, { name: string; userId: UserId }>>();
const selectNames = ({ contacts: { ids, rows } }: DomainState) => {
  let names = contactNames.get(ids);
  if (!names) {
    names = new Map(rows.map(({ id, name, extension }) => [comparableNumber(extension, null), { name, userId: id }]));
    contactNames.set(ids, names);
  }
  return names;
};
/** Who a number belongs to: a contact's extension, then the phone books, of which the private one wins (TEL-2). */
export const selectParty = perArgument((number: string) => {
  const nobody: CallParty = { name: null, number, userId: null };
  const selectEntry = (state: DomainState) => state.phoneBook.parties[number];
  return createSelector([selectNames, selectEntry], (names, entry): CallParty => {
    const contact = names.get(comparableNumber(number, null));
    if (contact) return { ...nobody, ...contact };
    return entry ? { ...nobody, name: entry.name } : nobody;
  });
});
export const selectPartyName = perArgument(
  (number: string) =>
    (state: DomainState): string | null =>
      selectParty(number)(state).name,
);
