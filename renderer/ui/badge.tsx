import styles from './badge.module.css';

interface BadgeProps {
  /** Shown up to 99; 0 shows nothing. */
  count: number;
  /** Translated sentence for screen readers; without it the number is read alone. */
  label?: string;
}

/** A small number that asks for attention. */
export function Badge({ count, label }: BadgeProps) {
  if (count <= 0) return null;
  return (
    <span className={styles.badge}>
      <span aria-hidden={label !== undefined}>{count > 99 ? '99+' : count}</span>
      {label !== undefined && <span className={styles.hidden}>{label}</span>}
    </span>
  );
}
