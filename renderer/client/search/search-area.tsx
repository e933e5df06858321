import { Phone, Search, SearchX } from 'lucide-react';
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'react-redux';
import type { DomainState } from '../../../engine/state/types.ts';
import { useFormats } from '../../i18n/format.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Segments } from '../../ui/segments.tsx';
import { AreaHeader } from '../layout/area-header.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { PhoneBookRow } from '../phone-book/phone-book-area.tsx';
import styles from './search-area.module.css';
import { findAll, type SearchResults } from './search-results.ts';

type Tab = 'all' | keyof SearchResults;
const tabs: readonly Tab[] = ['all', 'contacts', 'phoneBook', 'messages'];

/** One field over contacts, phone book and loaded messages, with counts (SEA-1, SEA-3). */
export function SearchArea() {
  const { t } = useTranslation('layout');
  const store = useStore<DomainState>();
  const [query, setQuery] = useState('');
  const [tab, setTab] = useState<Tab>('all');
  const asked = useDeferredValue(query);
  const results = useMemo(() => findAll(store.getState(), asked), [store, asked]);
  const counts = {
    contacts: results.contacts.length,
    phoneBook: results.phoneBook.length,
    messages: results.messages.length,
    all: results.contacts.length + results.phoneBook.length + results.messages.length,
  };
  const shows = (kind: keyof SearchResults): boolean => (tab === 'all' || tab === kind) && counts[kind] > 0;
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
            {results.phoneBook.map((entry) => (
              <li key={entry.id} className={styles.row}>
                <PhoneBookRow entry={entry} />
              </li>
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
        <time className={styles.time}>
          {formats.day(message.timestamp)}, {formats.time(message.timestamp)}
        </time>
      </button>
    </li>
  );
}
