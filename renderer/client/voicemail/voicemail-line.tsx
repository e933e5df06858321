import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Download, Pause, Phone, Play, Trash2 } from 'lucide-react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import type { VoicemailMessage } from '../../../protocol/rest.ts';
import { selectPartyName } from '../../../engine/state/selectors.ts';
import { IconButton } from '../../ui/button.tsx';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { useFormats } from '../../i18n/format.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { namedDay } from '../day.ts';
import { useNow } from '../use-now.ts';
import { clockText } from './clock-text.ts';
import type { Player } from './use-player.ts';
import styles from './voicemail-line.module.css';

interface VoicemailLineProps {
  message: VoicemailMessage;
  /** While this message is the one that plays. */
  player: Player | null;
  onToggle: (id: string) => void;
  onRemove: (id: string, name: string) => void;
}

/** One message. The name is bold until it was heard. */
export const VoicemailLine = memo(function VoicemailLine({ message, player, onToggle, onRemove }: VoicemailLineProps) {
  const { t } = useTranslation(['voicemail', 'journal']);
  const formats = useFormats();
  const commands = useCommands();
  const { call } = useNavigation();
  const now = useNow(60_000);
  const known = useDomain(selectPartyName(message.number));
  const receivedAt = Date.parse(message.receivedAt);
  const name = known ?? message.party.name ?? (message.number === '' ? t('journal:unknownParty') : message.number);
  const day = namedDay(receivedAt, now);
  const isPlaying = player?.state === 'playing' || player?.state === 'loading';
  const length = Math.max(1, message.durationSeconds);
  const details = [
    name !== message.number && message.number,
    `${day === null ? formats.day(receivedAt) : t(`journal:${day}`)}, ${formats.time(receivedAt)}`,
  ];

  const download = async () => {
    const file = await commands.voicemailFile(message.id);
    if (file === null) return;
    const address = URL.createObjectURL(file);
    const link = document.createElement('a');
    link.href = address;
    link.download = `${name.replace(/[^\p{L}\p{N} .-]/gu, '_')} ${message.receivedAt.slice(0, 16).replace(':', '-')}.wav`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <li className={styles.line} data-new={!message.heard || undefined}>
      <span className={styles.play}>
        <IconButton
          label={t(isPlaying ? 'pause' : 'play', { name })}
          icon={isPlaying ? <Pause /> : <Play />}
          kind={player === null ? 'soft' : 'primary'}
          onPress={() => onToggle(message.id)}
        />
      </span>
      <span className={styles.who}>
        <span className={styles.title}>
          <bdi className={styles.name}>{name}</bdi>
          {!message.heard && (
            <span className={styles.unheard}>
              <VisuallyHidden>{t('new')}</VisuallyHidden>
            </span>
          )}
        </span>
        <span className={styles.details}>{details.filter(Boolean).join(' · ')}</span>
      </span>
      <span className={styles.duration}>
        {player === null || player.state === 'failed' ? '' : `${clockText(player.position)} / `}
        {clockText(message.durationSeconds)}
      </span>
      <span className={styles.actions}>
        <IconButton label={t('download', { name })} icon={<Download />} onPress={() => void download()} />
        <IconButton label={t('remove', { name })} icon={<Trash2 />} onPress={() => onRemove(message.id, name)} />
        {message.number !== '' && (
          <span className={styles.handset}>
            <IconButton label={t('callBack', { name })} icon={<Phone />} onPress={() => call(message.number)} />
          </span>
        )}
      </span>
      {player?.state === 'failed' && (
        <p className={styles.failed} role="alert">
          {t('failed')}
        </p>
      )}
      {player !== null && player.state !== 'failed' && (
        <Slider
          className={styles.slider}
          aria-label={t('position')}
          minValue={0}
          maxValue={length}
          step={0.1}
          value={Math.min(player.position, length)}
          onChange={(value) => player.seek(value as number)}
        >
          <SliderTrack className={styles.track}>
            <span className={styles.fill} style={{ width: `${(Math.min(player.position, length) / length) * 100}%` }} />
            <SliderThumb className={styles.thumb} />
          </SliderTrack>
        </Slider>
      )}
    </li>
  );
});
