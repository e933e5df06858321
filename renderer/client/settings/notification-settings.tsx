import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { noticeToneSchema, type Settings } from '../../../protocol/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import styles from './settings-area.module.css';
import { SettingsSection } from './settings-section.tsx';

const kinds = [
  'notifyIncomingCalls',
  'notifyRunningCalls',
  'notifyMissedCalls',
  'notifyMessages',
  'notifyPickUps',
  'notifyCallBacks',
] as const;
const seconds = ['5', '10', '20', '30', '60'] as const;
const ways: readonly Settings['notifyWith'][] = ['popup', 'system'];

/** What is told beside the window, how and for how long (NOT-3). */
export function NotificationSettings() {
  const { t } = useTranslation('settings');
  const commands = useCommands();
  const settings = useDomain((state) => state.settings);
  const update = (patch: Partial<Settings>) => void commands.updateSettings(patch);
  const isDesktop = window.kontor !== undefined;
  const shownFor = seconds.find((each) => Number(each) === settings.notifySeconds) ?? String(settings.notifySeconds);
  return (
    <SettingsSection title={t('notifications.title')}>
      {!isDesktop && <Permission />}
      {kinds.map((kind) => (
        <Switch key={kind} isSelected={settings[kind]} onChange={(on) => update({ [kind]: on })}>
          {t(`notifications.${kind}`)}
        </Switch>
      ))}
      {isDesktop && (
        <div className={styles.line}>
          <span className={styles.text}>{t('notifications.way')}</span>
          <Segments
            label={t('notifications.way')}
            value={settings.notifyWith}
            onChange={(notifyWith) => update({ notifyWith })}
            options={ways.map((value) => ({ value, text: t(`notifications.ways.${value}`) }))}
          />
        </div>
      )}
      <Select
        label={t('notifications.time')}
        value={shownFor}
        onChange={(value) => update({ notifySeconds: Number(value) })}
        options={[...new Set([...seconds, shownFor])].map((value) => ({
          value,
          text: t('notifications.seconds', { count: Number(value) }),
        }))}
      />
      <Switch isSelected={settings.notifySound} onChange={(notifySound) => update({ notifySound })}>
        {t('notifications.sound')}
      </Switch>
      {settings.notifySound && (
        <Select
          label={t('notifications.tone')}
          value={settings.noticeTone}
          onChange={(noticeTone) => {
            update({ noticeTone });
            commands.notices.playTone(noticeTone);
          }}
          options={noticeToneSchema.options.map((value) => ({ value, text: t(`notifications.tones.${value}`) }))}
        />
      )}
    </SettingsSection>
  );
}

/** Browsers show notifications only where the user has allowed it, and ask only after a click. */
function Permission() {
  const { t } = useTranslation('settings');
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (permission === 'granted') return null;
  return (
    <div className={styles.line}>
      <span className={styles.text}>{t(permission === 'denied' ? 'notifications.denied' : 'notifications.ask')}</span>
      {permission === 'default' && (
        <Button onPress={() => void Notification.requestPermission().then(setPermission)}>
          {t('notifications.allow')}
        </Button>
      )}
    </div>
  );
}
