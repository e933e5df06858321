import { useSyncExternalStore } from 'react';

const subscribe = (listener: () => void) => {
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
};
const isInFront = () => document.visibilityState === 'visible' && document.hasFocus();

/** Whether this window is the one in use. */
export const useWindowFocus = (): boolean => useSyncExternalStore(subscribe, isInFront);
