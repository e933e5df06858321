import type { Layout } from '../../protocol/settings.ts';

interface Size {
  width: number;
  height: number;
}

/** What a layout measures until the user says otherwise, in device-independent pixels (LAY-4). */
export const layoutSizes: Record<Layout, Size> = {
  mini: { width: 380, height: 720 },
  normal: { width: 900, height: 760 },
  expanded: { width: 1340, height: 860 },
};
export const smallestSize: Size = { width: 320, height: 480 };

/** The layout that a window of this width shows. */
export const layoutOfWidth = (width: number): Layout => {
  if (width < 640) return 'mini';
  return width < 1100 ? 'normal' : 'expanded';
};
