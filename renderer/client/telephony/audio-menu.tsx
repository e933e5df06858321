import { useTranslation } from 'react-i18next';
import { Headphones } from 'lucide-react';
import type { AudioDevice } from '../../../engine/state/types.ts';
import { selectDevices } from '../../../engine/state/selectors.ts';
import { Menu, MenuItem, MenuSection } from '../../ui/menu.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { TileButton } from './tile-button.tsx';

/** Microphone and speaker, changed while the call runs (TEL-3). */
export function AudioMenu() {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  const { list } = useDomain(selectDevices);
  const microphoneId = useDomain((state) => state.settings.microphoneId);
  const speakerId = useDomain((state) => state.settings.speakerId);
  const section = (kind: AudioDevice['kind'], chosen: string | null, choose: (id: string | null) => void) => (
    <MenuSection title={t(kind)}>
      <MenuItem isChosen={chosen === null} onAction={() => choose(null)}>
        {t('systemDefault')}
      </MenuItem>
      {list
        .filter((device) => device.kind === kind)
        .map((device) => (
          <MenuItem key={device.id} isChosen={device.id === chosen} onAction={() => choose(device.id)}>
            {device.label}
          </MenuItem>
        ))}
    </MenuSection>
  );
  return (
    <Menu
      label={t('audio')}
      placement="bottom end"
      trigger={<TileButton icon={<Headphones />}>{t('audio')}</TileButton>}
    >
      {section('microphone', microphoneId, (id) => void commands.updateSettings({ microphoneId: id }))}
      {section('speaker', speakerId, (id) => void commands.updateSettings({ speakerId: id }))}
    </Menu>
  );
}
