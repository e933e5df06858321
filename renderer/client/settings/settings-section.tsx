import { useId, type ReactNode } from 'react';
import styles from './settings-area.module.css';

/** Settings that belong together, under a heading. */
export function SettingsSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 className={styles.heading} id={id}>
        {title}
      </h2>
      <div className={styles.card}>{children}</div>
    </section>
  );
}
