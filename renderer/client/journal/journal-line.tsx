import { memo, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import {
  BookUser,
  Copy,
  Ellipsis,
  Grid3x3,
  Info,
  MessageCircle,
  Phone,
  PhoneForwarded,
  PhoneIncoming,
  PhoneMissed,
  PhoneOff,
  PhoneOutgoing,
  Printer,
  UserRoundPlus,
  Users,
  Voicemail,
} from 'lucide-react';
import type { JournalEntry } from '../../../protocol/rest.ts';
import { selectPartyName } from '../../../engine/state/selectors.ts';
import { IconButton } from '../../ui/button.tsx';
import { ContextMenu, Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { useFormats } from '../../i18n/format.ts';
import { copyText } from '../copy-text.ts';
import { contactOf } from '../../../engine/state/contacts.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { useEntryDialogs } from '../phone-book/entry-dialogs.tsx';
import { CallDetails } from './call-details.tsx';
import { isMissed } from './journal-filter.ts';
import styles from './journal-line.module.css';
import { journalTone, talkText } from './journal-rows.ts';

const iconOf = (entry: JournalEntry) => {
  if (entry.kind === 'fax') return <Printer aria-hidden />;
  if (isMissed(entry)) return <PhoneMissed aria-hidden />;
  if (entry.result === 'voicemail') return <Voicemail aria-hidden />;
  if (entry.result === 'transferred') return <PhoneForwarded aria-hidden />;
  if (entry.direction === 'incoming' && entry.result === 'takenByColleague') return <Users aria-hidden />;
  if (entry.direction === 'outgoing') return <PhoneOutgoing aria-hidden />;
  return entry.result === 'rejected' || entry.result === 'failed' ? (
    <PhoneOff aria-hidden />
  ) : (
    <PhoneIncoming aria-hidden />
  );
};

/** One call: icon and colour by result, who, when, how long; handset calls back, the menu does the rest (JOU-1, JOU-3). */
export const JournalLine = memo(function JournalLine({ entry }: { entry: JournalEntry }) {
  const { t } = useTranslation('journal');
  const formats = useFormats();
  const navigation = useNavigation();
  const { phoneBook } = useCommands();
  const { showEntry, newEntry } = useEntryDialogs();
  const [showsDetails, setShowsDetails] = useState(false);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const { userId } = entry.party;
  const phone = useDomain((state) =>
    userId === null ? 'unknown' : (contactOf(state.contacts, userId)?.phone ?? 'unknown'),
  );
  const jid = useDomain((state) => (userId === null ? null : (contactOf(state.contacts, userId)?.jid ?? null)));
  const contactName = useDomain((state) =>
    userId === null ? null : (contactOf(state.contacts, userId)?.name ?? null),
  );

  const startedAt = Date.parse(entry.startedAt);
  // The phone book may know more, or another name, than was told when the call came (TEL-2).
  const known = useDomain(selectPartyName(entry.number));
  const listed = useDomain((state) => state.phoneBook.parties[entry.number]) ?? null;
  const name = contactName ?? known ?? entry.party.name;
  const title = name ?? (entry.number === '' ? t('unknownParty') : entry.number);
  const result = t(`result.${entry.direction}.${entry.result}`);
  const talked = talkText(entry.durationSeconds);
  const duration = talked === null ? null : t(talked.key, talked.values);
  const details = [name !== null && entry.number, duration ?? result].filter(Boolean).join(' · ');
  const copyDetails = [`${formats.day(startedAt)}, ${formats.time(startedAt)}`, result, name, entry.number, duration];
  const hasNumber = entry.number !== '';
  const openEntry = async (id: string): Promise<void> => {
    const answer = await phoneBook.entry(id);
    if (answer.ok) showEntry(answer.value);
  };
  const createEntry = () =>
    newEntry({
      ...(entry.party.name === null ? {} : { name: entry.party.name }),
      numbers: [{ kind: 'office', number: entry.number }],
    });
  const copy = (text: string) => void copyText(text);

  const items = (
    <>
      {hasNumber && (
        <MenuItem icon={<Phone aria-hidden />} onAction={() => navigation.call(entry.number)}>
          {t('menu.call')}
        </MenuItem>
      )}
      {jid !== null && (
        <MenuItem icon={<MessageCircle aria-hidden />} onAction={() => navigation.openConversation(jid)}>
          {t('menu.chat')}
        </MenuItem>
      )}
      {hasNumber && (
        <MenuItem icon={<Grid3x3 aria-hidden />} onAction={() => navigation.fillDialField(entry.number)}>
          {t('menu.toField')}
        </MenuItem>
      )}
      {hasNumber && (
        <MenuItem icon={<Copy aria-hidden />} onAction={() => copy(entry.number)}>
          {t('menu.copyNumber')}
        </MenuItem>
      )}
      <MenuItem icon={<Copy aria-hidden />} onAction={() => copy(copyDetails.filter(Boolean).join('\n'))}>
        {t('menu.copyDetails')}
      </MenuItem>
      <MenuSeparator />
      {listed !== null && (
        <MenuItem icon={<BookUser aria-hidden />} onAction={() => void openEntry(listed.entryId)}>
          {t('menu.showEntry')}
        </MenuItem>
      )}
      {hasNumber && userId === null && listed === null && entry.kind !== 'service' && (
        <MenuItem icon={<UserRoundPlus aria-hidden />} onAction={createEntry}>
          {t('menu.newEntry')}
        </MenuItem>
      )}
      <MenuItem icon={<Info aria-hidden />} onAction={() => setShowsDetails(true)}>
        {t('menu.details')}
      </MenuItem>
    </>
  );
  return (
    <div
      className={styles.line}
      role="row"
      tabIndex={-1}
      data-missed={isMissed(entry) || undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenuAt({ x: event.clientX, y: event.clientY });
      }}
    >
      <span className={styles.icon} role="gridcell" data-tone={journalTone(entry)} title={result}>
        {iconOf(entry)}
        <VisuallyHidden>{result}</VisuallyHidden>
      </span>
      <span className={styles.who} role="gridcell">
        <bdi className={styles.name}>{title}</bdi>
        <span className={styles.details}>{details}</span>
      </span>
      {isMissed(entry) && !entry.seen && (
        <span className={styles.unseen} role="gridcell">
          <VisuallyHidden>{t('unseen')}</VisuallyHidden>
        </span>
      )}
      <span className={styles.time} role="gridcell">
        <time dateTime={entry.startedAt}>{formats.time(startedAt)}</time>
      </span>
      <span className={styles.actions} role="gridcell">
        <span className={styles.more}>
          <Menu
            label={t('more', { name: title })}
            placement="bottom end"
            trigger={<IconButton label={t('more', { name: title })} icon={<Ellipsis />} />}
          >
            {items}
          </Menu>
        </span>
        {hasNumber && (
          <span className={styles.handset} data-phone={phone}>
            <IconButton
              label={t('call', { name: title })}
              icon={<Phone />}
              onPress={() => navigation.call(entry.number)}
            />
          </span>
        )}
      </span>
      {showsDetails &&
        createPortal(<CallDetails entry={entry} title={title} onClose={() => setShowsDetails(false)} />, document.body)}
      {/* Outside of the row: inside of what is transformed, a fixed place counts from there. */}
      {menuAt !== null &&
        createPortal(
          <ContextMenu at={menuAt} onClose={() => setMenuAt(null)} label={t('more', { name: title })}>
            {items}
          </ContextMenu>,
          document.body,
        )}
    </div>
  );
});
