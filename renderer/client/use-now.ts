import { useEffect, useState } from 'react';

/** The time in milliseconds since the epoch, renewed every `interval` milliseconds; `null` stops the clock. */
export function useNow(interval: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (interval === null) return;
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
