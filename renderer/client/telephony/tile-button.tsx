import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import styles from './call-tile.module.css';

interface TileButtonProps {
  children: string;
  icon: ReactNode;
  /** Left out where a trigger around it does the work. */
  onPress?: () => void;
  /** `quiet` blends with the tile and stands icon over text. */
  look?: 'quiet' | 'surface' | 'call' | 'danger';
  /** `aria-pressed`; left out: no toggle. */
  isPressed?: boolean;
  isDisabled?: boolean;
  /** The text is for screen readers alone. */
  isIconOnly?: boolean;
}

/** A button on a call's tile. */
export function TileButton(props: TileButtonProps) {
  const { children, icon, onPress, look = 'quiet', isPressed, isDisabled = false, isIconOnly = false } = props;
  return (
    <Button
      className={styles.button}
      data-look={look}
      data-on={isPressed || undefined}
      aria-pressed={isPressed}
      aria-label={isIconOnly ? children : undefined}
      isDisabled={isDisabled}
      onPress={onPress}
    >
      {icon}
      {!isIconOnly && <span className={styles.caption}>{children}</span>}
    </Button>
  );
}
