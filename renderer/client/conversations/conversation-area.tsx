import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MessagesSquare } from 'lucide-react';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { Chat } from './chat.tsx';
import styles from './conversation-area.module.css';
import { columnsFor } from './timeline.ts';

/** The open conversations side by side, as many as have room; the one chosen last is always among them (CHA-1). */
export function ConversationArea() {
  const { t } = useTranslation('chat');
  const { openPeers } = useNavigation();
  const area = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!area.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(area.current);
    setWidth(area.current.clientWidth);
    return () => observer.disconnect();
  }, []);
  const newest = openPeers.at(-1);
  const visible = openPeers.slice(-columnsFor(width, openPeers.length));
  return (
    <section ref={area} className={styles.area} aria-label={t('area')}>
      {newest === undefined ? (
        <EmptyState icon={<MessagesSquare />} title={t('noneOpenTitle')} hint={t('noneOpenHint')} />
      ) : (
        visible.map((peer) => <Chat key={peer} peer={peer} isNewest={peer === newest} />)
      )}
    </section>
  );
}
