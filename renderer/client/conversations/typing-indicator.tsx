import { useTranslation } from 'react-i18next';
import type { BareJid } from '../../../protocol/identity.ts';
import { useDomain } from '../engine-context.tsx';
import styles from './typing-indicator.module.css';

/** Says that the other side is writing. Its line is always there, so that nothing jumps (CHA-3). */
export function TypingIndicator({ peer, name }: { peer: BareJid; name: string }) {
  const { t } = useTranslation('chat');
  const isTyping = useDomain((state) => state.conversations.byPeer[peer]?.peerTyping ?? false);
  return (
    <p className={styles.line} aria-live="polite">
      {isTyping && (
        <>
          <bdi className={styles.words}>{t('typing', { name })}</bdi>
          <span className={styles.dots} aria-hidden>
            <span />
            <span />
            <span />
          </span>
        </>
      )}
    </p>
  );
}
