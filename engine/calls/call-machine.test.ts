import { expect, test } from 'vitest';
import type { Call } from '../state/types.ts';
import { callAfter, endReasonOfCancel, endReasonOfStatus, type CallEvent } from './call-machine.ts';

const base = { id: 'c', party: { name: null, number: '102', userId: null }, startedAt: 1 };
const dialing: Call = { ...base, direction: 'outgoing', state: 'dialing', early: false };
const ringing: Call = { ...base, direction: 'incoming', state: 'ringing', answering: false };
const after = (call: Call, ...events: CallEvent[]): Call => events.reduce(callAfter, call);
const answered: CallEvent = { type: 'answered', at: 5 };

test('TEL-1 an outgoing call rings, is answered and ends', () => {
  expect(after(dialing, { type: 'progressed' })).toMatchObject({ state: 'dialing', early: true });
  const active = after(dialing, { type: 'progressed' }, answered);
  expect(active).toMatchObject({ state: 'active', talk: { answeredAt: 5, hold: 'none', link: 'good' } });
  const ended = after(active, { type: 'ended', reason: 'hungUp', at: 9 });
  expect(ended).toMatchObject({ state: 'ended', reason: 'hungUp', answeredAt: 5, endedAt: 9 });
});

test('TEL-2 answering can fail and the call rings on', () => {
  const answering = after(ringing, { type: 'answering', answering: true });
  expect(answering).toMatchObject({ answering: true });
  expect(after(answering, { type: 'answering', answering: false })).toEqual(ringing);
});

test('TEL-3 hold is a wish first and then a fact, and a refused wish falls back', () => {
  const active = after(dialing, answered);
  const hold = (...events: CallEvent[]) => {
    const call = after(active, ...events);
    return call.state === 'active' ? call.talk.hold : null;
  };
  const wish: CallEvent = { type: 'holdWished', hold: true };
  const held: CallEvent = { type: 'holdSettled', held: true };
  expect(hold(wish)).toBe('pendingHold');
  expect(hold(wish, held)).toBe('held');
  expect(hold(wish, { type: 'holdSettled', held: false })).toBe('none');
  expect(hold(wish, held, { type: 'holdWished', hold: false })).toBe('pendingResume');
  expect(hold(wish, held, { type: 'holdWished', hold: false }, { type: 'holdSettled', held: false })).toBe('none');
});

test('an ended call stays ended, and events of another state change nothing', () => {
  const ended = after(ringing, { type: 'ended', reason: 'cancelled', at: 2 });
  expect(after(ended, answered)).toBe(ended);
  expect(after(ringing, { type: 'progressed' })).toBe(ringing);
  expect(after(dialing, { type: 'muteChanged', muted: true })).toBe(dialing);
});

test('ends are told apart by status and by the Reason of a CANCEL', () => {
  expect([486, 603, 404, 480, 408, 500].map((status) => endReasonOfStatus(status))).toEqual([
    'busy',
    'rejected',
    'notFound',
    'unreachable',
    'noAnswer',
    'failed',
  ]);
  expect(endReasonOfStatus(500, 'Q.850;cause=38;text="Network out of order"')).toBe('noLine');
  expect(endReasonOfStatus(403, 'Q.850;cause=34;text="Too many calls at a time"')).toBe('tooManyCalls');
  expect(endReasonOfStatus(403, 'Q.850;cause=52;text="Premium numbers are barred"')).toBe('forbidden');
  expect(endReasonOfCancel('SIP;cause=200;text="Call completed elsewhere"')).toBe('answeredElsewhere');
  expect(endReasonOfCancel('Q.850;cause=16')).toBe('answeredElsewhere');
  expect(endReasonOfCancel('Q.850;cause=127')).toBe('cancelled');
  expect(endReasonOfCancel(undefined)).toBe('cancelled');
});
