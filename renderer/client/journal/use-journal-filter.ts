import { useCallback, useState } from 'react';
import { parseJournalFilter, wholeJournal, type JournalFilter } from './journal-filter.ts';

const storageKey = 'kontor.journal.filter';
const read = (): JournalFilter => {
  try {
    return parseJournalFilter(localStorage.getItem(storageKey));
  } catch {
    return wholeJournal;
  }
};

/** The filter of the journal; the last one is kept on this device (JOU-2). */
export function useJournalFilter(): [JournalFilter, (part: Partial<JournalFilter>) => void] {
  const [filter, setFilter] = useState(read);
  const choose = useCallback((part: Partial<JournalFilter>) => {
    setFilter((known) => {
      const chosen = { ...known, ...part };
      try {
        localStorage.setItem(storageKey, JSON.stringify(chosen));
      } catch {
        // Storage is closed to this page: the choice holds until the window closes.
      }
      return chosen;
    });
  }, []);
  return [filter, choose];
}
