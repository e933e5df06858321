import { useSyncExternalStore } from 'react';
import type { Layout } from '../../../protocol/settings.ts';

/** Widths in CSS pixels from which on a layout holds (LAY-4). */
const widths = { normal: 700, expanded: 1100 } as const;

/** The layout for a window that is `width` CSS pixels wide. */
export const layoutFor = (width: number): Layout => {
  if (width >= widths.expanded) return 'expanded';
  return width >= widths.normal ? 'normal' : 'mini';
};

const subscribe = (changed: () => void): (() => void) => {
  window.addEventListener('resize', changed);
  return () => window.removeEventListener('resize', changed);
};

/** The layout of this window; renders again only when it becomes another one. */
export const useWindowLayout = (): Layout => useSyncExternalStore(subscribe, () => layoutFor(window.innerWidth));
