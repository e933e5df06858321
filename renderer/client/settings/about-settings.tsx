import { useTranslation } from 'react-i18next';
import { license, version } from '../../../package.json';
import styles from './settings-area.module.css';
import { SettingsSection } from './settings-section.tsx';

/** What runs here (SUP-1). */
export function AboutSettings() {
  const { t } = useTranslation('settings');
  return (
    <SettingsSection title={t('about.title')}>
      <div className={styles.line}>
        <span className={styles.text}>{t('about.version')}</span>
        <span className={styles.value}>{version}</span>
      </div>
      <div className={styles.line}>
        <span className={styles.text}>{t('about.license')}</span>
        <span className={styles.value}>{license}</span>
      </div>
    </SettingsSection>
  );
}
