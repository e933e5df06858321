/**
 * Contacts and the journal's newest rows as they were last seen, kept in the local archive for a start without the
 * server. Only what does not change by the minute: presence and telephone states are unknown until somebody tells.
 */
import { z } from 'zod';
import { directoryEntrySchema, journalEntrySchema } from '../../protocol/rest.ts';
import type { Archive, Clock } from '../ports/ports.ts';
import { activityNoted, contactOf, directoryLoaded } from '../state/contacts.ts';
import { journalPageLoaded } from '../state/journal.ts';
import type { EngineStore } from '../state/store.ts';

const directoryKey = 'snapshot:directory';
const journalKey = 'snapshot:journal';
const journalRows = 50;
/** Milliseconds in which changes gather. */
const gather = 1_000;

export interface Snapshot {
  /** Shows what was kept, as far as the server has not told yet. */
  restore(): Promise<void>;
  /** Contacts or journal have changed: keeps them, soon. */
  changed(): void;
  stop(): void;
}

export const createSnapshot = (archive: Archive, store: EngineStore, clock: Clock): Snapshot => {
  let cancel: (() => void) | null = null;

  const read = async <Schema extends z.ZodType>(key: string, schema: Schema): Promise<z.infer<Schema> | null> => {
    const text = await archive.call('getValue', { key });
    try {
      return text === null ? null : schema.parse(JSON.parse(text));
    } catch {
      // Of an older version, or damaged: the server has all of it.
      return null;
    }
  };
  const keep = (): void => {
    cancel = null;
    const { contacts, journal } = store.getState();
    if (contacts.loaded) {
      const entries = contacts.rows.flatMap((contact) => directoryEntrySchema.safeParse(contact).data ?? []);
      void archive.call('setValue', { key: directoryKey, value: JSON.stringify(entries) }).catch(() => undefined);
    }
    if (journal.history !== 'unloaded' && journal.history !== 'failed') {
      const value = JSON.stringify(journal.entries.slice(0, journalRows));
      void archive.call('setValue', { key: journalKey, value }).catch(() => undefined);
    }
  };

  return {
    restore: async () => {
      const directory = await read(directoryKey, z.array(directoryEntrySchema));
      const journal = await read(journalKey, z.array(journalEntrySchema));
      if (directory && !store.getState().contacts.loaded) store.dispatch(directoryLoaded(directory));
      if (!journal || store.getState().journal.history !== 'unloaded') return;
      store.dispatch(journalPageLoaded({ entries: journal, next: null, reset: true }));
      const { contacts } = store.getState();
      for (const entry of journal) {
        const contact = entry.party.userId === null ? undefined : contactOf(contacts, entry.party.userId);
        if (contact) store.dispatch(activityNoted({ jid: contact.jid, at: Date.parse(entry.startedAt) }));
      }
    },
    changed: () => {
      cancel ??= clock.after(gather, keep);
    },
    stop: () => {
      cancel?.();
      cancel = null;
    },
  };
};
