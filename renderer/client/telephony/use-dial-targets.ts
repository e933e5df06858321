import { useMemo, useState } from 'react';
import type { DomainState } from '../../../engine/state/types.ts';
import { useDomain } from '../engine-context.tsx';
import { usePhoneBookMatches } from '../phone-book/use-phone-book-matches.ts';
import {
  contactIndex,
  findDialTargets,
  looksLikeNumber,
  phoneBookIndex,
  type DialIndex,
  type DialTarget,
} from './dial-index.ts';

/** By the list of ids: presence changes 100 times a second and must not build the index anew (CON-12). */
const indexes = new WeakMap<readonly string[], DialIndex>();
function contactIndexOf({ contacts }: DomainState): DialIndex {
  let index = indexes.get(contacts.ids);
  if (!index) {
    index = contactIndex(contacts.rows);
    indexes.set(contacts.ids, index);
  }
  return index;
}
const mostTargets = 8;

export interface DialTargets {
  found: DialTarget[];
  /** Place in `found` that Enter would dial; -1: the text as it stands. */
  active: number;
  move: (step: 1 | -1) => void;
  /** What to dial for the text: the marked person, else the text itself. */
  chosenFor: (text: string) => string;
}

/**
 * Who the text in the dial field may mean, contacts first, then the phone book. A name marks its first hit; a number
 * stays a number until one chooses.
 */
export function useDialTargets(text: string): DialTargets {
  const index = useDomain((state) => (text.trim() === '' ? null : contactIndexOf(state)));
  const { entries } = usePhoneBookMatches(text, mostTargets);
  const found = useMemo(() => {
    if (index === null) return [];
    const contacts = findDialTargets(index, text, mostTargets);
    return [...contacts, ...findDialTargets(phoneBookIndex(entries), text, mostTargets - contacts.length)];
  }, [index, entries, text]);
  const [marked, setMarked] = useState<{ text: string; active: number } | null>(null);
  const start = looksLikeNumber(text) || found.length === 0 ? -1 : 0;
  const active = Math.min(marked?.text === text ? marked.active : start, found.length - 1);
  return {
    found,
    active,
    move: (step) => {
      const places = found.length + 1;
      setMarked({ text, active: ((active + 1 + step + places) % places) - 1 });
    },
    chosenFor: (typed) => found[active]?.number ?? typed,
  };
}
