/** What a search finds in the loaded state: people and messages. */
import type { ArchivedMessage } from '../../../protocol/archive.ts';
import type { Contact, DomainState } from '../../../engine/state/types.ts';
import { createMatcher, searchKey } from './text-match.ts';

export interface SearchResults {
  contacts: Contact[];
  /** Newest first, with the contact they were exchanged with where it is known. */
  messages: { message: ArchivedMessage; contact: Contact | null }[];
}
/** At most so many of each are kept; more would not be read. */
export const maximumResults = 100;

const nothing: SearchResults = { contacts: [], messages: [] };

/** SEA-1, SEA-2 over what this client has loaded. An empty query finds nothing. */
export const findAll = (state: Pick<DomainState, 'contacts' | 'conversations'>, query: string): SearchResults => {
  if (query.trim() === '') return nothing;
  const matches = createMatcher(query);
  const contacts = state.contacts.rows;
  const byJid = new Map(contacts.map((contact) => [contact.jid, contact]));
  const messages = Object.values(state.conversations.byPeer)
    .flatMap((conversation) => conversation.messages)
    .filter(({ body }) => matches(searchKey([body])))
    .sort((one, other) => other.timestamp - one.timestamp);
  return {
    contacts: contacts
      .filter(({ name, extension }) => matches(searchKey([name], [extension])))
      .slice(0, maximumResults),
    messages: messages
      .slice(0, maximumResults)
      .map((message) => ({ message, contact: byJid.get(message.peer) ?? null })),
  };
};
