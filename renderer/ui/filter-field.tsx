import type { KeyboardEvent } from 'react';
import { Button, Input, SearchField } from 'react-aria-components';
import { Search, X } from 'lucide-react';
import styles from './control.module.css';

interface FilterFieldProps {
  /** Translated name and placeholder. */
  label: string;
  clearLabel: string;
  value: string;
  onChange: (value: string) => void;
  /** Keys that go on to a list below. */
  onKeyDown?: (event: KeyboardEvent) => void;
  onSubmit?: (value: string) => void;
  size?: 'medium' | 'large';
  /** `true` where the user came here to type. */
  takeFocus?: boolean;
}

/** A field with a magnifier that narrows down a list as one types; Escape empties it. */
export function FilterField({
  label,
  clearLabel,
  value,
  onChange,
  onKeyDown,
  onSubmit,
  size = 'medium',
  takeFocus = false,
}: FilterFieldProps) {
  return (
    <SearchField
      className={styles.filter}
      data-size={size}
      aria-label={label}
      value={value}
      onChange={onChange}
      onSubmit={onSubmit}
    >
      <Search aria-hidden />
      <Input
        className={styles.input}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        autoFocus={takeFocus}
        onKeyDown={onKeyDown}
      />
      {value !== '' && (
        <Button className={styles.clear} aria-label={clearLabel}>
          <X aria-hidden />
        </Button>
      )}
    </SearchField>
  );
}
