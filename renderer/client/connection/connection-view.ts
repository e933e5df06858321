/** What the banner says about the three links (SES-8); no component, so that each case can be tested as a value. */
import type { ConnectionState, ConnectionSummary, LinkState } from '../../../engine/state/types.ts';

export interface ConnectionView {
  /** Text `layout:connection.<text>`. */
  text: 'connecting' | 'reconnecting' | 'offline' | 'telephonyDown' | 'chatDown' | 'updatesDown';
  /** When the next try begins, in milliseconds since the epoch; `null` while one is running. */
  retryAt: number | null;
}

const nextTry = (links: LinkState[]): number | null => {
  if (links.some((link) => link.phase === 'connecting')) return null;
  const times = links.flatMap((link) => (link.phase === 'waiting' ? [link.retryAt] : []));
  return times.length > 0 ? Math.min(...times) : null;
};

/** `null` while everything is up: then there is nothing to say. */
export const viewConnection = (connection: ConnectionState, summary: ConnectionSummary): ConnectionView | null => {
  if (summary === 'online') return null;
  const { sip, xmpp, events } = connection;
  const down = [sip, xmpp, events].filter((link) => link.phase !== 'up');
  const retryAt = nextTry(down);
  if (summary === 'connecting' || summary === 'offline') return { text: summary, retryAt };
  if (down.length > 1) return { text: 'reconnecting', retryAt };
  if (sip.phase !== 'up') return { text: 'telephonyDown', retryAt };
  return { text: xmpp.phase === 'up' ? 'updatesDown' : 'chatDown', retryAt };
};

/** Whole seconds that are left, never below 1: the try itself is shown as one. */
export const secondsUntil = (at: number, now: number): number => Math.max(1, Math.ceil((at - now) / 1000));
