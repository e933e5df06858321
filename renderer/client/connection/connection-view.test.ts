import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../engine/state/types.ts';
import { secondsUntil, viewConnection } from './connection-view.ts';

const up: LinkState = { phase: 'up' };
const connecting: LinkState = { phase: 'connecting' };
const waiting = (retryAt: number): LinkState => ({ phase: 'waiting', retryAt, attempt: 2 });

describe('SES-8 the connection is told honestly', () => {
  it('says nothing while everything is up', () => {
    expect(viewConnection({ sip: up, xmpp: up, events: up }, 'online')).toBeNull();
  });
  it('names the one part that is down', () => {
    expect(viewConnection({ sip: waiting(9), xmpp: up, events: up }, 'reconnecting')).toEqual({
      text: 'telephonyDown',
      retryAt: 9,
    });
    expect(viewConnection({ sip: up, xmpp: connecting, events: up }, 'reconnecting')?.text).toBe('chatDown');
    expect(viewConnection({ sip: up, xmpp: up, events: connecting }, 'reconnecting')?.text).toBe('updatesDown');
  });
  it('counts down to the earliest try, and to none while one runs', () => {
    expect(viewConnection({ sip: waiting(9), xmpp: waiting(5), events: waiting(7) }, 'offline')?.retryAt).toBe(5);
    expect(viewConnection({ sip: waiting(9), xmpp: connecting, events: up }, 'reconnecting')?.retryAt).toBeNull();
  });
  it('never shows zero seconds', () => {
    expect([secondsUntil(5000, 1), secondsUntil(5000, 4001), secondsUntil(5000, 6000)]).toEqual([5, 1, 1]);
  });
});
