import { useEffect, useState } from 'react';
import type { JournalEntry } from '../../../protocol/rest.ts';
import { useCommands, useDomain } from '../engine-context.tsx';

const none: readonly JournalEntry[] = [];

/** The newest calls with whoever was typed, from the server; those of the text before stay until they are there. */
export function useJournalMatches(typed: string, limit: number): readonly JournalEntry[] {
  const { findCalls } = useCommands();
  const newest = useDomain((state) => state.journal.entries[0]?.id);
  const [matches, setMatches] = useState(none);
  const query = typed.trim();
  useEffect(() => {
    if (query === '') {
      setMatches(none);
      return;
    }
    let isCurrent = true;
    void findCalls(query, limit).then((answer) => {
      if (isCurrent && answer.ok) setMatches(answer.value);
    });
    return () => {
      isCurrent = false;
    };
  }, [findCalls, query, limit, newest]);
  return query === '' ? none : matches;
}
