import { useRef, useState } from 'react';
import { Funnel } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ContactFilter } from '../../../engine/state/contact-order.ts';
import type { Settings } from '../../../protocol/settings.ts';
import { IconButton } from '../../ui/button.tsx';
import { FilterField } from '../../ui/filter-field.tsx';
import { Menu, MenuItem, MenuSection } from '../../ui/menu.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { OwnProfile } from '../profile/own-profile.tsx';
import styles from './contact-column.module.css';
import { ContactList, type ContactListHandle } from './contact-list.tsx';

const filters: readonly ContactFilter[] = ['all', 'online', 'unread', 'favourites'];
const sorts: readonly Settings['contactSort'][] = ['name', 'availability', 'activity'];
const contactStyles: readonly Settings['contactStyle'][] = ['details', 'list'];

/** Profile, filter field and the list of contacts (LAY-9). */
export function ContactColumn() {
  const { t } = useTranslation('contacts');
  const [query, setQuery] = useState('');
  const list = useRef<ContactListHandle>(null);
  return (
    <>
      <OwnProfile />
      <div className={styles.filter}>
        <FilterField
          label={t('filter')}
          clearLabel={t('clear')}
          value={query}
          onChange={setQuery}
          onSubmit={() => list.current?.openFirst()}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            list.current?.focus();
          }}
        />
        <ListMenu />
      </div>
      <ContactList ref={list} query={query} clearQuery={() => setQuery('')} />
    </>
  );
}

/** Which contacts, in which order and in which style (CON-4 to CON-6). */
function ListMenu() {
  const { t } = useTranslation('contacts');
  const commands = useCommands();
  const { contactFilter, filterContacts } = useNavigation();
  const { contactSort, contactStyle } = useDomain((state) => state.settings);
  return (
    <Menu
      label={t('listMenu')}
      placement="bottom end"
      trigger={<IconButton label={t('listMenu')} icon={<Funnel />} kind={contactFilter === 'all' ? 'plain' : 'soft'} />}
    >
      <MenuSection title={t('show.title')}>
        {filters.map((filter) => (
          <MenuItem key={filter} isChosen={filter === contactFilter} onAction={() => filterContacts(filter)}>
            {t(`show.${filter}`)}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection title={t('sort.title')}>
        {sorts.map((sort) => (
          <MenuItem
            key={sort}
            isChosen={sort === contactSort}
            onAction={() => void commands.updateSettings({ contactSort: sort })}
          >
            {t(`sort.${sort}`)}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection title={t('style.title')}>
        {contactStyles.map((style) => (
          <MenuItem
            key={style}
            isChosen={style === contactStyle}
            onAction={() => void commands.updateSettings({ contactStyle: style })}
          >
            {t(`style.${style}`)}
          </MenuItem>
        ))}
      </MenuSection>
    </Menu>
  );
}
