import { useTranslation } from 'react-i18next';
import { useDomain } from '../engine-context.tsx';
import { CallList } from './call-list.tsx';
import { DialForm } from './dial-form.tsx';
import { MicrophoneNotice } from './microphone-notice.tsx';
import styles from './telephony-area.module.css';

/** Running calls above, dial field, pad and the green button below (LAY-9). */
export function TelephonyArea() {
  const { t } = useTranslation('telephony');
  const hasNoMicrophone = useDomain(
    ({ devices }) =>
      devices.permission === 'granted' &&
      devices.list.length > 0 &&
      !devices.list.some((device) => device.kind === 'microphone'),
  );
  const isDenied = useDomain((state) => state.devices.permission === 'denied');
  return (
    <section className={styles.area} aria-label={t('area')}>
      <div className={styles.calls}>
        {(isDenied || hasNoMicrophone) && <MicrophoneNotice problem={isDenied ? 'denied' : 'missing'} />}
        <CallList />
      </div>
      <DialForm />
    </section>
  );
}
