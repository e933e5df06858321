import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useVirtualizer } from '@tanstack/react-virtual';
import { History } from 'lucide-react';
import { selectJournal, selectMissedUnseen } from '../../../engine/state/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useFormats } from '../../i18n/format.ts';
import { namedDay } from '../day.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNow } from '../use-now.ts';
import styles from './journal-area.module.css';
import { JournalLine } from './journal-line.tsx';
import { isWhole, journalViews, wholeJournal, type JournalFilter } from './journal-filter.ts';
import { JournalMenu } from './journal-menu.tsx';
import { buildJournalRows } from './journal-rows.ts';
import { useJournalFilter } from './use-journal-filter.ts';

const reserve = 15;

/** All calls by day, newest first; drawn where they are seen, older pages follow on scrolling (JOU-1, JOU-2). */
export function JournalArea() {
  const { t } = useTranslation('journal');
  const commands = useCommands();
  const formats = useFormats();
  const now = useNow(60_000);
  const { entries, history } = useDomain(selectJournal);
  const [filter, setFilter] = useJournalFilter();
  const hidesServices = useDomain((state) => state.settings.hideServiceCalls);
  const rows = useMemo(() => buildJournalRows(entries, filter, hidesServices), [entries, filter, hidesServices]);
  const showsAll = isWhole(filter);
  const scroller = useRef<HTMLDivElement>(null);
  useSeenMark();

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'day' ? 36 : 59),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  // A filter that hides nearly all of a page must not fetch the whole history by itself: only what would fill a screen.
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (history === 'unloaded') void commands.loadOlderJournal();
    else if (history === 'partial' && lastIndex >= rows.length - reserve && (showsAll || asked < 5)) {
      setAsked((times) => times + 1);
      void commands.loadOlderJournal();
    }
  }, [asked, commands, showsAll, history, lastIndex, rows.length]);

  const choose = (part: Partial<JournalFilter>) => {
    setAsked(0);
    setFilter(part);
  };
  const more = () => {
    setAsked(0);
    void commands.loadOlderJournal();
  };
  const isWaiting = history === 'loading' || history === 'unloaded';
  return (
    <section className={styles.area} aria-label={t('title')}>
      <header className={styles.header}>
        <h2 className={styles.title}>{t('title')}</h2>
        <div className={styles.filters}>
          <Segments
            label={t('filterLabel')}
            value={filter.view}
            options={journalViews.map((value) => ({ value, text: t(`filter.${value}`) }))}
            onChange={(view) => choose({ view })}
          />
          <JournalMenu filter={filter} onChange={choose} />
        </div>
      </header>
      <div ref={scroller} className={styles.scroller}>
        {rows.length === 0 && history === 'complete' && (
          <EmptyState
            icon={<History />}
            title={t(showsAll ? 'emptyTitle' : 'emptyFilterTitle')}
            hint={t(showsAll ? 'emptyHint' : 'emptyFilterHint')}
            action={showsAll ? undefined : <Button onPress={() => choose(wholeJournal)}>{t('showAll')}</Button>}
          />
        )}
        <div
          className={styles.sizer}
          role="grid"
          aria-label={t('title')}
          aria-rowcount={history === 'complete' ? rows.length : -1}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const named = row.kind === 'day' ? namedDay(row.day, now) : null;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={styles.row}
                role="presentation"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === 'day' ? (
                  <div role="row">
                    <span className={styles.day} role="rowheader">
                      {named === null ? formats.day(row.day) : t(named)}
                    </span>
                  </div>
                ) : (
                  <JournalLine entry={row.entry} />
                )}
              </div>
            );
          })}
        </div>
        <div className={styles.foot} role="status">
          {isWaiting && <Spinner label={t('loading')} />}
          {history === 'failed' && (
            <>
              <span>{t('loadFailed')}</span>
              <Button onPress={more}>{t('tryAgain')}</Button>
            </>
          )}
          {history === 'partial' && !showsAll && asked >= 5 && <Button onPress={more}>{t('loadMore')}</Button>}
        </div>
      </div>
    </section>
  );
}

/** Missed calls count as seen once the journal stands open in a window that has the focus. */
function useSeenMark(): void {
  const commands = useCommands();
  const unseen = useDomain(selectMissedUnseen);
  useEffect(() => {
    if (unseen === 0) return;
    const mark = () => {
      if (document.visibilityState === 'visible' && document.hasFocus()) commands.markJournalSeen();
    };
    mark();
    window.addEventListener('focus', mark);
    return () => window.removeEventListener('focus', mark);
  }, [commands, unseen]);
}
