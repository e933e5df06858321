import type { ReactNode } from 'react';
import styles from './area-header.module.css';

interface AreaHeaderProps {
  title: string;
  /** Filters and buttons at the right. */
  children?: ReactNode;
}

/** The bar above an area, 60 px high like that of a conversation. */
export function AreaHeader({ title, children }: AreaHeaderProps) {
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>{title}</h1>
      {children}
    </header>
  );
}
