import { useRef, useState } from 'react';
import { ChevronDown, ImageOff, ImageUp, Laptop, Pencil } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { availabilitySchema, type Availability } from '../../../protocol/identity.ts';
import { selectContactById, selectSession, selectUnreadTotal } from '../../../engine/state/selectors.ts';
import type { Outcome } from '../../../engine/client/commands.ts';
import { Avatar, PresenceDot } from '../../ui/avatar.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import styles from './own-profile.module.css';
import { StatusTextDialog } from './status-text-dialog.tsx';

/** Who the user is and how available: picture, name, availability menu, extension (CON-1, CON-2). */
export function OwnProfile() {
  const { t } = useTranslation(['contacts', 'errors']);
  const commands = useCommands();
  const session = useDomain(selectSession);
  const chat = useDomain((state) => state.connection.xmpp.phase);
  const picture = useRef<HTMLInputElement>(null);
  const [editsTexts, setEditsTexts] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const own = useDomain(selectContactById(session.phase === 'loggedIn' ? session.user.id : ''));
  if (session.phase !== 'loggedIn') return null;
  const { user, profile } = session;
  const { availability, statusTexts } = profile;
  const url = own?.avatarUrl ?? null;

  const tell = (outcome: Outcome): void =>
    setFailure(outcome.ok ? null : t(`${outcome.failure.code}.title`, { ns: 'errors' }));
  const choose = (state: Availability): void => void commands.setAvailability(state).then(tell);
  const upload = (file: File | undefined): void => {
    if (file) void commands.setAvatar(file).then(tell);
  };
  return (
    <section className={styles.profile} aria-label={t('profile.label')}>
      <UnreadPicture name={user.name} url={url} availability={chat === 'up' ? availability : 'offline'} />
      <div className={styles.facts}>
        <h1 className={styles.name}>{user.name}</h1>
        <Menu
          label={t('profile.menu')}
          trigger={
            <AriaButton
              className={styles.availability}
              aria-label={t('profile.menuNow', { state: t(`availability.${availability}`) })}
            >
              <PresenceDot availability={availability} inline />
              <span>{statusTexts[availability] || t(`availability.${availability}`)}</span>
              <ChevronDown aria-hidden />
            </AriaButton>
          }
        >
          {availabilitySchema.options.map((state) => (
            <MenuItem
              key={state}
              icon={<PresenceDot availability={state} inline />}
              description={statusTexts[state] || undefined}
              isChosen={state === availability}
              onAction={() => choose(state)}
            >
              {t(`availability.${state}`)}
            </MenuItem>
          ))}
          <MenuSeparator />
          <MenuItem icon={<Pencil aria-hidden />} onAction={() => setEditsTexts(true)}>
            {t('profile.editTexts')}
          </MenuItem>
          <MenuItem icon={<ImageUp aria-hidden />} onAction={() => picture.current?.click()}>
            {t('profile.changePicture')}
          </MenuItem>
          {url !== null && (
            <MenuItem icon={<ImageOff aria-hidden />} onAction={() => void commands.setAvatar(null).then(tell)}>
              {t('profile.removePicture')}
            </MenuItem>
          )}
        </Menu>
        <p className={styles.extension}>
          <Laptop aria-hidden />
          <span aria-label={t('profile.extension', { number: user.extension })}>{user.extension}</span>
        </p>
      </div>
      <input
        ref={picture}
        className={styles.file}
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-hidden
        onChange={(event) => {
          upload(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      {failure !== null && (
        <p className={styles.failure} role="alert">
          {failure}
        </p>
      )}
      {editsTexts && <StatusTextDialog profile={profile} onClose={() => setEditsTexts(false)} />}
    </section>
  );
}

interface UnreadPictureProps {
  name: string;
  url: string | null;
  availability: Availability | 'offline';
}

/** The own picture with the sum of unread messages; a press shows the contacts they are from, another all again. */
function UnreadPicture({ name, url, availability }: UnreadPictureProps) {
  const { t } = useTranslation('contacts');
  const { contactFilter, filterContacts } = useNavigation();
  const unread = useDomain(selectUnreadTotal);
  const isFiltered = contactFilter === 'unread';
  return (
    <button
      type="button"
      className={styles.picture}
      aria-pressed={isFiltered}
      aria-label={t('profile.unreadFilter', { count: unread })}
      title={t('profile.unreadFilter', { count: unread })}
      onClick={() => filterContacts(isFiltered ? 'all' : 'unread')}
    >
      <Avatar name={name} url={url} size="large" availability={availability} />
      {unread > 0 && (
        <span className={styles.badge} aria-hidden>
          <Badge count={unread} />
        </span>
      )}
    </button>
  );
}
