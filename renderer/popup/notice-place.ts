import type { Settings } from '../../protocol/settings.ts';

/** Where a notice is shown; never in two places (NOT-2). */
export type NoticePlace = 'page' | 'popup' | 'system';

export interface NoticeSurroundings {
  isDesktop: boolean;
  /** The client's window is the one in use. */
  isInFront: boolean;
  /** The browser may show notifications. */
  isPermitted: boolean;
}

/** In the window where the user looks at it, else where the user wants it; a browser has no pop-ups of its own. */
export const noticePlace = (
  notifyWith: Settings['notifyWith'],
  { isDesktop, isInFront, isPermitted }: NoticeSurroundings,
): NoticePlace => {
  if (isInFront) return 'page';
  if (isDesktop) return notifyWith;
  return isPermitted ? 'system' : 'page';
};
