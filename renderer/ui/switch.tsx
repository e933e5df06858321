import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';
import styles from './control.module.css';

interface SwitchProps {
  children: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
}

/** A setting that is on or off at once. The text is its label. */
export function Switch({ children, isSelected, onChange, isDisabled = false }: SwitchProps) {
  return (
    <AriaSwitch className={styles.switch} isSelected={isSelected} onChange={onChange} isDisabled={isDisabled}>
      <span className={styles.text}>{children}</span>
      <span className={styles.track} aria-hidden />
    </AriaSwitch>
  );
}
