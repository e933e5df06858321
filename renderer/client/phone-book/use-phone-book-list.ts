import { useCallback, useEffect, useRef, useState } from 'react';
import type { PhoneBookEntry } from '../../../protocol/phone-book.ts';
import type { PhoneBookSearch } from '../../../engine/client/phone-book-commands.ts';
import { selectPhoneBookRevision } from '../../../engine/state/selectors.ts';
import type { Failure } from '../../../engine/state/types.ts';
import { useCommands, useDomain } from '../engine-context.tsx';

export type ListSearch = Pick<PhoneBookSearch, 'query' | 'book' | 'label' | 'favourites'>;

interface Loaded {
  key: string;
  total: number;
  pages: ReadonlyMap<number, readonly PhoneBookEntry[]>;
}

const pageSize = 100;
/** Pages kept beside those on screen; what is further away is read again. */
const keptPages = 20;

export interface PhoneBookList {
  /** `null` while nothing is known yet. */
  total: number | null;
  failure: Failure | null;
  /** The entry in this place; `undefined`: on its way. */
  at(index: number): PhoneBookEntry | undefined;
  /** These places are on screen: what is missing of them is read. */
  show(first: number, last: number): void;
  retry(): void;
}

/** The list of a search, read page by page where it is looked at, and again when the phone book changes (PHB-1). */
export function usePhoneBookList(search: ListSearch): PhoneBookList {
  const { phoneBook } = useCommands();
  const revision = useDomain(selectPhoneBookRevision);
  const key = JSON.stringify(search);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [tries, setTries] = useState(0);
  /** Counts searches, so that a late answer to an earlier one changes nothing. */
  const generation = useRef(0);
  const asked = useRef(new Set<number>());
  const shown = useRef({ first: 0, last: 0 });

  const read = useCallback(
    (page: number) => phoneBook.find({ ...(JSON.parse(key) as ListSearch), offset: page * pageSize, limit: pageSize }),
    [phoneBook, key],
  );

  useEffect(() => {
    generation.current += 1;
    const mine = generation.current;
    const start = async (): Promise<void> => {
      const { first, last } = shown.current;
      const pages = new Set([0, Math.floor(first / pageSize), Math.floor(last / pageSize)]);
      const answers = await Promise.all([...pages].map(async (page) => ({ page, answer: await read(page) })));
      if (mine !== generation.current) return;
      const head = answers.find(({ page }) => page === 0)?.answer;
      if (!head?.ok) {
        if (head) setFailure(head.failure);
        return;
      }
      const found = answers.flatMap(({ page, answer }) => (answer.ok ? [[page, answer.value.entries] as const] : []));
      asked.current = new Set(found.map(([page]) => page));
      setFailure(null);
      setLoaded({ key, total: head.value.total ?? head.value.entries.length, pages: new Map(found) });
    };
    void start();
  }, [key, read, revision, tries]);

  const show = useCallback(
    (first: number, last: number) => {
      shown.current = { first, last };
      const mine = generation.current;
      for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page += 1) {
        if (asked.current.has(page)) continue;
        asked.current.add(page);
        void read(page).then((answer) => {
          if (mine !== generation.current) return;
          if (!answer.ok) {
            asked.current.delete(page);
            setFailure(answer.failure);
            return;
          }
          setLoaded((known) => {
            if (known === null || known.key !== key) return known;
            const pages = [...known.pages, [page, answer.value.entries] as const];
            const near = pages.sort(([a], [b]) => Math.abs(a - page) - Math.abs(b - page)).slice(0, keptPages);
            asked.current = new Set(near.map(([kept]) => kept));
            return { ...known, pages: new Map(near) };
          });
        });
      }
    },
    [key, read],
  );
  return {
    total: loaded?.total ?? null,
    failure,
    at: (index) => loaded?.pages.get(Math.floor(index / pageSize))?.[index % pageSize],
    show,
    retry: () => {
      setFailure(null);
      setTries((count) => count + 1);
    },
  };
}
