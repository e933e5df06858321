import { useVirtualizer } from '@tanstack/react-virtual';
import { SearchX, UserRoundPlus } from 'lucide-react';
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'react-redux';
import type { DomainState } from '../../../engine/state/types.ts';
import { contactOf } from '../../../engine/state/contacts.ts';
import {
  selectContactsLoaded,
  selectPhoneBookFavourites,
  selectSortedContactIds,
} from '../../../engine/state/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { useEntryDialogs } from '../phone-book/entry-dialogs.tsx';
import { createMatcher, searchKey, type SearchKey } from '../search/text-match.ts';
import styles from './contact-list.module.css';
import { ContactMenu, type ContactMenuTarget } from './contact-menu.tsx';
import { ContactRow } from './contact-row.tsx';
import { EntryRow } from './entry-row.tsx';
import { listItems, nextContact, type ListItem } from './list-items.ts';

/** Heights in CSS pixels; fixed, so that 10,000 rows need no measuring (CON-12). */
const heights = { heading: 36, details: 54, list: 34 } as const;
const rowsPerPage = 8;

export interface ContactListHandle {
  /** Focuses the row one was at last. */
  focus: () => void;
  /** Opens the conversation with the first contact on show. */
  openFirst: () => void;
}
interface ContactListProps {
  query: string;
  clearQuery: () => void;
  ref?: Ref<ContactListHandle>;
}

/** All contacts: virtual, favourites first (CON-3 to CON-7). A change of one contact renders its row alone. */
export function ContactList({ query, clearQuery, ref }: ContactListProps) {
  const { t } = useTranslation('contacts');
  const { openPeers, area, openConversation } = useNavigation();
  const { showEntry } = useEntryDialogs();
  const items = useItems(query);
  const store = useStore<DomainState>();
  const style = useDomain((state) => state.settings.contactStyle);
  const scroller = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const [menu, setMenu] = useState<ContactMenuTarget | null>(null);
  const focusNext = useRef<string | null>(null);
  // A new function makes the virtualizer place all rows anew: only for new items, not for each step of scrolling.
  const keyOfRow = useCallback(
    (at: number) => {
      const item = items[at];
      return item ? lineIdOf(item) : at;
    },
    [items],
  );
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => heights[items[at]?.kind === 'heading' ? 'heading' : style],
    getItemKey: keyOfRow,
    overscan: 6,
  });
  useEffect(() => virtual.measure(), [virtual, style]);
  const focusWanted = (): void => {
    const wanted = focusNext.current;
    if (wanted === null) return;
    const button = scroller.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(wanted)}"] [data-open]`);
    if (!button) return;
    focusNext.current = null;
    button.focus({ preventScroll: true });
  };
  // A row that a key moved to may not be drawn before the list has scrolled to it.
  useEffect(focusWanted);

  const first = items.findIndex((item) => item.kind !== 'heading');
  const known = items.findIndex((item) => item.kind !== 'heading' && lineIdOf(item) === activeId);
  const activeAt = known === -1 ? first : known;
  const moveTo = (at: number): void => {
    const item = items[at];
    if (!item || item.kind === 'heading') return;
    focusNext.current = lineIdOf(item);
    setActiveId(lineIdOf(item));
    virtual.scrollToIndex(at <= first ? 0 : at);
    focusWanted();
  };
  useImperativeHandle(ref, () => ({
    focus: () => moveTo(activeAt),
    openFirst: () => {
      const item = items[first];
      const contact = item?.kind === 'contact' ? contactOf(store.getState().contacts, item.id) : undefined;
      const entry = item?.kind === 'entry' ? entryOf(store.getState(), item.id) : undefined;
      if (contact) openConversation(contact.jid);
      else if (entry) showEntry(entry);
    },
  }));
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = targetOf(event.key, activeAt, items.length, (at, step) => nextContact(items, at, step));
    if (to === null) return;
    event.preventDefault();
    moveTo(to);
  };

  if (items.length === 0) return <NoContacts query={query} clearQuery={clearQuery} />;
  const openPeer = area === 'conversations' ? openPeers.at(-1) : undefined;
  return (
    <>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        tabIndex={-1}
        aria-label={t('list')}
        aria-rowcount={items.length}
        onKeyDown={onKeyDown}
      >
        <div className={styles.canvas} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((row) => {
            const item = items[row.index];
            if (!item) return null;
            return item.kind === 'heading' ? (
              <div key={row.key} role="row" className={styles.heading} style={{ top: row.start, height: row.size }}>
                <span role="columnheader">{t(item.text)}</span>
              </div>
            ) : item.kind === 'entry' ? (
              <EntryRow
                key={row.key}
                id={item.id}
                lineId={lineIdOf(item)}
                top={row.start}
                height={row.size}
                rowIndex={row.index + 1}
                style={style}
                isActive={row.index === activeAt}
                onActivate={setActiveId}
              />
            ) : (
              <ContactRow
                key={row.key}
                id={item.id}
                top={row.start}
                height={row.size}
                rowIndex={row.index + 1}
                style={style}
                isActive={row.index === activeAt}
                openPeer={openPeer}
                onActivate={setActiveId}
                onMenu={setMenu}
              />
            );
          })}
        </div>
      </div>
      <ContactMenu target={menu} onClose={() => setMenu(null)} />
    </>
  );
}

/** Of a line, unlike all others in the list. */
const lineIdOf = (item: ListItem): string =>
  item.kind === 'contact' ? item.id : item.kind === 'entry' ? `entry ${item.id}` : `heading ${item.text}`;
const entryOf = (state: DomainState, id: string) => selectPhoneBookFavourites(state).find((each) => each.id === id);

const targetOf = (key: string, at: number, count: number, next: (at: number, step: 1 | -1) => number) => {
  const many = (step: 1 | -1): number => Array.from({ length: rowsPerPage }).reduce<number>((to) => next(to, step), at);
  switch (key) {
    case 'ArrowDown':
      return next(at, 1);
    case 'ArrowUp':
      return next(at, -1);
    case 'PageDown':
      return many(1);
    case 'PageUp':
      return many(-1);
    case 'Home':
      return next(-1, 1);
    case 'End':
      return next(count, -1);
    default:
      return null;
  }
};

const keys = new Map<string, SearchKey>();
const keyOf = (name: string, extension: string): SearchKey => {
  const text = `${name}\n${extension}`;
  const made = keys.get(text) ?? searchKey([name], [extension]);
  if (keys.size > 50_000) keys.clear();
  keys.set(text, made);
  return made;
};

/** The lines to show. The own user is no contact of oneself. */
function useItems(query: string) {
  const { contactFilter } = useNavigation();
  const store = useStore<DomainState>();
  const sort = useDomain((state) => state.settings.contactSort);
  const ids = useDomain(selectSortedContactIds(contactFilter, sort));
  const favourites = useDomain(selectSortedContactIds('favourites', 'name'));
  const ownId = useDomain((state) => (state.session.phase === 'loggedIn' ? state.session.user.id : null));
  const entries = useDomain(selectPhoneBookFavourites);
  return useMemo(() => {
    const matches = createMatcher(query);
    const { contacts } = store.getState();
    const shown = ids.filter((id) => {
      const contact = contactOf(contacts, id);
      if (!contact || id === ownId) return false;
      return query.trim() === '' || matches(keyOf(contact.name, contact.extension));
    });
    const shownEntries = entries.filter(
      ({ name, company, numbers }) =>
        query.trim() === '' ||
        matches(
          searchKey(
            [name, company ?? ''],
            numbers.map(({ number }) => number),
          ),
        ),
    );
    const showsEntries = contactFilter === 'all' || contactFilter === 'favourites';
    return listItems(shown, favourites, showsEntries ? shownEntries.map(({ id }) => id) : []);
  }, [ids, favourites, entries, contactFilter, query, ownId, store]);
}

function NoContacts({ query, clearQuery }: { query: string; clearQuery: () => void }) {
  const { t } = useTranslation('contacts');
  const { contactFilter, filterContacts } = useNavigation();
  const isLoaded = useDomain(selectContactsLoaded);
  if (!isLoaded)
    return (
      <div className={styles.loading}>
        <Spinner label={t('loading')} />
      </div>
    );
  if (query.trim() === '' && contactFilter === 'all')
    return <EmptyState icon={<UserRoundPlus />} title={t('none.title')} hint={t('none.hint')} />;
  const showAll = (): void => {
    clearQuery();
    filterContacts('all');
  };
  return (
    <EmptyState
      icon={<SearchX />}
      title={t(contactFilter === 'unread' && query.trim() === '' ? 'noUnread.title' : 'noMatch.title')}
      hint={t(contactFilter === 'unread' && query.trim() === '' ? 'noUnread.hint' : 'noMatch.hint')}
      action={<Button onPress={showAll}>{t('showAll')}</Button>}
    />
  );
}
