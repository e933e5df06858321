import { useVirtualizer } from '@tanstack/react-virtual';
import { BookUser, Funnel, SearchX, UserRoundPlus, WifiOff } from 'lucide-react';
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { selectPhoneBookRevision } from '../../../engine/state/selectors.ts';
import { useFormats } from '../../i18n/format.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Menu, MenuItem, MenuSection } from '../../ui/menu.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { AreaHeader } from '../layout/area-header.tsx';
import { useEntryDialogs } from './entry-dialogs.tsx';
import { FileMenu } from './file-menu.tsx';
import styles from './phone-book-area.module.css';
import { PhoneBookRow } from './phone-book-row.tsx';
import { usePhoneBookList, type ListSearch, type PhoneBookList } from './use-phone-book-list.ts';

const rowHeight = 58;
const books = ['all', 'company', 'private'] as const;

/** Company and private phone book: filter, labels, favourites; fluent with 100,000 entries (PHB-1 to PHB-3). */
export function PhoneBookArea() {
  const { t } = useTranslation('phoneBook');
  const { newEntry } = useEntryDialogs();
  const formats = useFormats();
  const [typed, setTyped] = useState('');
  const [book, setBook] = useState<(typeof books)[number]>('all');
  const [favourites, setFavourites] = useState(false);
  const [label, setLabel] = useState<string | null>(null);
  const query = useDeferredValue(typed).trim();
  const search: ListSearch = {
    query,
    book,
    ...(favourites ? { favourites } : {}),
    ...(label === null ? {} : { label }),
  };
  const list = usePhoneBookList(search);
  const isNarrow = query !== '' || favourites || label !== null;
  const showAll = (): void => {
    setTyped('');
    setFavourites(false);
    setLabel(null);
    setBook('all');
  };
  const create = () => newEntry(query === '' || /\d/.test(query) ? {} : { name: query });
  return (
    <>
      <AreaHeader title={t('title')}>
        <div className={styles.filter}>
          <FilterField label={t('filter')} clearLabel={t('clear')} value={typed} onChange={setTyped} />
        </div>
        <ShowMenu label={label} onLabel={setLabel} favourites={favourites} onFavourites={setFavourites} />
        <FileMenu search={search} />
        <IconButton label={t('new')} icon={<UserRoundPlus />} kind="soft" onPress={create} />
      </AreaHeader>
      <div className={styles.books}>
        <Segments
          label={t('books')}
          value={book}
          options={books.map((value) => ({ value, text: t(`show.${value}`) }))}
          onChange={setBook}
        />
        {list.total !== null && (
          <span className={styles.count} role="status">
            {t('count', { count: list.total, number: formats.number(list.total) })}
          </span>
        )}
      </div>
      {list.total !== null && list.total > 0 ? (
        <Entries list={list} total={list.total} key={JSON.stringify(search)} />
      ) : list.failure !== null ? (
        <EmptyState
          icon={<WifiOff />}
          title={t(`${list.failure.code}.title`, { ns: 'errors' })}
          hint={t(`${list.failure.code}.hint`, { ns: 'errors' })}
          action={<Button onPress={list.retry}>{t('tryAgain')}</Button>}
        />
      ) : list.total === null ? (
        <div className={styles.loading}>
          <Spinner label={t('loading')} />
        </div>
      ) : isNarrow ? (
        <EmptyState
          icon={<SearchX />}
          title={t('noMatchTitle')}
          hint={t('noMatchHint')}
          action={<Button onPress={showAll}>{t('showAll')}</Button>}
        />
      ) : (
        <EmptyState
          icon={<BookUser />}
          title={t(book === 'private' ? 'emptyPrivateTitle' : 'emptyTitle')}
          hint={t('emptyHint')}
          action={
            <Button kind="primary" onPress={create}>
              {t('new')}
            </Button>
          }
        />
      )}
    </>
  );
}

interface ShowMenuProps {
  label: string | null;
  onLabel: (label: string | null) => void;
  favourites: boolean;
  onFavourites: (favourites: boolean) => void;
}

/** Favourites alone, or the entries with one label. */
function ShowMenu({ label, onLabel, favourites, onFavourites }: ShowMenuProps) {
  const { t } = useTranslation('phoneBook');
  const { phoneBook } = useCommands();
  const revision = useDomain(selectPhoneBookRevision);
  const [labels, setLabels] = useState<readonly string[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void phoneBook.labels().then((answer) => {
      if (isCurrent && answer.ok) setLabels(answer.value);
    });
    return () => {
      isCurrent = false;
    };
  }, [phoneBook, revision]);
  const isNarrow = favourites || label !== null;
  return (
    <Menu
      label={t('showMenu')}
      placement="bottom end"
      trigger={<IconButton label={t('showMenu')} icon={<Funnel />} kind={isNarrow ? 'soft' : 'plain'} />}
    >
      <MenuItem isChosen={favourites} onAction={() => onFavourites(!favourites)}>
        {t('show.favourites')}
      </MenuItem>
      {labels.length > 0 && (
        <MenuSection title={t('field.labels')}>
          {labels.map((each) => (
            <MenuItem key={each} isChosen={each === label} onAction={() => onLabel(each === label ? null : each)}>
              {each}
            </MenuItem>
          ))}
        </MenuSection>
      )}
    </Menu>
  );
}

/** The list: only what is on screen is there. */
function Entries({ list, total }: { list: PhoneBookList; total: number }) {
  const { t } = useTranslation('phoneBook');
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const rows = virtual.getVirtualItems();
  const [first, last] = [rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0];
  const { show } = list;
  useEffect(() => show(first, last), [show, first, last, list.total]);
  /** Up and down go from name to name. */
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (step === 0 || row === null) return;
    const to = Number(row.dataset['index']) + step;
    const next = scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"] [data-open]`);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div ref={scroller} className={styles.scroller}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons inside */}
      <ul
        className={styles.list}
        aria-label={t('title')}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {rows.map((row) => {
          const entry = list.at(row.index);
          return (
            <li
              key={row.index}
              data-index={row.index}
              className={styles.row}
              style={{ top: row.start, height: row.size }}
              aria-setsize={total}
              aria-posinset={row.index + 1}
            >
              {entry ? <PhoneBookRow entry={entry} /> : <span className={styles.coming} aria-hidden />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
