import { useEffect, useState } from 'react';
import { CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { selectConnection, selectConnectionSummary } from '../../../engine/state/selectors.ts';
import { useDomain } from '../engine-context.tsx';
import { secondsUntil, viewConnection } from './connection-view.ts';
import styles from './connection-banner.module.css';

/** A start or a blip of less than this is not worth a banner. */
const patienceMilliseconds = 1200;

/** Says what is not connected and when the next try comes (SES-8). Nothing while all is well. */
export function ConnectionBanner() {
  const { t } = useTranslation('layout');
  const connection = useDomain(selectConnection);
  const summary = useDomain(selectConnectionSummary);
  const view = viewConnection(connection, summary);
  const patient = usePatience(view !== null && view.text !== 'offline');
  const now = useNow(view?.retryAt ?? null);
  const text = view === null || patient ? null : t(`connection.${view.text}`);
  return (
    <div role="status" className={styles.region}>
      {view !== null && text !== null && (
        <div className={styles.banner} data-severity={view.text === 'offline' ? 'offline' : 'waiting'}>
          <CloudOff aria-hidden />
          <p className={styles.text}>
            {text}{' '}
            <span className={styles.retry} aria-hidden>
              {view.retryAt === null
                ? t('connection.trying')
                : t('connection.retryIn', { seconds: secondsUntil(view.retryAt, now) })}
            </span>
          </p>
        </div>
      )}
    </div>
  );
}

/** `true` for a moment after `isBad` has become true. */
function usePatience(isBad: boolean): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (!isBad) return undefined;
    const timer = setTimeout(() => setOver(true), patienceMilliseconds);
    return () => {
      clearTimeout(timer);
      setOver(false);
    };
  }, [isBad]);
  return isBad && !isOver;
}

/** The time, renewed each half second while there is something to count down to. */
function useNow(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return undefined;
    const update = (): void => setNow(Date.now());
    update();
    const timer = setInterval(update, 500);
    return () => clearInterval(timer);
  }, [until]);
  return now;
}
