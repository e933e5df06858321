import type { ReactNode } from 'react';
import { Tooltip as AriaTooltip } from 'react-aria-components';
import styles from './overlay.module.css';

interface TooltipProps {
  children: ReactNode;
  placement?: 'top' | 'right';
}

/** Short words beside a control; stands inside a `TooltipTrigger`. */
export function Tooltip({ children, placement = 'top' }: TooltipProps) {
  return (
    <AriaTooltip className={styles.tooltip} offset={6} placement={placement}>
      {children}
    </AriaTooltip>
  );
}
