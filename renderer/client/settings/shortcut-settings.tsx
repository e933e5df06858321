import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Ban, RotateCcw } from 'lucide-react';
import {
  chordOf,
  globalShortcutSchema,
  localShortcutSchema,
  type Chord,
  type Shortcut,
  type Shortcuts,
} from '../../../protocol/shortcuts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { chordOfKeys, printedKeys } from '../layout/chord.ts';
import { isMac } from '../layout/shortcuts.ts';
import styles from './shortcut-settings.module.css';
import { SettingsSection } from './settings-section.tsx';
import { clashOf, withChord, withoutChange, type Clash } from './shortcut-changes.ts';

/** Key combinations: recorded, turned off and reset here; conflicts are said where they are (DSK-3). */
export function ShortcutSettings() {
  const { t } = useTranslation('settings');
  const commands = useCommands();
  const { shortcuts, dialAtOnce } = useDomain((state) => state.settings);
  const inDesktop = useDomain((state) => state.globalShortcuts !== null);
  const [recorded, record] = useState<Shortcut | null>(null);
  const save = (changed: Shortcuts) => {
    record(null);
    void commands.updateSettings({ shortcuts: changed });
  };
  const rows = (names: readonly Shortcut[]) =>
    names.map((name) => (
      <Row
        key={name}
        name={name}
        shortcuts={shortcuts}
        isRecording={recorded === name}
        onRecord={(wanted) => record(wanted ? name : null)}
        onChange={save}
      />
    ));
  return (
    <>
      {inDesktop && (
        <SettingsSection title={t('shortcuts.global')}>
          {rows(globalShortcutSchema.options)}
          <Switch isSelected={dialAtOnce} onChange={(wanted) => void commands.updateSettings({ dialAtOnce: wanted })}>
            {t('shortcuts.dialAtOnce')}
          </Switch>
        </SettingsSection>
      )}
      <SettingsSection title={t('shortcuts.local')}>
        {rows(localShortcutSchema.options)}
        <div className={styles.end}>
          <Button isDisabled={Object.keys(shortcuts).length === 0} onPress={() => save({})}>
            {t('shortcuts.resetAll')}
          </Button>
        </div>
      </SettingsSection>
    </>
  );
}

interface RowProps {
  name: Shortcut;
  shortcuts: Shortcuts;
  isRecording: boolean;
  onRecord: (wanted: boolean) => void;
  onChange: (shortcuts: Shortcuts) => void;
}

function Row({ name, shortcuts, isRecording, onRecord, onChange }: RowProps) {
  const { t } = useTranslation('settings');
  const label = useId();
  const chord = chordOf(shortcuts, name);
  const isTaken = useDomain(({ globalShortcuts }) =>
    globalShortcuts !== null && name in globalShortcuts
      ? globalShortcuts[name as keyof typeof globalShortcuts] === 'taken'
      : false,
  );
  const clash = useRecording(isRecording, name, shortcuts, onRecord, onChange);
  const problem = clash ?? (isTaken && !isRecording ? ({ kind: 'taken' } as const) : null);
  return (
    <div className={styles.row} data-shortcut={name}>
      <span className={styles.name} id={label}>
        {t(`shortcuts.names.${name}`)}
      </span>
      <button
        type="button"
        className={styles.record}
        aria-describedby={label}
        aria-pressed={isRecording}
        onClick={() => onRecord(!isRecording)}
        onBlur={() => onRecord(false)}
      >
        {isRecording ? t('shortcuts.recording') : <Printed chord={chord} />}
      </button>
      <IconButton
        size="small"
        label={t('shortcuts.turnOff', { name: t(`shortcuts.names.${name}`) })}
        icon={<Ban />}
        isDisabled={chord === null}
        onPress={() => onChange(withChord(shortcuts, name, null))}
      />
      <IconButton
        size="small"
        label={t('shortcuts.reset', { name: t(`shortcuts.names.${name}`) })}
        icon={<RotateCcw />}
        isDisabled={!(name in shortcuts)}
        onPress={() => onChange(withoutChange(shortcuts, name))}
      />
      <p className={styles.problem} role="status">
        {problem === null ? '' : <Problem clash={problem} />}
      </p>
    </div>
  );
}

function Printed({ chord }: { chord: Chord | null }) {
  const { t } = useTranslation('settings');
  if (chord === null) return <span className={styles.off}>{t('shortcuts.off')}</span>;
  const keys = printedKeys(chord, isMac(), { control: t('shortcuts.control'), shift: t('shortcuts.shift') });
  return keys.map((key) => <kbd key={key}>{key}</kbd>);
}

function Problem({ clash }: { clash: Clash | { kind: 'taken' } }) {
  const { t } = useTranslation('settings');
  if (clash.kind !== 'own') return t(`shortcuts.${clash.kind}`);
  return t('shortcuts.own', { name: t(`shortcuts.names.${clash.shortcut}`) });
}

/** Listens for the new keys before anybody else does. Escape and Tab leave things as they are. */
function useRecording(
  isRecording: boolean,
  name: Shortcut,
  shortcuts: Shortcuts,
  onRecord: (wanted: boolean) => void,
  onChange: (shortcuts: Shortcuts) => void,
): Clash | null {
  const commands = useCommands();
  const [clash, setClash] = useState<Clash | null>(null);
  useEffect(() => {
    if (!isRecording) return;
    commands.pauseShortcuts(true);
    return () => {
      commands.pauseShortcuts(false);
      setClash(null);
    };
  }, [isRecording, commands]);
  useEffect(() => {
    if (!isRecording) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Tab') return onRecord(false);
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') return onRecord(false);
      const chord = chordOfKeys(event, isMac());
      if (chord === null) return;
      const found = clashOf(shortcuts, name, chord);
      if (found === null) onChange(withChord(shortcuts, name, chord));
      else setClash(found);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [isRecording, name, shortcuts, onRecord, onChange]);
  return isRecording ? clash : null;
}
