import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { voicemailPinSchema, type VoicemailSettings as Settings } from '../../../protocol/rest.ts';
import { selectVoicemail } from '../../../engine/state/selectors.ts';
import type { Outcome } from '../../../engine/client/commands.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/switch.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { SettingsSection } from '../settings/settings-section.tsx';
import settingsStyles from '../settings/settings-area.module.css';
import { GreetingSettings } from './greeting-settings.tsx';
import styles from './voicemail-settings.module.css';

const ringTimes = [10, 15, 20, 25, 30, 45, 60];
const keepTimes = [7, 14, 30, 90, 180, 365];
const forever = 'forever';

/** When the mailbox answers, how long it keeps messages, its PIN and its greeting (VOI-1). */
export function VoicemailSettings() {
  const { settings } = useDomain(selectVoicemail);
  return settings === null ? null : <Section settings={settings} />;
}

function Section({ settings }: { settings: Settings }) {
  const { t } = useTranslation(['voicemail', 'errors']);
  const commands = useCommands();
  const [failure, setFailure] = useState<string | null>(null);
  const told = async (outcome: Promise<Outcome>): Promise<boolean> => {
    const { ok, ...rest } = await outcome;
    setFailure('failure' in rest ? t(`${rest.failure.code}.hint`, { ns: 'errors' }) : null);
    return ok;
  };
  const put = (change: Partial<Settings>) => void told(commands.setVoicemailPreferences({ ...settings, ...change }));
  // A value that was set elsewhere stays in the list.
  const among = (values: number[], value: number): number[] => [...new Set([...values, value])].sort((a, b) => a - b);
  return (
    <SettingsSection title={t('settings.title')}>
      <Switch isSelected={settings.enabled} onChange={(enabled) => put({ enabled })}>
        {t('settings.enabled')}
      </Switch>
      <Select
        label={t('settings.noAnswer')}
        value={String(settings.noAnswerSeconds)}
        isDisabled={!settings.enabled}
        options={among(ringTimes, settings.noAnswerSeconds).map((count) => ({
          value: String(count),
          text: t('settings.seconds', { count }),
        }))}
        onChange={(value) => put({ noAnswerSeconds: Number(value) })}
      />
      <Select
        label={t('settings.keep')}
        value={settings.keepDays === null ? forever : String(settings.keepDays)}
        options={[
          ...(settings.keepDays === null ? keepTimes : among(keepTimes, settings.keepDays)).map((count) => ({
            value: String(count),
            text: t('settings.days', { count }),
          })),
          { value: forever, text: t('settings.forever') },
        ]}
        onChange={(value) => put({ keepDays: value === forever ? null : Number(value) })}
      />
      <GreetingSettings seconds={settings.greetingSeconds} told={told} />
      <PinSettings hasPin={settings.hasPin} told={told} />
      {failure !== null && (
        <p className={settingsStyles.note} role="alert">
          {failure}
        </p>
      )}
    </SettingsSection>
  );
}

function PinSettings({ hasPin, told }: { hasPin: boolean; told: (outcome: Promise<Outcome>) => Promise<boolean> }) {
  const { t } = useTranslation('voicemail');
  const commands = useCommands();
  const [pin, setPin] = useState<string | null>(null);
  const isValid = voicemailPinSchema.safeParse({ pin: pin ?? '' }).success;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (pin === null || !isValid) return;
    void told(commands.setVoicemailPin(pin)).then((ok) => ok && setPin(null));
  };
  if (pin !== null)
    return (
      <form className={styles.pin} onSubmit={save}>
        <TextField
          label={t('settings.newPin')}
          hint={t('settings.pinHint')}
          type="password"
          inputMode="numeric"
          autoComplete="off"
          maxLength={10}
          value={pin}
          onChange={(text) => setPin(text.replace(/\D/g, ''))}
          autoFocus
        />
        <div className={styles.buttons}>
          <Button onPress={() => setPin(null)}>{t('cancel')}</Button>
          <Button type="submit" kind="primary" isDisabled={!isValid}>
            {t('save')}
          </Button>
        </div>
      </form>
    );
  return (
    <div className={settingsStyles.line}>
      <span className={settingsStyles.text}>
        {t('settings.pin')}
        <span className={styles.hint}>{t(hasPin ? 'settings.pinSet' : 'settings.noPin')}</span>
      </span>
      <div className={styles.buttons}>
        {hasPin && <Button onPress={() => void told(commands.setVoicemailPin(null))}>{t('settings.removePin')}</Button>}
        <Button onPress={() => setPin('')}>{t(hasPin ? 'settings.changePin' : 'settings.setPin')}</Button>
      </div>
    </div>
  );
}
