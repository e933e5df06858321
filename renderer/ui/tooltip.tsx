import type { ReactNode } from 'react';
import { Tooltip as AriaTooltip } from 'react-aria-components';
import styles from './overlay.module.css';

/** Short words beside a control; stands inside a `TooltipTrigger`. */
export function Tooltip({ children }: { children: ReactNode }) {
  return (
    <AriaTooltip className={styles.tooltip} offset={6}>
      {children}
    </AriaTooltip>
  );
}
