import { Phone, Printer, Star } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneBookEntry } from '../../../protocol/phone-book.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { useCommands } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { useEntryDialogs } from './entry-dialogs.tsx';
import styles from './phone-book-row.module.css';

/** One entry: opens with a press, calls with the handset, and with the star it stands among the contacts (PHB-3). */
export const PhoneBookRow = memo(function PhoneBookRow({ entry }: { entry: PhoneBookEntry }) {
  const { t } = useTranslation('phoneBook');
  const { phoneBook } = useCommands();
  const { showEntry } = useEntryDialogs();
  const [first] = entry.numbers.filter(({ kind }) => kind !== 'fax');
  const details = [entry.company, first?.number ?? entry.numbers[0]?.number ?? entry.emails[0]];
  return (
    <>
      <button type="button" className={styles.open} data-open onClick={() => showEntry(entry)}>
        <Avatar name={entry.name} url={entry.picture} />
        <span className={styles.words}>
          <span className={styles.name}>
            <bdi>{entry.name}</bdi>
            {entry.book === 'private' && <span className={styles.tag}>{t('book.private')}</span>}
          </span>
          <span className={styles.details}>{details.filter(Boolean).join(' · ')}</span>
        </span>
      </button>
      <CallButton entry={entry} />
      <button
        type="button"
        className={styles.star}
        aria-pressed={entry.favourite}
        aria-label={t('favouriteOf', { name: entry.name })}
        title={t(entry.favourite ? 'removeFavourite' : 'addFavourite')}
        onClick={() => void phoneBook.setFavourite(entry.id, !entry.favourite)}
      >
        <Star aria-hidden />
      </button>
    </>
  );
});

/** The handset; with several numbers it asks which one. */
export function CallButton({ entry }: { entry: PhoneBookEntry }) {
  const { t } = useTranslation('phoneBook');
  const { call } = useNavigation();
  const callable = entry.numbers.filter(({ kind }) => kind !== 'fax');
  const [first] = callable;
  const label = t('call', { name: entry.name });
  const handset = <Phone className={styles.handset} />;
  if (callable.length < 2)
    return (
      <IconButton
        label={label}
        icon={handset}
        isDisabled={first === undefined}
        onPress={() => first && call(first.number)}
      />
    );
  return (
    <Menu label={label} placement="bottom end" trigger={<IconButton label={label} icon={handset} />}>
      {entry.numbers.map(({ kind, number }, at) => (
        <MenuItem
          key={`${at} ${number}`}
          icon={kind === 'fax' ? <Printer aria-hidden /> : <Phone aria-hidden />}
          description={t(`numberKind.${kind}`)}
          isDisabled={kind === 'fax'}
          onAction={() => call(number)}
        >
          {number}
        </MenuItem>
      ))}
    </Menu>
  );
}
