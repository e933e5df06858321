import { useTranslation } from 'react-i18next';
import { languageSchema, type Settings, type SettingsPatch } from '../../../protocol/settings.ts';
import { languageNames } from '../../i18n/language.ts';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { AreaHeader } from '../layout/area-header.tsx';
import { VoicemailSettings } from '../voicemail/voicemail-settings.tsx';
import { AboutSettings } from './about-settings.tsx';
import { AudioSettings } from './audio-settings.tsx';
import { NotificationSettings } from './notification-settings.tsx';
import { SessionSettings } from './session-settings.tsx';
import styles from './settings-area.module.css';
import { SettingsSection } from './settings-section.tsx';
import { ShortcutSettings } from './shortcut-settings.tsx';

/** All settings on one page; every change takes effect at once (SET-1). */
export function SettingsArea() {
  const { t } = useTranslation('settings');
  return (
    <>
      <AreaHeader title={t('title')} />
      <div className={styles.scroller}>
        <div className={styles.column}>
          <ClientSettings />
          <AudioSettings />
          <VoicemailSettings />
          <NotificationSettings />
          <ShortcutSettings />
          {'kontor' in window && <StartSettings />}
          <SessionSettings />
          <AboutSettings />
        </div>
      </div>
    </>
  );
}

const useSettings = (): [Settings, (patch: SettingsPatch) => void] => {
  const commands = useCommands();
  const settings = useDomain((state) => state.settings);
  return [settings, (patch) => void commands.updateSettings(patch)];
};

const themes: readonly Settings['theme'][] = ['system', 'light', 'dark'];
const contactStyles: readonly Settings['contactStyle'][] = ['details', 'list'];

function ClientSettings() {
  const { t } = useTranslation('settings');
  const [settings, update] = useSettings();
  return (
    <SettingsSection title={t('client.title')}>
      <Select
        label={t('client.language')}
        value={settings.language}
        onChange={(language) => update({ language })}
        options={[
          { value: 'system', text: t('asSystem') },
          ...languageSchema.options.map((value) => ({ value, text: languageNames[value] })),
        ]}
      />
      <div className={styles.line}>
        <span className={styles.text}>{t('client.theme')}</span>
        <Segments
          label={t('client.theme')}
          value={settings.theme}
          onChange={(theme) => update({ theme })}
          options={themes.map((value) => ({ value, text: t(`client.themes.${value}`) }))}
        />
      </div>
      <div className={styles.line}>
        <span className={styles.text}>{t('client.contacts')}</span>
        <Segments
          label={t('client.contacts')}
          value={settings.contactStyle}
          onChange={(contactStyle) => update({ contactStyle })}
          options={contactStyles.map((value) => ({ value, text: t(`client.styles.${value}`) }))}
        />
      </div>
    </SettingsSection>
  );
}

/** How the desktop client starts (SES-4); a browser has no say in that. */
function StartSettings() {
  const { t } = useTranslation('settings');
  const [settings, update] = useSettings();
  return (
    <SettingsSection title={t('start.title')}>
      <Switch isSelected={settings.startWithSystem} onChange={(startWithSystem) => update({ startWithSystem })}>
        {t('start.withSystem')}
      </Switch>
      <Switch isSelected={settings.startMinimised} onChange={(startMinimised) => update({ startMinimised })}>
        {t('start.minimised')}
      </Switch>
    </SettingsSection>
  );
}
