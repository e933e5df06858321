import { Phone, PhoneOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { selectActiveCalls } from '../../../engine/state/selectors.ts';
import { IconButton } from '../../ui/button.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from './navigation.tsx';
import styles from './call-strip.module.css';

/** Keeps a call within reach where the telephony is not on screen (normal and mini). */
export function CallStrip() {
  const { t } = useTranslation('layout');
  const { layout, area, show } = useNavigation();
  const commands = useCommands();
  const calls = useDomain(selectActiveCalls);
  const call = calls.find((each) => each.state === 'ringing') ?? calls[0];
  if (call === undefined || layout === 'expanded' || area === 'telephony') return null;
  const name = call.party.name ?? call.party.number;
  const answer = (): void => {
    void commands.answerCall(call.id);
    show('telephony');
  };
  return (
    <div className={styles.strip} role="group" aria-label={t('call.label')}>
      <button type="button" className={styles.name} onClick={() => show('telephony')}>
        <Phone aria-hidden />
        <span>{t(`call.${call.state === 'ringing' ? 'ringing' : 'running'}`, { name })}</span>
      </button>
      {call.state === 'ringing' ? (
        <>
          <IconButton
            label={t('call.reject')}
            icon={<PhoneOff />}
            kind="danger"
            onPress={() => commands.rejectCall(call.id)}
          />
          <IconButton label={t('call.accept')} icon={<Phone />} kind="call" onPress={answer} />
        </>
      ) : (
        <IconButton
          label={t('call.hangUp')}
          icon={<PhoneOff />}
          kind="danger"
          onPress={() => commands.hangUpCall(call.id)}
        />
      )}
    </div>
  );
}
