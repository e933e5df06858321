import { useId, useState, type KeyboardEvent, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { Delete } from 'lucide-react';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/button.tsx';
import styles from './dial-field.module.css';
import type { DialTargets } from './use-dial-targets.ts';

interface DialFieldProps {
  text: string;
  onChange: (text: string) => void;
  targets: DialTargets;
  onDial: (number: string) => void;
  ref: Ref<HTMLInputElement>;
}

/** Number or name: a combobox (WAI-ARIA 1.2). Arrow keys choose, Enter dials by the form around it, Escape closes. */
export function DialField({ text, onChange, targets, onDial, ref }: DialFieldProps) {
  const { t } = useTranslation('telephony');
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const { found, active } = targets;
  const shows = isOpen && found.length > 0;
  const optionId = (index: number) => `${id}-${index}`;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setIsOpen(true);
      targets.move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Escape' && shows) {
      event.stopPropagation();
      setIsOpen(false);
    } else if (event.key === 'Enter') setIsOpen(false);
  };
  return (
    <div className={styles.field} data-filled={text !== '' || undefined}>
      {shows && (
        <div className={styles.list} role="listbox" id={id} aria-label={t('suggestions')}>
          {found.map((target, index) => (
            <button
              key={target.key}
              id={optionId(index)}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={styles.option}
              // The field keeps the focus, so that it does not close before the click arrives.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => {
                setIsOpen(false);
                onDial(target.number);
              }}
            >
              <Avatar name={target.name} size="small" />
              <span className={styles.who}>
                <bdi className={styles.name}>{target.name}</bdi>
                <span className={styles.number}>
                  {[target.company, t(`kind.${target.kind}`), target.number].filter(Boolean).join(' · ')}
                </span>
              </span>
            </button>
          ))}
        </div>
      )}
      <input
        ref={ref}
        className={styles.input}
        type="text"
        inputMode="text"
        autoComplete="off"
        spellCheck={false}
        role="combobox"
        aria-label={t('field')}
        aria-expanded={shows}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={shows && active >= 0 ? optionId(active) : undefined}
        placeholder={t('field')}
        value={text}
        maxLength={256}
        onChange={(event) => {
          setIsOpen(true);
          onChange(event.target.value);
        }}
        onKeyDown={onKeyDown}
        onFocus={() => setIsOpen(text !== '')}
        onBlur={() => setIsOpen(false)}
      />
      {text !== '' && (
        <span className={styles.delete}>
          <IconButton label={t('deleteDigit')} icon={<Delete />} onPress={() => onChange(text.slice(0, -1))} />
        </span>
      )}
    </div>
  );
}
