import { useCallback, useState } from 'react';
import { journalFilters, type JournalFilter } from './journal-rows.ts';

const storageKey = 'kontor.journal.filter';
const read = (): JournalFilter => {
  try {
    const stored = localStorage.getItem(storageKey);
    return journalFilters.find((filter) => filter === stored) ?? 'all';
  } catch {
    return 'all';
  }
};

/** The filter of the journal; the last one is kept on this device (JOU-2). */
export function useJournalFilter(): [JournalFilter, (filter: JournalFilter) => void] {
  const [filter, setFilter] = useState(read);
  const choose = useCallback((chosen: JournalFilter) => {
    setFilter(chosen);
    try {
      localStorage.setItem(storageKey, chosen);
    } catch {
      // Storage is closed to this page: the choice holds until the window closes.
    }
  }, []);
  return [filter, choose];
}
