import { Phone, Search, SearchX } from 'lucide-react';
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'react-redux';
import type { JournalEntry } from '../../../protocol/rest.ts';
import { selectPartyName } from '../../../engine/state/selectors.ts';
import type { DomainState } from '../../../engine/state/types.ts';
import { useFormats } from '../../i18n/format.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Segments } from '../../ui/segments.tsx';
import { useDomain } from '../engine-context.tsx';
import { AreaHeader } from '../layout/area-header.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { useJournalMatches } from '../journal/use-journal-matches.ts';
import { PhoneBookRow } from '../phone-book/phone-book-row.tsx';
import { usePhoneBookMatches } from '../phone-book/use-phone-book-matches.ts';
import styles from './search-area.module.css';
import { findAll, maximumResults, type SearchResults } from './search-results.ts';

type Kind = keyof SearchResults | 'phoneBook' | 'journal';
type Tab = 'all' | Kind;
const tabs: readonly Tab[] = ['all', 'contacts', 'phoneBook', 'journal', 'messages'];

/** One field over contacts, phone book, journal and loaded messages, with counts (SEA-1, SEA-3). */
export function SearchArea() {
  const { t } = useTranslation('layout');
  const store = useStore<DomainState>();
  const [query, setQuery] = useState('');
  const [tab, setTab] = useState<Tab>('all');
  const asked = useDeferredValue(query);
  const results = useMemo(() => findAll(store.getState(), asked), [store, asked]);
  const phoneBook = usePhoneBookMatches(asked, maximumResults);
  const journal = useJournalMatches(asked, maximumResults);
  const found: Record<Kind, number> = {
    contacts: results.contacts.length,
    phoneBook: phoneBook.total,
    journal: journal.length,
    messages: results.messages.length,
  };
  const counts: Record<Tab, number> = { ...found, all: Object.values(found).reduce((sum, each) => sum + each, 0) };
  const shows = (kind: Kind): boolean => (tab === 'all' || tab === kind) && counts[kind] > 0;
  return (
    <>
      <AreaHeader title={t('search.title')} />
      <div className={styles.top}>
        <FilterField
          label={t('search.field')}
          clearLabel={t('search.clear')}
          value={query}
          onChange={setQuery}
          size="large"
          takeFocus
        />
        {asked.trim() !== '' && (
          <Segments
            label={t('search.tabs')}
            value={tab}
            onChange={setTab}
            options={tabs.map((value) => ({ value, text: `${t(`search.tab.${value}`)} ${counts[value]}` }))}
          />
        )}
      </div>
      <div className={styles.results} aria-live="polite">
        {asked.trim() === '' ? (
          <EmptyState icon={<Search />} title={t('search.emptyTitle')} hint={t('search.emptyHint')} />
        ) : tab === 'all' ? (
          counts.all === 0 && <Nothing />
        ) : (
          counts[tab] === 0 && <Nothing />
        )}
        {shows('contacts') && (
          <Section title={t('search.tab.contacts')}>
            {results.contacts.map((contact) => (
              <ContactResult key={contact.id} contact={contact} />
            ))}
          </Section>
        )}
        {shows('phoneBook') && (
          <Section title={t('search.tab.phoneBook')}>
            {phoneBook.entries.map((entry) => (
              <li key={entry.id} className={styles.row}>
                <PhoneBookRow entry={entry} />
              </li>
            ))}
          </Section>
        )}
        {shows('journal') && (
          <Section title={t('search.tab.journal')}>
            {journal.map((entry) => (
              <JournalResult key={entry.id} entry={entry} />
            ))}
          </Section>
        )}
        {shows('messages') && (
          <Section title={t('search.tab.messages')}>
            {results.messages.map((found) => (
              <MessageResult key={`${found.message.direction} ${found.message.id}`} found={found} />
            ))}
          </Section>
        )}
      </div>
    </>
  );
}

function Nothing() {
  const { t } = useTranslation('layout');
  return <EmptyState icon={<SearchX />} title={t('search.noneTitle')} hint={t('search.noneHint')} />;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className={styles.heading}>{title}</h2>
      <ul className={styles.list}>{children}</ul>
    </section>
  );
}

function ContactResult({ contact }: { contact: SearchResults['contacts'][number] }) {
  const { t } = useTranslation('contacts');
  const { openConversation, call } = useNavigation();
  return (
    <li className={styles.row}>
      <button type="button" className={styles.open} onClick={() => openConversation(contact.jid)}>
        <Avatar name={contact.name} url={contact.avatarUrl} availability={contact.availability} />
        <span className={styles.words}>
          <span className={styles.name}>{contact.name}</span>
          <span className={styles.details}>
            {contact.statusText || t(`availability.${contact.availability}`)} · {contact.extension}
          </span>
        </span>
      </button>
      <IconButton
        label={t('call', { name: contact.name })}
        icon={<Phone className={styles.handset} />}
        onPress={() => call(contact.extension)}
      />
    </li>
  );
}

function JournalResult({ entry }: { entry: JournalEntry }) {
  const { t } = useTranslation('journal');
  const formats = useFormats();
  const { call } = useNavigation();
  const known = useDomain(selectPartyName(entry.number));
  const name = known ?? entry.party.name ?? entry.number;
  const at = Date.parse(entry.startedAt);
  return (
    <li className={styles.row}>
      <Avatar name={name} />
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.details}>
          {t(`result.${entry.direction}.${entry.result}`)} · {entry.number}
        </span>
      </span>
      <time className={styles.time} dateTime={entry.startedAt}>
        {formats.stamp(at)}
      </time>
      <IconButton
        label={t('call', { name })}
        icon={<Phone className={styles.handset} />}
        isDisabled={entry.number === ''}
        onPress={() => call(entry.number)}
      />
    </li>
  );
}

function MessageResult({ found }: { found: SearchResults['messages'][number] }) {
  const { openConversation } = useNavigation();
  const formats = useFormats();
  const { message, contact } = found;
  const name = contact?.name ?? message.peer;
  return (
    <li className={styles.row}>
      <button type="button" className={styles.open} onClick={() => openConversation(message.peer)}>
        <Avatar name={name} url={contact?.avatarUrl ?? null} />
        <span className={styles.words}>
          <span className={styles.name}>{name}</span>
          <span className={styles.details}>{message.body}</span>
        </span>
        <time className={styles.time}>{formats.stamp(message.timestamp)}</time>
      </button>
    </li>
  );
}
