import { MessageCircle, Phone, Search, Settings } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { isMac } from '../layout/shortcuts.ts';
import styles from './start-page.module.css';

/** What stands in the content area while nothing is chosen: search, shortcuts, what to do first (LAY-9). */
export function StartPage() {
  const { t } = useTranslation('layout');
  const { show } = useNavigation();
  const name = useDomain((state) => (state.session.phase === 'loggedIn' ? state.session.user.name : ''));
  const control = isMac() ? '⌘' : t('start.control');
  return (
    <div className={styles.page}>
      <div className={styles.inner}>
        <h1 className={styles.title}>{t('start.title', { name })}</h1>
        <button type="button" className={styles.search} onClick={() => show('search')}>
          <Search aria-hidden />
          <span>{t('search.field')}</span>
          <kbd className={styles.key}>{control}</kbd>
          <kbd className={styles.key}>F</kbd>
        </button>
        <h2 className={styles.heading}>{t('start.first')}</h2>
        <ul className={styles.steps}>
          <li className={styles.step}>
            <MessageCircle aria-hidden />
            <span>{t('start.chat')}</span>
          </li>
          <li className={styles.step}>
            <Phone aria-hidden />
            <span>{t('start.call')}</span>
            <span className={styles.keys}>
              <kbd className={styles.key}>{control}</kbd>
              <kbd className={styles.key}>D</kbd>
            </span>
          </li>
          <li className={styles.step}>
            <Settings aria-hidden />
            <button type="button" className={styles.link} onClick={() => show('settings')}>
              {t('start.devices')}
            </button>
          </li>
        </ul>
      </div>
    </div>
  );
}
