import { useRinging } from './use-ringing.ts';
import { IncomingCall } from './incoming-call.tsx';
import styles from './incoming-call.module.css';

/** Shows a ringing call over the page; for layouts in which the telephony is not visible. It takes no focus. */
export function IncomingBanner() {
  const { first, waiting } = useRinging();
  if (first === null) return null;
  return (
    <div className={styles.banner}>
      <IncomingCall key={first.id} call={first} waiting={waiting} />
    </div>
  );
}
