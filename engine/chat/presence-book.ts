/**
 * Who is there (CON-3). Each resource of a contact speaks for itself; shown is the one with the highest priority, of
 * equal ones the latest. Before the server's first burst is through, silence means `unknown`; after it, `offline`.
 * Changes reach the store once a frame (CON-12).
 */
import type { BareJid } from '../../protocol/identity.ts';
import { presencesChanged, type PresenceChange } from '../state/contacts.ts';
import type { ChatContext } from './chat-context.ts';
import type { WirePresence } from './xmpp-link.ts';

const frameMilliseconds = 16;

export interface PresenceBook {
  take(presence: WirePresence): void;
  /** A new stream: what was known is void as soon as the new burst is through. */
  begin(): void;
  /** Everybody who is there has said so. */
  complete(): void;
  /** Contacts have come into the directory. */
  contactsChanged(): void;
  /** Nobody is told about any more. */
  forget(): void;
}

export const createPresenceBook = ({ store, clock }: Pick<ChatContext, 'store' | 'clock'>): PresenceBook => {
  let book = new Map<BareJid, Map<string, WirePresence>>();
  let told: 'nothing' | 'everybody' = 'nothing';
  const changed = new Set<BareJid>();
  let cancel: (() => void) | null = null;

  const best = (resources: Map<string, WirePresence>): WirePresence | null => {
    let choice: WirePresence | null = null;
    // A resource that speaks again is put at the end, so the latest wins a draw.
    for (const presence of resources.values()) {
      if (choice === null || presence.priority >= choice.priority) choice = presence;
    }
    return choice;
  };
  const stateOf = (jid: BareJid): PresenceChange => {
    const choice = best(book.get(jid) ?? new Map<string, WirePresence>());
    return {
      jid,
      availability: choice?.availability ?? (told === 'everybody' ? 'offline' : 'unknown'),
      statusText: choice?.statusText ?? '',
      deviceKind: choice?.deviceKind ?? null,
    };
  };
  const flush = () => {
    cancel = null;
    const changes = [...changed].map(stateOf);
    changed.clear();
    if (changes.length > 0) store.dispatch(presencesChanged(changes));
  };
  const touch = (jid: BareJid) => {
    changed.add(jid);
    cancel ??= clock.after(frameMilliseconds, flush);
  };
  const touchAll = () => {
    for (const contact of store.getState().contacts.rows) touch(contact.jid);
  };

  return {
    take: (presence) => {
      const resources = book.get(presence.jid) ?? new Map<string, WirePresence>();
      book.set(presence.jid, resources);
      resources.delete(presence.resource);
      if (presence.availability !== null) resources.set(presence.resource, presence);
      // RFC 6121 §4.5: without a resource it speaks for all of them.
      else if (presence.resource === '') resources.clear();
      touch(presence.jid);
    },
    begin: () => {
      book = new Map();
      changed.clear();
    },
    complete: () => {
      told = 'everybody';
      touchAll();
    },
    contactsChanged: () => {
      if (told === 'everybody' || book.size > 0) touchAll();
    },
    forget: () => {
      book = new Map();
      told = 'nothing';
      changed.clear();
      touchAll();
      cancel?.();
      flush();
    },
  };
};
