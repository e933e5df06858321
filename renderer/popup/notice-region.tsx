import { useTranslation } from 'react-i18next';
import { useDomain } from '../client/engine-context.tsx';
import { NoticeCard } from './notice-card.tsx';
import styles from './notice-region.module.css';
import { useNoticePlace } from './use-notice-place.ts';

/** Notices in the window's corner, where the window is in front or nothing else can show them. */
export function NoticeRegion() {
  const { t } = useTranslation('notices');
  const shown = useDomain((state) => state.notices.shown);
  const place = useNoticePlace();
  return (
    <div className={styles.region} role="log" aria-label={t('region')}>
      {place === 'page' &&
        shown.slice(-3).map((notice) => (
          <div key={notice.id} className={styles.card}>
            <NoticeCard notice={notice} />
          </div>
        ))}
    </div>
  );
}
