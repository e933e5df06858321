import { expect, test } from 'vitest';
import type { JournalEntry } from '../../protocol/rest.ts';
import type { Notice, Notifier, Shell } from '../ports/ports.ts';
import { partiesResolved } from '../state/phone-book.ts';
import { journalEntryAdded, journalSeen } from '../state/journal.ts';
import { createEngineStore } from '../state/store.ts';
import { createNotices } from './notices.ts';

const missed: JournalEntry = {
  id: '7',
  direction: 'incoming',
  result: 'missed',
  party: { name: 'As the network says', userId: null },
  number: '+4930123456',
  startedAt: '2026-03-02T10:00:00.000Z',
  durationSeconds: 0,
  seen: false,
  kind: 'call',
  internal: false,
  team: null,
};

/** Notices of a window nobody looks at. */
const watch = () => {
  const shown: Notice[] = [];
  const closed: string[] = [];
  let click: (id: string) => void = () => undefined;
  let opened = 0;
  const notifier: Notifier = {
    show: (notice) => Promise.resolve(void shown.push(notice)),
    close: (id) => Promise.resolve(void closed.push(id)),
    onClick: (listener) => {
      click = listener;
      return () => undefined;
    },
  };
  const shell: Pick<
    Shell,
    'show' | 'attention' | 'onAttentionChange' | 'setUnread' | 'showCallPopup' | 'hideCallPopup'
  > = {
    show: () => (opened += 1),
    attention: () => ({ visible: false, focused: false }),
    onAttentionChange: () => () => undefined,
    setUnread: () => undefined,
    showCallPopup: () => undefined,
    hideCallPopup: () => undefined,
  };
  const store = createEngineStore();
  const notices = createNotices(store, notifier, shell as Shell);
  return { store, notices, shown, closed, click: (id: string) => click(id), opened: () => opened };
};

test('NOT-1 a missed call says who it was, by name and number, and offers to call back', () => {
  const { store, notices, shown, click, opened } = watch();
  const party = { entryId: 'e', book: 'private' as const, name: 'Oma', company: null };
  store.dispatch(partiesResolved([{ number: missed.number, party }]));
  notices.callMissed(missed);
  expect(shown).toMatchObject([{ title: 'Oma', body: expect.stringContaining('+4930123456') as string }]);
  click(shown[0]!.id);
  expect(opened()).toBe(1);
  // In the dial field, not dialled.
  expect(store.getState().dialRequest).toBe('+4930123456');
});

test('NOT-1 without an entry the name that came with the call stands there', () => {
  const { notices, shown } = watch();
  notices.callMissed(missed);
  expect(shown[0]?.title).toBe('As the network says');
});

test('NOT-2 a notice goes when the call was seen on another device', () => {
  const { store, notices, shown, closed } = watch();
  store.dispatch(journalEntryAdded(missed));
  notices.callMissed(missed);
  store.dispatch(journalSeen({ upTo: missed.id }));
  expect(closed).toEqual(shown.map(({ id }) => id));
});
