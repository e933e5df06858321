import { useEffect, useState } from 'react';
import type { PhoneBookEntry } from '../../../protocol/phone-book.ts';
import { selectPhoneBookRevision } from '../../../engine/state/selectors.ts';
import { useCommands, useDomain } from '../engine-context.tsx';

export interface PhoneBookMatches {
  entries: readonly PhoneBookEntry[];
  /** How many there are in all. */
  total: number;
}
const none: PhoneBookMatches = { entries: [], total: 0 };

/**
 * The first entries that fit what was typed. They come from the server: until they are there, those of the text before
 * stay; an empty text has none.
 */
export function usePhoneBookMatches(typed: string, limit: number): PhoneBookMatches {
  const { phoneBook } = useCommands();
  const revision = useDomain(selectPhoneBookRevision);
  const [matches, setMatches] = useState(none);
  const query = typed.trim();
  useEffect(() => {
    if (query === '') {
      setMatches(none);
      return;
    }
    let isCurrent = true;
    void phoneBook.find({ query, limit }).then((answer) => {
      if (!isCurrent || !answer.ok) return;
      const { entries, total } = answer.value;
      setMatches({ entries, total: total ?? entries.length });
    });
    return () => {
      isCurrent = false;
    };
  }, [phoneBook, query, limit, revision]);
  return query === '' ? none : matches;
}
