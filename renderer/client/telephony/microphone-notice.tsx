import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MicOff } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { useCommands } from '../engine-context.tsx';
import styles from './telephony-area.module.css';

/** Says why nobody would hear the user, and what to do about it. */
export function MicrophoneNotice({ problem }: { problem: 'denied' | 'missing' }) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  const [isChecking, setIsChecking] = useState(false);
  const check = async () => {
    setIsChecking(true);
    await commands.prepareAudio();
    setIsChecking(false);
  };
  return (
    <div className={styles.notice} role="alert">
      <h3>
        <MicOff aria-hidden />
        {t('permission.title')}
      </h3>
      <p>{t(`permission.${problem}`)}</p>
      <Button isPending={isChecking} onPress={() => void check()}>
        {t('permission.check')}
      </Button>
    </div>
  );
}
