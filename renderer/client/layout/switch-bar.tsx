import {
  BookUser,
  History,
  MessageCircle,
  Phone,
  Search,
  Settings,
  Users,
  Voicemail,
  type LucideIcon,
} from 'lucide-react';
import { ToggleButton, TooltipTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import {
  selectMailboxNumber,
  selectMissedUnseen,
  selectUnreadTotal,
  selectVoicemailUnheard,
} from '../../../engine/state/selectors.ts';
import { Badge } from '../../ui/badge.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { useDomain } from '../engine-context.tsx';
import { useNavigation, type Area } from './navigation.tsx';
import styles from './switch-bar.module.css';

const icons: Record<Area, LucideIcon> = {
  contacts: Users,
  conversations: MessageCircle,
  telephony: Phone,
  journal: History,
  voicemail: Voicemail,
  phoneBook: BookUser,
  search: Search,
  settings: Settings,
};
const areas = {
  expanded: ['conversations', 'journal', 'voicemail', 'phoneBook', 'search'],
  normal: ['conversations', 'telephony', 'journal', 'voicemail', 'phoneBook', 'search'],
  mini: ['contacts', 'conversations', 'telephony', 'journal', 'phoneBook', 'search', 'settings'],
} as const satisfies Record<string, readonly Area[]>;

/** The switch bar (Umschaltleiste): left in expanded and normal, at the bottom in mini (LAY-9). */
export function SwitchBar() {
  const { t } = useTranslation('layout');
  const { layout, show } = useNavigation();
  const hasMailbox = useDomain(selectMailboxNumber) !== null;
  const isOffered = (area: Area): boolean => area !== 'voicemail' || hasMailbox;
  return (
    <nav className={styles.bar} data-layout={layout} aria-label={t('nav.label')}>
      {layout !== 'mini' && (
        <button type="button" className={styles.logo} aria-label={t('nav.start')} onClick={() => show('contacts')}>
          <span aria-hidden>{t('initial')}</span>
        </button>
      )}
      {areas[layout].filter(isOffered).map((area) => (
        <SwitchButton key={area} area={area} />
      ))}
      {layout !== 'mini' && (
        <>
          <span className={styles.gap} />
          <SwitchButton area="settings" />
        </>
      )}
    </nav>
  );
}

function SwitchButton({ area }: { area: Area }) {
  const { t } = useTranslation('layout');
  const { area: current, layout, show } = useNavigation();
  const unread = useDomain(selectUnreadTotal);
  const missed = useDomain(selectMissedUnseen);
  const Icon = icons[area];
  const name = t(`nav.${area}`);
  const voicemail = useDomain(selectVoicemailUnheard);
  const counts: Partial<Record<Area, number>> = { conversations: unread, journal: missed, voicemail };
  const count = counts[area] ?? 0;
  const news =
    area === 'conversations'
      ? t('unread', { count })
      : area === 'voicemail'
        ? t('voicemail', { count })
        : t('missed', { count });
  return (
    <TooltipTrigger delay={500}>
      <ToggleButton
        className={styles.button}
        aria-label={count > 0 ? `${name}, ${news}` : name}
        isSelected={current === area}
        onChange={() => show(area)}
      >
        <Icon aria-hidden />
        {count > 0 && (
          <span className={styles.badge} aria-hidden>
            <Badge count={count} />
          </span>
        )}
      </ToggleButton>
      <Tooltip placement={layout === 'mini' ? 'top' : 'right'}>{name}</Tooltip>
    </TooltipTrigger>
  );
}
