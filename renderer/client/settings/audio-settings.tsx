import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AudioDevice } from '../../../engine/state/types.ts';
import { selectDevices } from '../../../engine/state/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import styles from './settings-area.module.css';
import { SettingsSection } from './settings-section.tsx';

const systemDevice = 'system';

/** Microphone, speaker and ring device (TEL-8). Names are known only once the microphone is allowed. */
export function AudioSettings() {
  const { t } = useTranslation(['settings', 'errors']);
  const commands = useCommands();
  const { list, permission } = useDomain(selectDevices);
  const settings = useDomain((state) => state.settings);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const ask = async (): Promise<void> => {
    setPending(true);
    const outcome = await commands.prepareAudio();
    setPending(false);
    setFailure(outcome.ok ? null : t(`${outcome.failure.code}.hint`, { ns: 'errors' }));
  };
  const device = (kind: AudioDevice['kind'], chosen: string | null) => {
    const options = [
      { value: systemDevice, text: t('asSystem') },
      ...list
        .filter((each) => each.kind === kind && each.label !== '')
        .map(({ id, label }) => ({ value: id, text: label })),
    ];
    // A device that was unplugged stays chosen, for when it comes back.
    if (chosen !== null && options.every(({ value }) => value !== chosen))
      options.push({ value: chosen, text: t('audio.unplugged') });
    return { options, value: chosen ?? systemDevice };
  };
  const idOf = (value: string): string | null => (value === systemDevice ? null : value);
  return (
    <SettingsSection title={t('audio.title')}>
      {permission !== 'granted' && (
        <div className={styles.line}>
          <p className={`${styles.text} ${styles.note}`} role={failure === null ? undefined : 'alert'}>
            {failure ?? t('audio.ask')}
          </p>
          <Button kind="primary" isPending={isPending} onPress={() => void ask()}>
            {t('audio.allow')}
          </Button>
        </div>
      )}
      <Select
        label={t('audio.microphone')}
        {...device('microphone', settings.microphoneId)}
        onChange={(value) => void commands.updateSettings({ microphoneId: idOf(value) })}
      />
      <Select
        label={t('audio.speaker')}
        {...device('speaker', settings.speakerId)}
        onChange={(value) => void commands.updateSettings({ speakerId: idOf(value) })}
      />
      <Select
        label={t('audio.ringDevice')}
        {...device('speaker', settings.ringDeviceId)}
        onChange={(value) => void commands.updateSettings({ ringDeviceId: idOf(value) })}
      />
    </SettingsSection>
  );
}
