import { useState } from 'react';
import { LogOut, Power } from 'lucide-react';
import { Checkbox } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { selectSession } from '../../../engine/state/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import styles from './session-settings.module.css';
import lines from './settings-area.module.css';
import { SettingsSection } from './settings-section.tsx';

/** Who is logged in and where; logging out, with the question what becomes of the local messages (SES-4). */
export function SessionSettings() {
  const { t } = useTranslation('settings');
  const commands = useCommands();
  const session = useDomain(selectSession);
  const [asks, setAsks] = useState(false);
  const [wipe, setWipe] = useState(false);
  if (session.phase !== 'loggedIn') return null;
  return (
    <SettingsSection title={t('session.title')}>
      <div className={lines.line}>
        <span className={lines.text}>{t('session.user')}</span>
        <span className={lines.value}>
          {session.user.name} · {session.user.extension}
        </span>
      </div>
      <div className={lines.line}>
        <span className={lines.text}>{t('session.server')}</span>
        <span className={lines.value}>{session.server}</span>
      </div>
      <div className={styles.actions}>
        <Button icon={<LogOut />} onPress={() => setAsks(true)}>
          {t('session.logOut')}
        </Button>
        {'kontor' in window && (
          <Button icon={<Power />} onPress={() => commands.quit()}>
            {t('session.quit')}
          </Button>
        )}
      </div>
      <Dialog
        isOpen={asks}
        onClose={() => setAsks(false)}
        title={t('session.askTitle')}
        actions={
          <>
            <Button onPress={() => setAsks(false)}>{t('session.stay')}</Button>
            <Button kind={wipe ? 'danger' : 'primary'} onPress={() => void commands.logout({ wipe })}>
              {t('session.logOut')}
            </Button>
          </>
        }
      >
        <p className={styles.question}>{t('session.askText')}</p>
        <Checkbox className={styles.checkbox} isSelected={wipe} onChange={setWipe}>
          <span className={styles.tick} aria-hidden />
          {t('session.wipe')}
        </Checkbox>
      </Dialog>
    </SettingsSection>
  );
}
