import { useVirtualizer } from '@tanstack/react-virtual';
import { BookUser, Phone, Printer, SearchX } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneBookEntry } from '../../../protocol/rest.ts';
import { selectPhoneBook } from '../../../engine/state/selectors.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useDomain } from '../engine-context.tsx';
import { AreaHeader } from '../layout/area-header.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { createMatcher, searchKey } from '../search/text-match.ts';
import styles from './phone-book-area.module.css';

const rowHeight = 58;

/** The company phone book with filter and call button (PHB-1). */
export function PhoneBookArea() {
  const { t } = useTranslation('contacts');
  const { entries, loaded } = useDomain(selectPhoneBook);
  const [query, setQuery] = useState('');
  const keyed = useMemo(
    () =>
      entries
        .map((entry) => ({ entry, key: keyOf(entry) }))
        .sort((one, other) => one.entry.name.localeCompare(other.entry.name)),
    [entries],
  );
  const shown = useMemo(() => {
    const matches = createMatcher(query);
    return keyed.filter(({ key }) => matches(key)).map(({ entry }) => entry);
  }, [keyed, query]);
  return (
    <>
      <AreaHeader title={t('phoneBook.title')}>
        <div className={styles.filter}>
          <FilterField label={t('phoneBook.filter')} clearLabel={t('clear')} value={query} onChange={setQuery} />
        </div>
      </AreaHeader>
      {shown.length > 0 ? (
        <Entries entries={shown} />
      ) : !loaded ? (
        <div className={styles.loading}>
          <Spinner label={t('loading')} />
        </div>
      ) : entries.length === 0 ? (
        <EmptyState icon={<BookUser />} title={t('phoneBook.emptyTitle')} hint={t('phoneBook.emptyHint')} />
      ) : (
        <EmptyState
          icon={<SearchX />}
          title={t('noMatch.title')}
          hint={t('noMatch.hint')}
          action={<Button onPress={() => setQuery('')}>{t('showAll')}</Button>}
        />
      )}
    </>
  );
}

const keyOf = (entry: PhoneBookEntry) =>
  searchKey(
    [entry.name, entry.company ?? ''],
    entry.numbers.map(({ number }) => number),
  );

function Entries({ entries }: { entries: readonly PhoneBookEntry[] }) {
  const { t } = useTranslation('contacts');
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  });
  return (
    <div ref={scroller} className={styles.scroller}>
      <ul className={styles.list} aria-label={t('phoneBook.title')} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((row) => {
          const entry = entries[row.index];
          return (
            entry && (
              <li
                key={entry.id}
                className={styles.row}
                style={{ top: row.start, height: row.size }}
                aria-setsize={entries.length}
                aria-posinset={row.index + 1}
              >
                <PhoneBookRow entry={entry} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

/** One entry; with several numbers the handset asks which one. */
export function PhoneBookRow({ entry }: { entry: PhoneBookEntry }) {
  const { t } = useTranslation('contacts');
  const { call } = useNavigation();
  const callable = entry.numbers.filter(({ kind }) => kind !== 'fax');
  const [first] = callable;
  const label = t('call', { name: entry.name });
  const details = [entry.company, first?.number ?? entry.numbers[0]?.number].filter(Boolean).join(' · ');
  return (
    <>
      <Avatar name={entry.name} />
      <span className={styles.words}>
        <span className={styles.name}>{entry.name}</span>
        <span className={styles.details}>{details}</span>
      </span>
      {callable.length > 1 ? (
        <Menu
          label={label}
          placement="bottom end"
          trigger={<IconButton label={label} icon={<Phone className={styles.handset} />} />}
        >
          {entry.numbers.map(({ kind, number }) => (
            <MenuItem
              key={`${kind} ${number}`}
              icon={kind === 'fax' ? <Printer aria-hidden /> : <Phone aria-hidden />}
              description={t(`numberKind.${kind}`)}
              isDisabled={kind === 'fax'}
              onAction={() => call(number)}
            >
              {number}
            </MenuItem>
          ))}
        </Menu>
      ) : (
        <IconButton
          label={label}
          icon={<Phone className={styles.handset} />}
          isDisabled={first === undefined}
          onPress={() => first && call(first.number)}
        />
      )}
    </>
  );
}
