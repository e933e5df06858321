import { useCallback, useEffect, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Mic, Pause, Play, Square, Trash2, Upload } from 'lucide-react';
import type { Outcome } from '../../../engine/client/commands.ts';
import { Button } from '../../ui/button.tsx';
import { useCommands } from '../engine-context.tsx';
import { useNow } from '../use-now.ts';
import settingsStyles from '../settings/settings-area.module.css';
import { clockText } from './clock-text.ts';
import { usePlayer } from './use-player.ts';
import styles from './voicemail-settings.module.css';

interface GreetingSettingsProps {
  /** Length of the own greeting; `null`: there is none. */
  seconds: number | null;
  told: (outcome: Promise<Outcome>) => Promise<boolean>;
}

const longestMs = 60_000;
const greeting = 'greeting';

/** Hear, record, upload or remove the own greeting. */
export function GreetingSettings({ seconds, told }: GreetingSettingsProps) {
  const { t } = useTranslation('voicemail');
  const commands = useCommands();
  const [recordingSince, setRecordingSince] = useState<number | null>(null);
  const [isSaving, setSaving] = useState(false);
  const addressOf = useCallback(() => commands.voicemailAudio(null), [commands]);
  const player = usePlayer(addressOf, () => undefined);
  const isPlaying = player.id !== null && (player.state === 'playing' || player.state === 'loading');
  useEffect(() => () => commands.cancelGreeting(), [commands]);

  const save = async (outcome: Promise<Outcome>) => {
    setSaving(true);
    await told(outcome);
    setSaving(false);
  };
  const start = async () => {
    player.stop();
    if (await told(commands.startGreeting())) setRecordingSince(Date.now());
  };
  const finish = () => {
    setRecordingSince(null);
    void save(commands.finishGreeting());
  };
  if (recordingSince !== null)
    return (
      <div className={settingsStyles.line}>
        <span className={settingsStyles.text} role="status">
          {t('settings.recording')}
          <RecordingTime since={recordingSince} onLongest={finish} />
        </span>
        <div className={styles.buttons}>
          <Button
            onPress={() => {
              commands.cancelGreeting();
              setRecordingSince(null);
            }}
          >
            {t('cancel')}
          </Button>
          <Button kind="primary" icon={<Square />} onPress={finish}>
            {t('settings.finish')}
          </Button>
        </div>
      </div>
    );
  return (
    <div className={settingsStyles.line}>
      <span className={settingsStyles.text}>
        {t('settings.greeting')}
        <span className={styles.hint}>
          {seconds === null ? t('settings.noGreeting') : t('settings.ownGreeting', { length: clockText(seconds) })}
        </span>
      </span>
      <div className={styles.buttons}>
        {seconds !== null && (
          <>
            <Button icon={isPlaying ? <Pause /> : <Play />} onPress={() => player.toggle(greeting)}>
              {t(isPlaying ? 'settings.pause' : 'settings.play')}
            </Button>
            <Button icon={<Trash2 />} onPress={() => void told(commands.setVoicemailGreeting(null))}>
              {t('settings.removeGreeting')}
            </Button>
          </>
        )}
        <FileTrigger
          acceptedFileTypes={['audio/*']}
          onSelect={(files) => {
            const [file] = files ?? [];
            player.stop();
            if (file) void save(commands.setVoicemailGreeting(file));
          }}
        >
          <Button icon={<Upload />} isPending={isSaving}>
            {t('settings.upload')}
          </Button>
        </FileTrigger>
        <Button icon={<Mic />} onPress={() => void start()}>
          {t('settings.record')}
        </Button>
      </div>
    </div>
  );
}

function RecordingTime({ since, onLongest }: { since: number; onLongest: () => void }) {
  const now = useNow(250);
  const passed = Math.max(0, now - since);
  const isOver = passed >= longestMs;
  useEffect(() => {
    if (isOver) onLongest();
  }, [isOver, onLongest]);
  return (
    <span className={styles.hint}>
      {clockText(passed / 1000)} / {clockText(longestMs / 1000)}
    </span>
  );
}
