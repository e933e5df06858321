import { expect, test } from 'vitest';
import { noticePlace, type NoticePlace } from './notice-place.ts';

test.each<[boolean, boolean, boolean, 'popup' | 'system', NoticePlace]>([
  [true, true, true, 'popup', 'page'],
  [true, false, true, 'popup', 'popup'],
  [true, false, true, 'system', 'system'],
  [false, true, true, 'system', 'page'],
  [false, false, true, 'popup', 'system'],
  [false, false, false, 'system', 'page'],
])(
  'NOT-2 desktop %s, in front %s, permitted %s, wished %s: %s',
  (isDesktop, isInFront, isPermitted, notifyWith, place) => {
    expect(noticePlace(notifyWith, { isDesktop, isInFront, isPermitted })).toBe(place);
  },
);
