import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Phone, X } from 'lucide-react';
import type { BareJid } from '../../../protocol/identity.ts';
import { selectContactByJid } from '../../../engine/state/selectors.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/button.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import styles from './chat.module.css';
import { Compose } from './compose.tsx';
import { MessageList, type MessageListHandle } from './message-list.tsx';
import { localPart } from './peer.ts';

interface ChatProps {
  peer: BareJid;
  /** Chosen last: its field takes the focus. */
  isNewest: boolean;
}

/** One conversation: header, messages, field. Each part reads its own state, so typing renders the field alone. */
export function Chat({ peer, isNewest }: ChatProps) {
  const { t } = useTranslation('chat');
  const commands = useCommands();
  const list = useRef<MessageListHandle>(null);
  const name = useDomain((state) => selectContactByJid(peer)(state)?.name) ?? localPart(peer);
  useEffect(() => {
    void commands.openConversation(peer);
    return () => commands.leaveConversation(peer);
  }, [commands, peer]);
  return (
    <section className={styles.chat} aria-label={t('conversationWith', { name })}>
      <ChatHeader peer={peer} name={name} />
      <MessageList ref={list} peer={peer} name={name} />
      <Compose
        peer={peer}
        name={name}
        takesFocus={isNewest}
        onScrollPages={(pages) => list.current?.scrollPages(pages)}
      />
    </section>
  );
}

function ChatHeader({ peer, name }: { peer: BareJid; name: string }) {
  const { t } = useTranslation('chat');
  const { call, closeConversation } = useNavigation();
  const contact = useDomain((state) => selectContactByJid(peer)(state));
  const availability = contact?.availability ?? 'unknown';
  const words = contact?.statusText || t(`availability.${availability}`);
  return (
    <header className={styles.header}>
      <Avatar name={name} url={contact?.avatarUrl ?? null} availability={availability} />
      <div className={styles.who}>
        <h2 className={styles.name} dir="auto">
          {name}
        </h2>
        <p className={styles.status}>
          <bdi>{words}</bdi>
          {contact && ` · ${contact.extension}`}
        </p>
      </div>
      {contact && <IconButton label={t('call', { name })} icon={<Phone />} onPress={() => call(contact.extension)} />}
      <IconButton label={t('close')} icon={<X />} onPress={() => closeConversation(peer)} />
    </header>
  );
}
