import { expect, test } from 'vitest';
import type { Call, Talk } from '../../../engine/state/types.ts';
import { callStatus, callTileKind, endedReason, formatClock, orderCalls, talkedFor } from './call-view.ts';

const base = (id: string, direction: 'incoming' | 'outgoing' = 'incoming', startedAt = 0) => ({
  id,
  direction,
  startedAt,
  party: { name: 'Emma', number: '105', userId: null },
});
const talk: Talk = {
  answeredAt: 1000,
  muted: false,
  hold: 'none',
  remoteHold: false,
  link: 'good',
  transfer: 'none',
  digits: '',
};
const active = (id: string, change: Partial<Talk> = {}): Extract<Call, { state: 'active' }> => ({
  ...base(id),
  state: 'active',
  talk: { ...talk, ...change },
});

test('LAY-9 puts the active call first and ended ones last', () => {
  const calls: Call[] = [
    { ...base('ended'), state: 'ended', reason: 'busy', endedAt: 0, answeredAt: null },
    active('held', { hold: 'held' }),
    { ...base('ringing'), state: 'ringing', answering: false },
    active('active'),
  ];
  expect(orderCalls(calls).map((call) => call.id)).toEqual(['active', 'ringing', 'held', 'ended']);
});

test('TEL-3 answers a click on hold at once', () => {
  expect(callTileKind(active('a', { hold: 'pendingHold' }))).toBe('held');
  expect(callStatus(active('a', { hold: 'pendingHold' }))).toBe('holding');
  expect(callTileKind(active('a', { hold: 'pendingResume' }))).toBe('active');
});

test('TEL-3 says what matters most: a broken link before holding before muting', () => {
  expect(callStatus(active('a', { link: 'reconnecting', muted: true, hold: 'held' }))).toBe('reconnecting');
  expect(callStatus(active('a', { muted: true, remoteHold: true }))).toBe('remoteHold');
  expect(callStatus(active('a', { muted: true }))).toBe('muted');
});

test('TEL-2 calls an incoming call that nobody took missed', () => {
  const ended = { state: 'ended', reason: 'cancelled', endedAt: 5000, answeredAt: null } as const;
  expect(endedReason({ ...base('a', 'incoming'), ...ended })).toBe('missed');
  expect(endedReason({ ...base('a', 'outgoing'), ...ended })).toBe('cancelled');
});

test('TEL-3 counts from the answer and stops at the end', () => {
  expect(talkedFor(active('a'), 4000)).toBe(3000);
  expect(talkedFor({ ...base('a'), state: 'dialing', early: true }, 4000)).toBeNull();
  expect(formatClock(222_900)).toBe('03:42');
  expect(formatClock(3_723_000)).toBe('1:02:03');
});
