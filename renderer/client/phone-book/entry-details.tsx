import { Building2, Mail, Pencil, Phone, Printer, Star, StarOff, Trash2 } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneBookEntry } from '../../../protocol/phone-book.ts';
import { selectPhoneBookRevision, selectSession } from '../../../engine/state/selectors.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import styles from './entry-details.module.css';

interface EntryDetailsProps {
  /** As it was when it was opened; the newest version is read. */
  entry: PhoneBookEntry;
  onClose: () => void;
  onEdit: (entry: PhoneBookEntry) => void;
  onRemoved: (entry: PhoneBookEntry) => void;
}

/** All of one entry, with calling, writing, editing and deleting (PHB-1, PHB-3). */
export function EntryDetails({ entry: opened, onClose, onEdit, onRemoved }: EntryDetailsProps) {
  const { t } = useTranslation('phoneBook');
  const { phoneBook } = useCommands();
  const { call } = useNavigation();
  const mayEdit = useMayEdit(opened);
  const [entry, setEntry] = useState(opened);
  const [failure, setFailure] = useState<string | null>(null);
  const revision = useDomain(selectPhoneBookRevision);
  useEffect(() => {
    let isCurrent = true;
    void phoneBook.entry(opened.id).then((answer) => {
      if (isCurrent && answer.ok) setEntry(answer.value);
    });
    return () => {
      isCurrent = false;
    };
  }, [phoneBook, opened.id, revision]);

  const remove = async (): Promise<void> => {
    const outcome = await phoneBook.remove(entry);
    if (outcome.ok) onRemoved(entry);
    else setFailure(t(`${outcome.failure.code}.title`, { ns: 'errors' }));
  };
  const callAndClose = (number: string): void => {
    onClose();
    call(number);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={entry.name}
      actions={
        <>
          {mayEdit && (
            <span className={styles.remove}>
              <IconButton label={t('remove')} icon={<Trash2 />} onPress={() => void remove()} />
            </span>
          )}
          {mayEdit && (
            <Button icon={<Pencil />} onPress={() => onEdit(entry)}>
              {t('edit')}
            </Button>
          )}
          <Button kind="primary" onPress={onClose}>
            {t('close')}
          </Button>
        </>
      }
    >
      <div className={styles.head}>
        <Avatar name={entry.name} url={entry.picture} size="large" />
        <div className={styles.words}>
          {entry.company !== null && (
            <p className={styles.company}>
              <Building2 aria-hidden />
              {entry.company}
            </p>
          )}
          <p className={styles.book}>
            {entry.source === null ? t(`bookOf.${entry.book}`) : t('bookOf.directory', { name: entry.source })}
          </p>
        </div>
        <Button
          icon={entry.favourite ? <StarOff /> : <Star />}
          onPress={() => void phoneBook.setFavourite(entry.id, !entry.favourite)}
        >
          {t(entry.favourite ? 'unstar' : 'star')}
        </Button>
      </div>
      <ul className={styles.lines}>
        {entry.numbers.map(({ kind, number }, at) => (
          <Line
            key={`${at} ${number}`}
            icon={kind === 'fax' ? <Printer aria-hidden /> : <Phone aria-hidden className={styles.handset} />}
            kind={t(`numberKind.${kind}`)}
            text={number}
            {...(kind === 'fax' ? {} : { label: t('call', { name: number }), onPress: () => callAndClose(number) })}
          />
        ))}
        {entry.emails.map((email) => (
          <Line
            key={email}
            icon={<Mail aria-hidden />}
            kind={t('field.emails')}
            text={email}
            href={`mailto:${encodeURIComponent(email).replace('%40', '@')}`}
            label={t('writeTo', { name: email })}
          />
        ))}
      </ul>
      {entry.labels.length > 0 && (
        <ul className={styles.labels} aria-label={t('field.labels')}>
          {entry.labels.map((label) => (
            <li key={label}>{label}</li>
          ))}
        </ul>
      )}
      {entry.note !== '' && <p className={styles.note}>{entry.note}</p>}
      {failure !== null && (
        <p className={styles.failure} role="alert">
          {failure}
        </p>
      )}
    </Dialog>
  );
}

interface LineProps {
  icon: ReactNode;
  kind: string;
  text: string;
  label?: string;
  onPress?: () => void;
  href?: string;
}

/** A number or an address; where something can be done with it, the whole line does it. */
function Line({ icon, kind, text, label, onPress, href }: LineProps) {
  const content = (
    <>
      {icon}
      <span className={styles.value}>
        <bdi>{text}</bdi>
        <span className={styles.kind}>{kind}</span>
      </span>
    </>
  );
  return (
    <li>
      {href !== undefined ? (
        <a className={styles.line} href={href} aria-label={label}>
          {content}
        </a>
      ) : onPress ? (
        <button type="button" className={styles.line} aria-label={label} onClick={onPress}>
          {content}
        </button>
      ) : (
        <span className={styles.line}>{content}</span>
      )}
    </li>
  );
}

/** PHB-2: the own entries, and those of the company with the right to it; never those of a directory. */
function useMayEdit({ book, source }: PhoneBookEntry): boolean {
  const session = useDomain(selectSession);
  const editsCompany = session.phase === 'loggedIn' && session.provisioning.features.editsCompanyPhoneBook;
  return source === null && (book === 'private' || editsCompany);
}
