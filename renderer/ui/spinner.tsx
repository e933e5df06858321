import styles from './spinner.module.css';

/** Turns while something takes longer. Appears after 300 ms, so that quick answers do not flicker. */
export function Spinner({ label }: { label?: string }) {
  return label === undefined ? (
    <span className={styles.spinner} aria-hidden />
  ) : (
    <span className={styles.spinner} role="progressbar" aria-label={label} />
  );
}
