/** The order of the contact list, kept in step with 100 changes a second instead of being made anew (CON-5, CON-12). */
import type { BareJid, UserId } from '../../protocol/identity.ts';
import type { Settings } from '../../protocol/settings.ts';
import type { Contact, ContactsState, DomainState } from './types.ts';

export type ContactFilter = 'all' | 'online' | 'unread' | 'favourites';
type Conversations = DomainState['conversations']['byPeer'];

const availabilityRank: Record<Contact['availability'], number> = {
  available: 0,
  away: 1,
  dnd: 2,
  offline: 3,
  unknown: 4,
};
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** For each contact its place among the names; made anew when the directory's facts change. */
const nameRanks = new WeakMap<readonly UserId[], number[]>();
const nameRanksOf = ({ ids, rows }: ContactsState): number[] => {
  let ranks = nameRanks.get(ids);
  if (!ranks) {
    ranks = new Array<number>(rows.length).fill(0);
    const byName = rows.map(({ name }, at) => ({ name, at })).sort((a, b) => collator.compare(a.name, b.name));
    for (const [rank, { at }] of byName.entries()) ranks[at] = rank;
    nameRanks.set(ids, ranks);
  }
  return ranks;
};
const unreadPeers = (conversations: Conversations): Set<BareJid> =>
  new Set(Object.values(conversations).flatMap(({ peer, unread }) => (unread > 0 ? [peer] : [])));
const isShown = (contact: Contact, filter: ContactFilter, unread: ReadonlySet<BareJid>): boolean => {
  switch (filter) {
    case 'all':
      return true;
    case 'online':
      return contact.availability !== 'offline' && contact.availability !== 'unknown';
    case 'unread':
      return unread.has(contact.jid);
    case 'favourites':
      return contact.favourite;
  }
};
/** What stands before the name: small first; `null` is not shown. */
const keyOf = (
  contact: Contact,
  filter: ContactFilter,
  sort: Settings['contactSort'],
  unread: ReadonlySet<BareJid>,
): number | null => {
  if (!isShown(contact, filter, unread)) return null;
  switch (sort) {
    case 'name':
      return 0;
    case 'availability':
      return availabilityRank[contact.availability];
    case 'activity':
      return -contact.lastActivityAt - (unread.has(contact.jid) ? Number.MAX_SAFE_INTEGER / 2 : 0);
  }
};

/**
 * Ids in the order of the list; the same array until the order changes. A call looks only at the contacts that are not
 * the same objects as in the call before.
 */
export const createContactOrder = (filter: ContactFilter, sort: Settings['contactSort']) => {
  const needsUnread = filter === 'unread' || sort === 'activity';
  let seen: { contacts: ContactsState; conversations: Conversations } | null = null;
  let unread: ReadonlySet<BareJid> = new Set();
  let keys: (number | null)[] = [];
  let order: UserId[] = [];

  const arrange = (contacts: ContactsState): void => {
    const ranks = nameRanksOf(contacts);
    const places = keys.flatMap((key, at) => (key === null ? [] : [at]));
    places.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || (ranks[a] ?? 0) - (ranks[b] ?? 0));
    const next = places.map((at) => contacts.ids[at] ?? '');
    if (next.length !== order.length || next.some((id, at) => id !== order[at])) order = next;
  };
  return ({
    contacts,
    conversations: { byPeer: conversations },
  }: Pick<DomainState, 'contacts' | 'conversations'>): UserId[] => {
    const before = seen;
    if (before?.contacts === contacts && (before.conversations === conversations || !needsUnread)) return order;
    const unreadChanged = needsUnread && before?.conversations !== conversations;
    const unreadBefore = unread;
    if (unreadChanged) unread = unreadPeers(conversations);
    seen = { contacts, conversations };
    if (before?.contacts.ids !== contacts.ids) {
      keys = contacts.rows.map((contact) => keyOf(contact, filter, sort, unread));
      arrange(contacts);
      return order;
    }
    const { rows } = contacts;
    const known = before.contacts.rows;
    let moved = false;
    for (let at = 0; at < rows.length; at += 1) {
      const contact = rows[at];
      if (
        !contact ||
        (contact === known[at] && !(unreadChanged && unreadBefore.has(contact.jid) !== unread.has(contact.jid)))
      )
        continue;
      const key = keyOf(contact, filter, sort, unread);
      moved ||= key !== keys[at];
      keys[at] = key;
    }
    if (moved) arrange(contacts);
    return order;
  };
};
