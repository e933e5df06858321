import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import styles from './button.module.css';

interface ButtonProps {
  children: ReactNode;
  onPress: () => void;
  kind?: 'primary' | 'plain';
  isDisabled?: boolean;
}

/** A button with a text. */
export function Button({ children, onPress, kind = 'plain', isDisabled = false }: ButtonProps) {
  return (
    <AriaButton className={styles['button'] ?? ''} data-kind={kind} onPress={onPress} isDisabled={isDisabled}>
      {children}
    </AriaButton>
  );
}

interface IconButtonProps {
  /** Translated name; the icon itself is hidden from screen readers. */
  label: string;
  icon: ReactNode;
  onPress: () => void;
}

/** A button that shows an icon alone. */
export function IconButton({ label, icon, onPress }: IconButtonProps) {
  return (
    <AriaButton className={styles['button'] ?? ''} data-kind="icon" aria-label={label} onPress={onPress}>
      <span aria-hidden>{icon}</span>
    </AriaButton>
  );
}
