import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { IncomingCall } from './incoming-call.tsx';
import { preparePopup } from './popup-page.ts';
import { useRinging } from './use-ringing.ts';
import { useWindowFocus } from './use-window-focus.ts';

const size = { width: 380, height: 172 };

/**
 * The pop-up of an incoming call in the desktop client (NOT-2): a child window of this page, in the same process, that
 * is built hidden in advance, so that a call is on screen at once. Shown while the client's window is not in front.
 * In a browser, which opens no windows unasked, it does nothing: call strip and notification are there.
 */
export function CallPopupHost() {
  const { first, waiting } = useRinging();
  const isInFront = useWindowFocus();
  const [page, setPage] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (window.kontor === undefined) return;
    return preparePopup(setPage);
  }, []);
  const shows = page !== null && first !== null && !isInFront;
  useEffect(() => {
    if (!shows) return;
    const desktop = window.kontor;
    void desktop?.invoke('popup.show', { name: 'call', ...size });
    return () => void desktop?.invoke('popup.hide', { name: 'call' });
  }, [shows]);
  if (page === null || first === null) return null;
  return createPortal(<IncomingCall key={first.id} call={first} waiting={waiting} />, page);
}
