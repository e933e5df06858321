import { useDomain } from '../client/engine-context.tsx';
import { noticePlace, type NoticePlace } from './notice-place.ts';

export const useNoticePlace = (): NoticePlace => {
  const notifyWith = useDomain((state) => state.settings.notifyWith);
  const isInFront = useDomain((state) => state.attention.focused);
  return noticePlace(notifyWith, {
    isDesktop: window.kontor !== undefined,
    isInFront,
    isPermitted: 'Notification' in window && Notification.permission === 'granted',
  });
};
