import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Voicemail } from 'lucide-react';
import { selectMailboxNumber, selectVoicemail } from '../../../engine/state/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { AreaHeader } from '../layout/area-header.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { usePlayer } from './use-player.ts';
import { VoicemailLine } from './voicemail-line.tsx';
import styles from './voicemail-area.module.css';

const undoTime = 12_000;

/** Messages that callers have left: hear, download, call back, delete (TEL-12, VOI-1). */
export function VoicemailArea() {
  const { t } = useTranslation('voicemail');
  const commands = useCommands();
  const { show, call } = useNavigation();
  const { messages, loaded, settings } = useDomain(selectVoicemail);
  const mailbox = useDomain(selectMailboxNumber);
  const [removed, setRemoved] = useState<{ id: string; name: string } | null>(null);
  const heard = useCallback((id: string) => void commands.markVoicemailHeard(id, true), [commands]);
  const player = usePlayer(commands.voicemailAudio, heard);

  useEffect(() => {
    if (removed === null) return;
    const timer = setTimeout(() => setRemoved(null), undoTime);
    return () => clearTimeout(timer);
  }, [removed]);

  const remove = (id: string, name: string) => {
    if (player.id === id) player.stop();
    void commands.removeVoicemail(id).then((outcome) => outcome.ok && setRemoved({ id, name }));
  };
  const undo = () => {
    if (removed !== null) void commands.restoreVoicemail(removed.id);
    setRemoved(null);
  };
  return (
    <section className={styles.area} aria-label={t('title')}>
      <AreaHeader title={t('title')}>
        {mailbox !== null && (
          <Button icon={<Voicemail />} onPress={() => call(mailbox)}>
            {t('callMailbox')}
          </Button>
        )}
      </AreaHeader>
      {settings !== null && (settings.full || !settings.enabled) && (
        <p className={styles.notice} role="status">
          <span>{t(settings.full ? 'full' : 'off')}</span>
          {!settings.enabled && <Button onPress={() => show('settings')}>{t('toSettings')}</Button>}
        </p>
      )}
      <div className={styles.scroller}>
        {!loaded && <Spinner label={t('loading')} />}
        {loaded && messages.length === 0 && (
          <EmptyState icon={<Voicemail />} title={t('emptyTitle')} hint={t('emptyHint')} />
        )}
        {messages.length > 0 && (
          <ul className={styles.list} aria-label={t('title')}>
            {messages.map((message) => (
              <VoicemailLine
                key={message.id}
                message={message}
                player={player.id === message.id ? player : null}
                onToggle={player.toggle}
                onRemove={remove}
              />
            ))}
          </ul>
        )}
      </div>
      <div role="status" className={styles.undo} data-shown={removed !== null || undefined}>
        {removed !== null && (
          <>
            <span>{t('removed', { name: removed.name })}</span>
            <Button onPress={undo}>{t('undo')}</Button>
          </>
        )}
      </div>
    </section>
  );
}
