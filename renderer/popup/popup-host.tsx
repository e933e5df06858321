import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useDomain } from '../client/engine-context.tsx';
import { IncomingCall } from './incoming-call.tsx';
import { NoticeCard } from './notice-card.tsx';
import { preparePopup } from './popup-page.ts';
import styles from './popup-host.module.css';
import { RunningCall } from './running-call.tsx';
import { useNoticePlace } from './use-notice-place.ts';
import { useRinging } from './use-ringing.ts';
import { useRunningCall } from './use-running-call.ts';

const width = 380;
/** More would hide what the user works at; the rest follows when these are gone. */
const noticesAtOnce = 3;

/**
 * The desktop client's pop-ups (NOT-2): one child window of this page, in the same process, that is built hidden in
 * advance, so that a call is on screen at once. Shown while the client's window is not in front: the ringing call, or
 * the running one, and the newest notices. In a browser, which opens no windows unasked, it does nothing.
 */
export function PopupHost() {
  const isInFront = useDomain((state) => state.attention.focused);
  const place = useNoticePlace();
  const ringing = useRinging();
  const running = useRunningCall(isInFront);
  const announcesCalls = useDomain((state) => state.settings.notifyIncomingCalls);
  const shown = useDomain((state) => state.notices.shown);
  const [page, setPage] = useState<HTMLElement | null>(null);
  const [content, setContent] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (window.kontor === undefined) return;
    return preparePopup(setPage);
  }, []);
  const incoming = announcesCalls && !isInFront ? ringing.first : null;
  const call = incoming === null ? running.call : null;
  const notices = place === 'popup' ? shown.slice(-noticesAtOnce) : [];
  const shows = page !== null && (incoming !== null || call !== null || notices.length > 0);
  useEffect(() => {
    const desktop = window.kontor;
    if (!shows || content === null || desktop === undefined) return;
    const show = () =>
      void desktop.invoke('popup.show', { name: 'call', width, height: Math.ceil(content.scrollHeight) });
    show();
    const observer = new ResizeObserver(show);
    observer.observe(content);
    return () => {
      observer.disconnect();
      void desktop.invoke('popup.hide', { name: 'call' });
    };
  }, [shows, content]);
  if (page === null || !shows) return null;
  return createPortal(
    <div ref={setContent} className={styles.stack}>
      {incoming && <IncomingCall key={incoming.id} call={incoming} waiting={ringing.waiting} />}
      {call && <RunningCall call={call} onClose={running.close} />}
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>,
    page,
  );
}
