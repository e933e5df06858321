import type { ReactNode } from 'react';
import { Button as AriaButton, TooltipTrigger } from 'react-aria-components';
import { Badge } from './badge.tsx';
import styles from './button.module.css';
import { Spinner } from './spinner.tsx';
import { Tooltip } from './tooltip.tsx';

interface ButtonProps {
  children: ReactNode;
  /** Left out where a form around the button does the work. */
  onPress?: () => void;
  /** `call` and `danger` are green and red: for calls, and for what cannot be undone. */
  kind?: 'primary' | 'plain' | 'call' | 'danger';
  type?: 'button' | 'submit';
  icon?: ReactNode;
  /** Shows progress and ignores presses, but keeps the focus. */
  isPending?: boolean;
  isDisabled?: boolean;
  /** Takes the whole width. */
  wide?: boolean;
  autoFocus?: boolean;
}

/** A button with a text. */
export function Button({
  children,
  onPress,
  kind = 'plain',
  type = 'button',
  icon,
  isPending = false,
  isDisabled = false,
  wide = false,
  autoFocus = false,
}: ButtonProps) {
  return (
    <AriaButton
      className={styles.button}
      data-kind={kind}
      data-wide={wide || undefined}
      type={type}
      onPress={onPress}
      isPending={isPending}
      isDisabled={isDisabled}
      // The focus goes where a dialog or a step begins; never on page load.
      autoFocus={autoFocus}
    >
      {isPending ? <Spinner /> : icon && <span aria-hidden>{icon}</span>}
      <span>{children}</span>
    </AriaButton>
  );
}

interface IconButtonProps {
  /** Translated name, also shown as tooltip; the icon itself is hidden from screen readers. */
  label: string;
  icon: ReactNode;
  onPress?: () => void;
  kind?: 'plain' | 'soft' | 'primary' | 'call' | 'danger';
  size?: 'small' | 'medium' | 'large';
  isDisabled?: boolean;
  /** Small number in the corner; 0 shows none. */
  badge?: number;
}

/** A button that shows an icon alone. */
export function IconButton({
  label,
  icon,
  onPress,
  kind = 'plain',
  size = 'medium',
  isDisabled = false,
  badge = 0,
}: IconButtonProps) {
  return (
    <TooltipTrigger delay={600}>
      <AriaButton
        className={styles.icon}
        data-kind={kind}
        data-size={size}
        aria-label={badge > 0 ? `${label} (${badge})` : label}
        onPress={onPress}
        isDisabled={isDisabled}
      >
        <span aria-hidden>{icon}</span>
        {badge > 0 && (
          <span className={styles.corner} aria-hidden>
            <Badge count={badge} />
          </span>
        )}
      </AriaButton>
      <Tooltip>{label}</Tooltip>
    </TooltipTrigger>
  );
}
