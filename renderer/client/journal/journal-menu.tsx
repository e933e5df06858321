import { Funnel } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { selectJournal } from '../../../engine/state/selectors.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuSection } from '../../ui/menu.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { isWhole, journalOrigins, journalResults, type JournalFilter } from './journal-filter.ts';

interface JournalMenuProps {
  filter: JournalFilter;
  onChange: (part: Partial<JournalFilter>) => void;
}

/** The finer filters: result, inside or outside, fax, team; and whether the server's own services are shown (JOU-2). */
export function JournalMenu({ filter, onChange }: JournalMenuProps) {
  const { t } = useTranslation('journal');
  const commands = useCommands();
  const hidesServices = useDomain((state) => state.settings.hideServiceCalls);
  const { entries } = useDomain(selectJournal);
  const teams = useMemo(
    () => [...new Map(entries.flatMap(({ team }) => (team ? [[team.id, team.name] as const] : [])))],
    [entries],
  );
  const isNarrow = !isWhole({ ...filter, view: 'all' });
  return (
    <Menu
      label={t('filterMenu')}
      placement="bottom end"
      trigger={<IconButton label={t('filterMenu')} icon={<Funnel />} kind={isNarrow ? 'soft' : 'plain'} />}
    >
      <MenuSection title={t('byResult')}>
        {journalResults.map((result) => (
          <MenuItem
            key={result}
            isChosen={filter.result === result}
            onAction={() => onChange({ result: filter.result === result ? null : result })}
          >
            {t(`resultFilter.${result}`)}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection title={t('byOrigin')}>
        {journalOrigins.map((origin) => (
          <MenuItem
            key={origin}
            isChosen={filter.origin === origin}
            onAction={() => onChange({ origin: filter.origin === origin ? null : origin })}
          >
            {t(`origin.${origin}`)}
          </MenuItem>
        ))}
      </MenuSection>
      {teams.length > 0 && (
        <MenuSection title={t('byTeam')}>
          {teams.map(([id, name]) => (
            <MenuItem
              key={id}
              isChosen={filter.team === id}
              onAction={() => onChange({ team: filter.team === id ? null : id })}
            >
              {name}
            </MenuItem>
          ))}
        </MenuSection>
      )}
      <MenuSection title={t('byKind')}>
        <MenuItem isChosen={filter.faxOnly} onAction={() => onChange({ faxOnly: !filter.faxOnly })}>
          {t('faxOnly')}
        </MenuItem>
        <MenuItem
          isChosen={hidesServices}
          onAction={() => void commands.updateSettings({ hideServiceCalls: !hidesServices })}
        >
          {t('hideServices')}
        </MenuItem>
      </MenuSection>
    </Menu>
  );
}
