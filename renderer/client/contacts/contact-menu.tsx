import {
  BellOff,
  BellRing,
  Copy,
  MessageCircle,
  Phone,
  PhoneForwarded,
  Star,
  StarOff,
  TextCursorInput,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { UserId } from '../../../protocol/identity.ts';
import { selectContactById, selectPickUp } from '../../../engine/state/selectors.ts';
import { ContextMenu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';

export interface ContactMenuTarget {
  id: UserId;
  /** Where the menu opens, in the window's pixels. */
  at: { x: number; y: number };
}

/** The context menu of a contact (CON-7). */
export function ContactMenu({ target, onClose }: { target: ContactMenuTarget | null; onClose: () => void }) {
  const { t } = useTranslation('contacts');
  const contact = useDomain(selectContactById(target?.id ?? ''));
  const pickUp = useDomain(selectPickUp(target?.id ?? ''));
  const commands = useCommands();
  const { call, openConversation, fillDialField, transferring } = useNavigation();
  const wantsCallBack = useDomain((state) => state.notices.callBacks.includes(target?.id ?? ''));
  return (
    <ContextMenu at={contact && target ? target.at : null} onClose={onClose} label={contact?.name ?? ''}>
      {contact && (
        <>
          {pickUp && (
            <MenuItem icon={<PhoneForwarded aria-hidden />} onAction={() => void commands.pickUp(contact.id)}>
              {t('menu.pickUp')}
            </MenuItem>
          )}
          <MenuItem icon={<Phone aria-hidden />} onAction={() => call(contact.extension)}>
            {t(transferring === null ? 'menu.call' : 'menu.transferHere')}
          </MenuItem>
          {(wantsCallBack || contact.phone === 'busy' || contact.phone === 'ringing') && (
            <MenuItem
              icon={wantsCallBack ? <BellOff aria-hidden /> : <BellRing aria-hidden />}
              onAction={() => commands.notices.callBackWhenFree(contact.id, !wantsCallBack)}
            >
              {t(wantsCallBack ? 'menu.noCallBack' : 'menu.callBackWhenFree')}
            </MenuItem>
          )}
          <MenuItem icon={<MessageCircle aria-hidden />} onAction={() => openConversation(contact.jid)}>
            {t('menu.chat')}
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={<TextCursorInput aria-hidden />} onAction={() => fillDialField(contact.extension)}>
            {t('menu.toDialField')}
          </MenuItem>
          <MenuItem icon={<Copy aria-hidden />} onAction={() => void navigator.clipboard.writeText(contact.extension)}>
            {t('menu.copyNumber')}
          </MenuItem>
          <MenuItem
            icon={contact.favourite ? <StarOff aria-hidden /> : <Star aria-hidden />}
            onAction={() => void commands.setFavourite(contact.id, !contact.favourite)}
          >
            {t(contact.favourite ? 'removeFavourite' : 'addFavourite')}
          </MenuItem>
        </>
      )}
    </ContextMenu>
  );
}
