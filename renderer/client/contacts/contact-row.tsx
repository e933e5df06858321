import { Phone, Smartphone, Star } from 'lucide-react';
import { memo, useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserId } from '../../../protocol/identity.ts';
import type { Settings } from '../../../protocol/settings.ts';
import { selectContactById, selectUnreadCount } from '../../../engine/state/selectors.ts';
import { Avatar, PresenceDot } from '../../ui/avatar.tsx';
import { Badge } from '../../ui/badge.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import type { ContactMenuTarget } from './contact-menu.tsx';
import styles from './contact-row.module.css';

interface ContactRowProps {
  id: UserId;
  /** Place in the list, in CSS pixels. */
  top: number;
  height: number;
  rowIndex: number;
  style: Settings['contactStyle'];
  /** The row that the Tab key reaches. */
  isActive: boolean;
  /** Peer of the conversation in front. */
  openPeer: string | undefined;
  onActivate: (id: UserId) => void;
  onMenu: (target: ContactMenuTarget) => void;
}

const longPressMilliseconds = 500;

/** One contact (CON-3). Subscribes to its own contact, so that a change elsewhere does not render it. */
export const ContactRow = memo(function ContactRow(props: ContactRowProps) {
  const { id, top, height, rowIndex, style, isActive, openPeer, onActivate, onMenu } = props;
  const { t } = useTranslation('contacts');
  const contact = useDomain(selectContactById(id));
  const unread = useDomain(selectUnreadCount(contact?.jid ?? ''));
  const commands = useCommands();
  const { openConversation, call } = useNavigation();
  const press = useLongPress((at) => onMenu({ id, at }));
  if (contact === null) return null;

  const state = contact.statusText || t(`availability.${contact.availability}`);
  const openMenuByKey = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      moveInRow(event);
      return;
    }
    if (event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    onMenu({ id, at: { x: box.left + 48, y: box.bottom - 8 } });
  };
  const openMenuByPointer = (event: MouseEvent): void => {
    event.preventDefault();
    // The menu key raises this event as well, without a place.
    if (event.clientX !== 0 || event.clientY !== 0) onMenu({ id, at: { x: event.clientX, y: event.clientY } });
  };
  return (
    <div
      className={styles.row}
      style={{ top, height }}
      role="row"
      tabIndex={-1}
      aria-rowindex={rowIndex}
      aria-selected={openPeer === contact.jid}
      data-id={id}
      data-contact={contact.name}
      data-availability={contact.availability}
      data-phone={contact.phone}
      data-style={style}
      onContextMenu={openMenuByPointer}
      onKeyDown={openMenuByKey}
      onFocus={() => onActivate(id)}
      {...press.handlers}
    >
      <span role="gridcell" className={styles.cell}>
        <button
          type="button"
          className={styles.open}
          data-open
          tabIndex={isActive ? 0 : -1}
          onClick={() => !press.wasLong() && openConversation(contact.jid)}
        >
          {style === 'details' ? (
            <Avatar name={contact.name} url={contact.avatarUrl} availability={contact.availability} />
          ) : (
            <PresenceDot availability={contact.availability} inline />
          )}
          <span className={styles.words}>
            <span className={styles.name}>{contact.name}</span>
            <span className={styles.state}>
              {contact.deviceKind === 'mobile' && <Smartphone aria-label={t('device.mobile')} />}
              {style === 'details' && <span className={styles.text}>{state}</span>}
              <span className={styles.extension}>
                {style === 'details' ? '· ' : ''}
                {contact.extension}
              </span>
            </span>
          </span>
          <Badge count={unread} label={t('unread', { count: unread })} />
        </button>
      </span>
      <span role="gridcell">
        <button
          type="button"
          className={styles.phone}
          data-phone-state={contact.phone}
          tabIndex={-1}
          aria-label={t('callNow', { name: contact.name, phone: t(`phone.${contact.phone}`) })}
          title={t(`phone.${contact.phone}`)}
          onClick={() => call(contact.extension)}
        >
          <Phone aria-hidden />
        </button>
      </span>
      <span role="gridcell">
        <button
          type="button"
          className={styles.star}
          tabIndex={-1}
          aria-pressed={contact.favourite}
          aria-label={t('favouriteOf', { name: contact.name })}
          title={t(contact.favourite ? 'removeFavourite' : 'addFavourite')}
          onClick={() => void commands.setFavourite(id, !contact.favourite)}
        >
          <Star aria-hidden />
        </button>
      </span>
    </div>
  );
});

/** Left and right go through the buttons of the row. */
export const moveInRow = (event: KeyboardEvent<HTMLElement>): void => {
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const next = buttons[at + (event.key === 'ArrowRight' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
};

/** A finger that stays opens the menu (MOB-3); the click that follows it is not one. */
function useLongPress(onLongPress: (at: { x: number; y: number }) => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const long = useRef(false);
  const cancel = (): void => clearTimeout(timer.current);
  return {
    wasLong: () => long.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        long.current = false;
        cancel();
        if (event.pointerType !== 'touch') return;
        const at = { x: event.clientX, y: event.clientY };
        timer.current = setTimeout(() => {
          long.current = true;
          onLongPress(at);
        }, longPressMilliseconds);
      },
      onPointerUp: cancel,
      onPointerCancel: cancel,
      onPointerLeave: cancel,
    },
  };
}
