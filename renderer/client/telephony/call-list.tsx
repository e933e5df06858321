import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { selectCalls } from '../../../engine/state/selectors.ts';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { useDomain } from '../engine-context.tsx';
import { CallTile } from './call-tile.tsx';
import { callStatus, endedReason, orderCalls } from './call-view.ts';
import styles from './call-tile.module.css';

/** The calls of this device as tiles. The state of each change is also spoken (LAY-8). */
export function CallList() {
  const { t } = useTranslation('telephony');
  const calls = useDomain(selectCalls);
  const ordered = useMemo(() => orderCalls(calls), [calls]);
  return (
    <>
      <VisuallyHidden live>
        {ordered
          .map((call) => {
            const words = call.state === 'ended' ? t(`ended.${endedReason(call)}`) : t(`status.${callStatus(call)}`);
            return `${call.party.name ?? call.party.number}: ${words}`;
          })
          .join('. ')}
      </VisuallyHidden>
      {ordered.length > 0 && (
        <ul className={styles.list} aria-label={t('calls')}>
          {ordered.map((call) => (
            <li key={call.id}>
              <CallTile call={call} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
