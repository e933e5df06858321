import { expect, test } from 'vitest';
import { defaultSettings, type Settings } from '../../protocol/settings.ts';
import type { Clock } from '../ports/ports.ts';
import { pickUpEnded, pickUpOffered } from '../state/pick-ups.ts';
import { callChanged } from '../state/calls.ts';
import { directoryLoaded, phoneStatesChanged } from '../state/contacts.ts';
import { createEngineStore } from '../state/store.ts';
import type { Call, Notice } from '../state/types.ts';
import { createCallBacks } from './call-backs.ts';
import { createCallNotices } from './call-notices.ts';
import { createNoticeBoard } from './notice-board.ts';

/** Time under control, a window that is in front or not, and a list of the tones that were played. */
const lab = (settings: Partial<Settings> = {}, focused = false) => {
  const store = createEngineStore({ settings: { ...defaultSettings, ...settings } });
  store.dispatch(directoryLoaded([{ id: 'ben', jid: 'ben@x', name: 'Ben', extension: '102', favourite: false }]));
  const timers = new Set<{ at: number; run: () => void }>();
  let now = 0;
  const clock: Clock = {
    now: () => now,
    random: () => 0,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const pass = (seconds: number): void => {
    now += seconds * 1000;
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer);
      timer.run();
    }
  };
  let attention = { visible: true, focused };
  let look = (): void => undefined;
  const window = { shows: 0 };
  const shell = {
    attention: () => attention,
    onAttentionChange: (listener: () => void) => ((look = listener), () => undefined),
    show: () => void (window.shows += 1),
  };
  const played: string[] = [];
  const board = createNoticeBoard({ store, shell, clock, tones: { play: (tone) => void played.push(tone) } });
  const focus = (next: boolean): void => {
    attention = { visible: true, focused: next };
    look();
  };
  const shown = (): string[] => store.getState().notices.shown.map(({ id }) => id);
  return { store, board, pass, focus, shown, played, window };
};
const message: Notice = { kind: 'message', id: 'm', peer: 'ben@x', name: 'Ben', text: 'Hello' };
const free: Notice = { kind: 'callBack', id: 'c', userId: 'ben' };

test('NOT-3 a notice goes after the chosen time, and sounds once', () => {
  const { board, pass, shown, played } = lab({ notifySeconds: 5, noticeTone: 'tap' });
  board.raise(message);
  pass(4.9);
  expect(shown()).toEqual(['m']);
  pass(0.1);
  expect(shown()).toEqual([]);
  expect(played).toEqual(['tap']);
});

test('NOT-3 a kind that is off is neither seen nor heard; without sound nothing is heard', () => {
  const off = lab({ notifyMessages: false });
  off.board.raise(message);
  expect([off.shown(), off.played]).toEqual([[], []]);
  const silent = lab({ notifySound: false });
  silent.board.raise(message);
  expect([silent.shown(), silent.played]).toEqual([['m'], []]);
});

test('NOT-2 with the window in front a message tells itself, what was waited for is still told', () => {
  const { board, shown, focus } = lab({}, true);
  board.raise(message);
  board.raise(free);
  expect(shown()).toEqual(['c']);
  focus(false);
  board.raise(message);
  expect(shown()).toEqual(['c', 'm']);
  focus(true);
  expect(shown()).toEqual(['c']);
});

test('NOT-2 the next message of a conversation takes the place of the last, with time of its own', () => {
  const { board, store, pass } = lab();
  board.raise(message);
  pass(9);
  board.raise({ ...message, text: 'Still there?' });
  pass(9);
  expect(store.getState().notices.shown).toEqual([{ ...message, text: 'Still there?' }]);
});

test('NOT-1 a notice stays while it is being answered', () => {
  const { board, pass, shown } = lab();
  board.raise(message);
  board.keep('m', true);
  pass(600);
  expect(shown()).toEqual(['m']);
  board.keep('m', false);
  pass(10);
  expect(shown()).toEqual([]);
});

test('opening a notice shows the window and says where to go', () => {
  const { board, store, shown, window } = lab();
  board.raise(message);
  board.open('m');
  expect(store.getState().notices.opened).toEqual(message);
  expect([shown(), window.shows]).toEqual([[], 1]);
  board.open('long gone');
  expect(window.shows).toBe(2);
});

test('CON-8 tells once when the busy contact is free, not before', () => {
  const { store, board, shown } = lab();
  const callBacks = createCallBacks(store, board);
  const phone = (state: 'free' | 'ringing' | 'busy'): void =>
    void store.dispatch(phoneStatesChanged([{ userId: 'ben', state }]));
  phone('busy');
  callBacks.want('ben', true);
  phone('ringing');
  expect(shown()).toEqual([]);
  phone('free');
  expect(shown()).toEqual(['callBack ben']);
  expect(store.getState().notices.callBacks).toEqual([]);
  phone('busy');
  expect(shown()).toEqual([]);
  phone('free');
  expect(shown()).toEqual([]);
});

test('CON-8 waits for the end of the own call', () => {
  const { store, board, shown } = lab();
  const callBacks = createCallBacks(store, board);
  const call: Call = {
    id: 'x',
    direction: 'outgoing',
    party: { name: null, number: '104', userId: null },
    startedAt: 0,
    state: 'dialing',
    early: false,
  };
  store.dispatch(callChanged(call));
  callBacks.want('ben', true);
  store.dispatch(phoneStatesChanged([{ userId: 'ben', state: 'free' }]));
  expect(shown()).toEqual([]);
  store.dispatch(callChanged({ ...call, state: 'ended', reason: 'hungUp', endedAt: 1, answeredAt: null }));
  expect(shown()).toEqual(['callBack ben']);
});

test('CON-8 a wish that was taken back is forgotten', () => {
  const { store, board, shown } = lab();
  const callBacks = createCallBacks(store, board);
  callBacks.want('ben', true);
  callBacks.want('ben', false);
  store.dispatch(phoneStatesChanged([{ userId: 'ben', state: 'free' }]));
  expect(shown()).toEqual([]);
});

test('NOT-1 a call to pick up is told once, as long as it rings', () => {
  const { store, board, shown, pass } = lab({ notifyPickUps: true });
  createCallNotices(store, board, { setUnread: () => undefined, setInCall: () => undefined });
  const offer = { callKey: 'k', userId: 'ben', caller: { name: 'Martina', number: '+4999127006' } };
  store.dispatch(pickUpOffered(offer));
  expect(shown()).toEqual(['k']);
  pass(60);
  store.dispatch(pickUpOffered(offer));
  expect(shown()).toEqual([]);
  store.dispatch(pickUpEnded('k'));
  store.dispatch(pickUpOffered(offer));
  expect(shown()).toEqual(['k']);
  store.dispatch(pickUpEnded('k'));
  expect(shown()).toEqual([]);
});
