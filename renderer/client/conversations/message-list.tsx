import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type Ref,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, MessageCircle } from 'lucide-react';
import type { ArchivedMessage } from '../../../protocol/archive.ts';
import type { BareJid } from '../../../protocol/identity.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { useFormats } from '../../i18n/format.ts';
import { namedDay } from '../day.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNow } from '../use-now.ts';
import { Message } from './message.tsx';
import styles from './message-list.module.css';
import { buildTimeline, type TimelineRow } from './timeline.ts';
import { TypingIndicator } from './typing-indicator.tsx';
import { useReadMark } from './use-read-mark.ts';

export interface MessageListHandle {
  /** Scrolls by so many screens; negative towards older messages. */
  scrollPages(pages: number): void;
}
interface MessageListProps {
  peer: BareJid;
  name: string;
  ref: Ref<MessageListHandle>;
}

const none: ArchivedMessage[] = [];
const estimates: Record<TimelineRow['kind'], number> = { day: 44, unread: 36, message: 42 };
/** Older messages are asked for while there are still some rows to scroll. */
const reserve = 12;
const endThreshold = 48;
/** Pixels at the top that the first separator takes. */
const topReach = 64;

/**
 * The messages of a conversation, drawn only where they are seen. Stays at the end while new ones arrive there, and
 * keeps the place of what is read when older ones come in above (CHA-3).
 */
export function MessageList({ peer, name, ref }: MessageListProps) {
  const { t } = useTranslation('chat');
  const commands = useCommands();
  const formats = useFormats();
  const now = useNow(60_000);
  const messages = useDomain((state) => state.conversations.byPeer[peer]?.messages ?? none);
  const history = useDomain((state) => state.conversations.byPeer[peer]?.history ?? 'unloaded');
  const unread = useDomain((state) => state.conversations.byPeer[peer]?.unread ?? 0);
  const firstUnreadId = useDomain((state) => state.conversations.byPeer[peer]?.firstUnreadId ?? null);
  const rows = useMemo(() => buildTimeline(messages, firstUnreadId), [messages, firstUnreadId]);
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimates[rows[index]?.kind ?? 'message'],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endThreshold,
    paddingStart: 16,
    paddingEnd: 4,
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  const unreadIndex = useMemo(() => rows.findIndex((row) => row.kind === 'unread'), [rows]);

  const placed = useRef(false);
  useLayoutEffect(() => {
    if (placed.current || rows.length === 0) return;
    placed.current = true;
    if (unreadIndex > 0) virtualizer.scrollToIndex(unreadIndex, { align: 'center' });
    else virtualizer.scrollToEnd();
  }, [rows.length, unreadIndex, virtualizer]);

  // What one writes oneself is always seen, wherever one was reading.
  const newest = messages.at(-1);
  const lastSeen = useRef(newest?.id);
  useLayoutEffect(() => {
    if (newest?.id === lastSeen.current) return;
    lastSeen.current = newest?.id;
    if (newest?.direction === 'out' && placed.current) virtualizer.scrollToEnd();
  }, [newest, virtualizer]);

  // At the very top the anchor would be the first day's separator, which goes when older messages come in above it.
  const oldest = messages[0]?.id;
  const lastOldest = useRef(oldest);
  useLayoutEffect(() => {
    const known = lastOldest.current;
    lastOldest.current = oldest;
    if (known === undefined || known === oldest || (scroller.current?.scrollTop ?? topReach) >= topReach) return;
    const index = rows.findIndex((row) => row.key === known);
    if (index > 0) virtualizer.scrollToIndex(index, { align: 'start' });
  }, [oldest, rows, virtualizer]);

  const firstIndex = items[0]?.index;
  useEffect(() => {
    if (history === 'partial' && firstIndex !== undefined && firstIndex < reserve)
      void commands.loadOlderMessages(peer);
  }, [commands, firstIndex, history, peer, rows.length]);

  const measureEnd = useCallback(() => {
    const element = scroller.current;
    if (element) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight <= endThreshold);
  }, []);
  useEffect(measureEnd, [measureEnd, rows.length]);
  useReadMark(peer, atEnd && unread > 0);

  useImperativeHandle(ref, () => ({
    scrollPages: (pages) => scroller.current?.scrollBy({ top: pages * scroller.current.clientHeight * 0.9 }),
  }));
  const retry = useCallback((id: string) => commands.retryMessage(peer, id), [commands, peer]);

  const dayText = (day: number) => {
    const named = namedDay(day, now);
    return named === null ? formats.day(day) : t(named);
  };
  const unreadAbove =
    unreadIndex >= 0 && firstIndex !== undefined && (virtualizer.range?.startIndex ?? 0) > unreadIndex;

  if (rows.length === 0)
    return (
      <div className={styles.frame}>
        {history === 'complete' || history === 'partial' ? (
          <EmptyState icon={<MessageCircle />} title={t('emptyTitle')} hint={t('emptyHint', { name })} />
        ) : (
          <div className={styles.waiting}>
            {history === 'failed' ? (
              <LoadFailed onRetry={() => void commands.openConversation(peer)} />
            ) : (
              <Spinner label={t('loading')} />
            )}
          </div>
        )}
        <TypingIndicator peer={peer} name={name} />
      </div>
    );
  return (
    <div className={styles.frame}>
      <div ref={scroller} className={styles.scroller} onScroll={measureEnd}>
        <div
          className={styles.sizer}
          role="list"
          aria-label={t('messages')}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                role="listitem"
                aria-setsize={history === 'complete' ? rows.length : -1}
                aria-posinset={item.index + 1}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === 'day' && <div className={styles.day}>{dayText(row.day)}</div>}
                {row.kind === 'unread' && <div className={styles.unread}>{t('newMessages')}</div>}
                {row.kind === 'message' && (
                  <Message
                    id={row.message.id}
                    body={row.message.body}
                    time={formats.time(row.message.timestamp)}
                    delivery={row.message.delivery}
                    author={row.message.direction === 'in' ? name : t('you')}
                    isOwn={row.message.direction === 'out'}
                    isFirst={row.first}
                    isLast={row.last}
                    onRetry={retry}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {history === 'loading' && (
        <div className={styles.top}>
          <Spinner label={t('loadingOlder')} />
        </div>
      )}
      {history === 'failed' && firstIndex !== undefined && firstIndex < reserve && (
        <div className={styles.top}>
          <LoadFailed onRetry={() => void commands.loadOlderMessages(peer)} />
        </div>
      )}
      {unreadAbove && (
        <div className={styles.jumpUp}>
          <Button icon={<ArrowUp />} onPress={() => virtualizer.scrollToIndex(unreadIndex, { align: 'start' })}>
            {t('toUnread')}
          </Button>
        </div>
      )}
      {!atEnd && (
        <div className={styles.jump}>
          <IconButton
            label={unread > 0 ? t('unread', { count: unread }) : t('toLatest')}
            icon={<ArrowDown />}
            badge={unread}
            size="large"
            onPress={() => virtualizer.scrollToEnd()}
          />
        </div>
      )}
      <VisuallyHidden live>
        {newest?.direction === 'in' ? t('announce', { name, text: newest.body.slice(0, 500) }) : ''}
      </VisuallyHidden>
      <TypingIndicator peer={peer} name={name} />
    </div>
  );
}

function LoadFailed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation('chat');
  return (
    <div className={styles.failed} role="alert">
      <span>{t('loadFailed')}</span>
      <Button onPress={onRetry}>{t('tryAgain')}</Button>
    </div>
  );
}
