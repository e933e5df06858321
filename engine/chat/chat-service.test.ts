/** Two or more engines' chats against the real XMPP service. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../server/database/database.ts';
import { createTestDatabase } from '../../server/database/test-database.ts';
import { TestAccounts, testDomain } from '../../server/xmpp/test-accounts.ts';
import { startTestServer, type TestServer } from '../../server/xmpp/test-server.ts';
import type { DeviceKind } from '../../protocol/identity.ts';
import { systemClock } from '../ports/clock.ts';
import { createNoticeBoard } from '../notices/notice-board.ts';
import { createMemoryArchive, type KeptValues } from '../ports/memory-archive.ts';
import type { Archive, Shell } from '../ports/ports.ts';
import { contactOf, directoryLoaded } from '../state/contacts.ts';
import { createEngineStore } from '../state/store.ts';
import type { DomainState } from '../state/types.ts';
import { createChatService, type ChatService } from './chat-service.ts';
import { createStanzaLink } from './stanza/stanza-link.ts';

const names = ['anna', 'ben', 'clara', 'david', 'emma', 'felix', 'greta', 'hugo', 'ida', 'jan', 'kim', 'leo'];
const jidOf = (name: string) => `${name}@${testDomain}`;
const limits = { messageCharacters: 10_000, stanzaBytes: 262_144, avatarBytes: 100_000, statusTextCharacters: 200 };

const keptValues = (): KeptValues => {
  const values = new Map<string, string>();
  return {
    names: () => [...values.keys()],
    get: (name) => values.get(name) ?? null,
    set: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  };
};

let database: Database;
let server: TestServer;
let accounts: TestAccounts;
const devices: Device[] = [];

interface Device {
  chat: ChatService;
  store: ReturnType<typeof createEngineStore>;
  archive: Archive;
  attention: { visible: boolean; focused: boolean };
  start(): Promise<void>;
  refused: boolean;
  /** Where the user looks changes. */
  look(attention: Device['attention']): void;
  /** Called when something happens beside the store. */
  lookers: Set<() => void>;
}

const noticesOf = (device: Device): string[] =>
  device.store.getState().notices.shown.flatMap((notice) => (notice.kind === 'message' ? [notice.text] : []));

const memoryArchive = () => createMemoryArchive(keptValues());

const deviceOf = (
  name: string,
  options: { number?: number; kind?: DeviceKind; archive?: Archive; password?: string; url?: string } = {},
): Device => {
  const store = createEngineStore();
  store.dispatch(
    directoryLoaded(
      names
        .filter((each) => each !== name)
        .map((each) => ({ id: each, jid: jidOf(each), name: each, extension: '1', favourite: false })),
    ),
  );
  const archive = options.archive ?? memoryArchive();
  const wake = () => {
    for (const look of device.lookers) look();
  };
  let attentionChanged = (): void => undefined;
  const shell: Shell = {
    deviceKind: options.kind ?? 'desktop',
    deviceName: 'test',
    defaultServer: async () => ({ server: null, user: null, locale: 'en' }),
    probeServer: async () => 'reachable',
    show: () => undefined,
    quit: () => undefined,
    setLayout: () => undefined,
    setUnread: () => undefined,
    setInCall: () => undefined,
    takeLink: async () => null,
    onLink: () => () => undefined,
    onNetworkChange: () => () => undefined,
    attention: () => device.attention,
    onAttentionChange: (listener) => {
      const before = attentionChanged;
      attentionChanged = () => {
        before();
        listener();
      };
      return () => undefined;
    },
  };
  const device: Device = {
    store,
    archive,
    attention: { visible: true, focused: true },
    refused: false,
    lookers: new Set(),
    look: (attention) => {
      device.attention = attention;
      attentionChanged();
    },
    chat: createChatService({
      store,
      ports: {
        archive,
        clock: systemClock,
        shell,
      },
      notices: createNoticeBoard({ store, shell, clock: systemClock, tones: { play: () => undefined } }),
      onAuthenticationFailed: () => {
        device.refused = true;
        wake();
      },
    }),
    start: () =>
      device.chat.start(
        {
          url: options.url ?? server.url,
          jid: jidOf(name),
          password: options.password ?? `${name}-${options.number ?? 1}`,
          mucDomain: '',
        },
        limits,
      ),
  };
  devices.push(device);
  return device;
};

/** Resolves as soon as the store says so. */
const until = (device: Device, holds: (state: DomainState) => boolean, what = String(holds)): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`not within 10 s: ${what}\n${JSON.stringify(device.store.getState().conversations, null, 1)}`));
    }, 10_000);
    const look = () => {
      if (!holds(device.store.getState())) return;
      clearTimeout(timer);
      off();
      resolve();
    };
    device.lookers.add(look);
    const unsubscribe = device.store.subscribe(look);
    const off = () => {
      unsubscribe();
      device.lookers.delete(look);
    };
    look();
  });
const isUp = (state: DomainState) => state.connection.xmpp.phase === 'up';
const messagesWith = (device: Device, name: string) =>
  device.store.getState().conversations.byPeer[jidOf(name)]?.messages ?? [];
const bodies = (device: Device, name: string) => messagesWith(device, name).map(({ body }) => body);
const loggedIn = async (...args: Parameters<typeof deviceOf>): Promise<Device> => {
  const device = deviceOf(...args);
  await device.start();
  await until(device, isUp);
  return device;
};
const has = (name: string, body: string) => (state: DomainState) =>
  state.conversations.byPeer[jidOf(name)]?.messages.some((message) => message.body === body) ?? false;
const marked = (name: string, delivery: string) => (state: DomainState) => {
  const own = (state.conversations.byPeer[jidOf(name)]?.messages ?? []).filter(({ direction }) => direction === 'out');
  return own.length > 0 && own.every((message) => message.delivery === delivery);
};

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = new TestAccounts(names);
  server = await startTestServer({ accounts, database });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.chat.stop();
  await server.service.flush();
});
afterAll(async () => {
  await server.stop();
  await database.close();
});

describe('chat', () => {
  it('CHA-3 carries messages both ways, with sent, delivered and read marks', async () => {
    const anna = await loggedIn('anna');
    const ben = await loggedIn('ben');
    expect(anna.chat.sendMessage(jidOf('ben'), 'Hello <Ben> & "others"')).toEqual({ ok: true });
    await until(ben, has('anna', 'Hello <Ben> & "others"'));
    await until(anna, marked('ben', 'delivered'));
    await ben.chat.openConversation(jidOf('anna'));
    expect(ben.store.getState().conversations.byPeer[jidOf('anna')]).toMatchObject({ unread: 1 });
    ben.chat.markConversationRead(jidOf('anna'));
    expect(ben.store.getState().conversations.byPeer[jidOf('anna')]).toMatchObject({ unread: 0 });
    await until(anna, marked('ben', 'read'));
    ben.chat.sendMessage(jidOf('anna'), 'Hello Anna');
    await until(anna, has('ben', 'Hello Anna'));
    expect(bodies(anna, 'ben')).toEqual(['Hello <Ben> & "others"', 'Hello Anna']);
    expect(bodies(ben, 'anna')).toEqual(['Hello <Ben> & "others"', 'Hello Anna']);
  });

  it('SES-2 shows the archive without a connection, and sends what is written once there is one', async () => {
    const archive = memoryArchive();
    await archive.call('open', { account: jidOf('felix') });
    const known = {
      id: 'k',
      archiveId: null,
      peer: jidOf('greta'),
      direction: 'in',
      body: 'known',
      timestamp: 1,
    } as const;
    await archive.call('putMessages', { messages: [{ ...known, delivery: 'received' }] });
    const felix = deviceOf('felix', { archive });
    await felix.chat.restore(jidOf('felix'), limits);
    expect(felix.store.getState().connection.xmpp).toEqual({ phase: 'down' });
    expect(felix.store.getState().conversations.byPeer[jidOf('greta')]?.messages).toHaveLength(1);
    expect(felix.chat.sendMessage(jidOf('greta'), 'written before the start')).toEqual({ ok: true });
    await felix.start();
    await until(felix, ({ conversations }) =>
      (conversations.byPeer[jidOf('greta')]?.messages ?? []).some(
        ({ body, delivery }) => body === 'written before the start' && delivery === 'sent',
      ),
    );
    expect(felix.store.getState().conversations.byPeer[jidOf('greta')]?.messages[0]?.body).toBe('known');
  });

  it('CHA-4 delivers to those who were offline, and the archive is the same on every device', async () => {
    const clara = await loggedIn('clara');
    clara.chat.sendMessage(jidOf('david'), 'one');
    clara.chat.sendMessage(jidOf('david'), 'two');
    await until(clara, marked('david', 'sent'));
    const david = await loggedIn('david');
    await until(david, has('clara', 'two'));
    await until(clara, marked('david', 'delivered'));
    const second = await loggedIn('clara', { number: 2 });
    await until(second, has('david', 'two'));
    await until(second, marked('david', 'delivered'));
    expect(bodies(david, 'clara')).toEqual(['one', 'two']);
    expect(bodies(second, 'david')).toEqual(['one', 'two']);
    expect(david.store.getState().conversations.byPeer[jidOf('clara')]?.unread).toBe(2);
  });

  it('SES-5 what is read on one device is read on the other, and its notice goes', async () => {
    const emma = await loggedIn('emma');
    const first = await loggedIn('felix');
    const second = await loggedIn('felix', { number: 2, kind: 'browser' });
    second.attention = { visible: true, focused: false };
    emma.chat.sendMessage(jidOf('felix'), 'read me');
    await until(second, has('emma', 'read me'));
    await until(first, has('emma', 'read me'));
    await until(second, () => noticesOf(second).length > 0);
    expect(noticesOf(second)).toEqual(['read me']);
    await first.chat.openConversation(jidOf('emma'));
    first.chat.markConversationRead(jidOf('emma'));
    await until(second, (state) => state.conversations.byPeer[jidOf('emma')]?.unread === 0);
    expect(noticesOf(second)).toEqual([]);
    // A device that comes later learns it from the archive.
    await until(emma, marked('felix', 'read'));
    const third = await loggedIn('felix', { number: 3 });
    await until(third, (state) => has('emma', 'read me')(state) && isUp(state));
    await until(third, (state) => state.conversations.byPeer[jidOf('emma')]?.unread === 0);
  });

  it('SES-5 own messages appear on the other device', async () => {
    const first = await loggedIn('felix');
    const second = await loggedIn('felix', { number: 2 });
    first.chat.sendMessage(jidOf('greta'), 'from the first');
    await until(second, has('greta', 'from the first'));
    await until(second, marked('greta', 'sent'));
  });

  it('CHA-8 resumes after a cut and loses, doubles and mixes nothing', async () => {
    const anna = await loggedIn('greta');
    const ben = await loggedIn('hugo');
    const expected: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 10; count += 1) {
        anna.chat.sendMessage(jidOf('hugo'), `${round}.${count}`);
        expected.push(`${round}.${count}`);
      }
      server.cutAll();
      anna.chat.sendMessage(jidOf('hugo'), `${round} offline`);
      expected.push(`${round} offline`);
      await until(anna, (state) => state.connection.xmpp.phase === 'waiting');
      await until(anna, isUp);
      await until(ben, has('greta', `${round} offline`));
    }
    await until(anna, (state) => !marked('hugo', 'queued')(state) && !JSON.stringify(state).includes('"queued"'));
    expect(bodies(ben, 'greta')).toEqual(expected);
    expect(bodies(anna, 'hugo').filter((body) => expected.includes(body))).toEqual(expected);
  });

  it('CHA-8 keeps what was written without a connection over a restart of the client', async () => {
    const archive = memoryArchive();
    const before = deviceOf('ida', { archive, url: 'ws://127.0.0.1:9/xmpp' });
    await before.start();
    expect(before.chat.sendMessage(jidOf('jan'), 'written offline')).toEqual({ ok: true });
    expect(before.chat.sendMessage(jidOf('jan'), 'and more')).toEqual({ ok: true });
    expect(messagesWith(before, 'jan').map(({ delivery }) => delivery)).toEqual(['queued', 'queued']);
    await before.chat.stop();
    const jan = await loggedIn('jan');
    const after = await loggedIn('ida', { archive });
    await until(jan, has('ida', 'and more'));
    await until(after, marked('jan', 'delivered'));
    expect(bodies(jan, 'ida')).toEqual(['written offline', 'and more']);
    expect(bodies(after, 'jan')).toEqual(['written offline', 'and more']);
  });

  it('CHA-3 loads older messages page by page, to the first', async () => {
    const kim = await loggedIn('kim');
    const total = 130;
    for (let count = 0; count < total; count += 1) kim.chat.sendMessage(jidOf('leo'), `m${count}`);
    await until(kim, marked('leo', 'sent'));
    const leo = await loggedIn('leo');
    await until(leo, has('kim', `m${total - 1}`));
    await leo.chat.openConversation(jidOf('kim'));
    const state = () => leo.store.getState().conversations.byPeer[jidOf('kim')];
    for (let page = 0; page < 10 && state()?.history !== 'complete'; page += 1)
      await leo.chat.loadOlderMessages(jidOf('kim'));
    expect(state()?.history).toBe('complete');
    expect(bodies(leo, 'kim')).toEqual(Array.from({ length: total }, (_, count) => `m${count}`));
    expect(state()?.unread).toBe(total);
  });

  it('CHA-2 refuses a message that is longer than the server takes, and carries one that just fits', async () => {
    const anna = await loggedIn('anna');
    const ben = await loggedIn('ben');
    const failure = { ok: false, failure: { code: 'messageTooLong' } };
    expect(anna.chat.sendMessage(jidOf('ben'), 'x'.repeat(10_001))).toEqual(failure);
    const longest = '& ü\n'.repeat(2_500).slice(0, 9_999) + 'x';
    expect(anna.chat.sendMessage(jidOf('ben'), longest)).toEqual({ ok: true });
    await until(ben, has('anna', longest), 'long message');
  });

  it('lets the server hold back what nobody looks at, until somebody does (XEP-0352)', async () => {
    const anna = await loggedIn('anna');
    const [away, near] = [await loggedIn('ben'), await loggedIn('ben', { number: 2 })];
    const typing = (state: DomainState) => state.conversations.byPeer[jidOf('anna')]?.peerTyping === true;
    for (const device of [away, near]) await device.chat.openConversation(jidOf('anna'));
    away.look({ visible: false, focused: false });
    // Anna hears it after the server has heard that the window is hidden.
    away.chat.sendMessage(jidOf('anna'), 'the window is hidden now');
    await until(anna, has('ben', 'the window is hidden now'));
    anna.chat.setTyping(jidOf('ben'), true);
    await until(near, typing);
    expect(typing(away.store.getState())).toBe(false);
    away.look({ visible: true, focused: true });
    await until(away, typing);
  });

  it('CHA-3 shows that the other side is typing', async () => {
    const anna = await loggedIn('anna');
    const ben = await loggedIn('ben');
    await ben.chat.openConversation(jidOf('anna'));
    const typing = (wanted: boolean) => (state: DomainState) =>
      state.conversations.byPeer[jidOf('anna')]?.peerTyping === wanted;
    anna.chat.setTyping(jidOf('ben'), true);
    await until(ben, typing(true));
    anna.chat.setTyping(jidOf('ben'), false);
    await until(ben, typing(false));
  });
});

describe('presence', () => {
  const contact = (device: Device, name: string) => contactOf(device.store.getState().contacts, name);

  it('CON-3 shows availability, text and device; unknown is not offline', async () => {
    const anna = deviceOf('anna');
    expect(contact(anna, 'ben')?.availability).toBe('unknown');
    await anna.start();
    await until(anna, (state) => contactOf(state.contacts, 'ben')?.availability === 'offline');
    const ben = deviceOf('ben', { kind: 'mobile' });
    ben.chat.publishPresence('dnd', 'In a meeting');
    await ben.start();
    await until(anna, (state) => contactOf(state.contacts, 'ben')?.availability === 'dnd');
    expect(contact(anna, 'ben')).toMatchObject({ statusText: 'In a meeting', deviceKind: 'mobile' });
    ben.chat.publishPresence('away', '');
    await until(anna, (state) => contactOf(state.contacts, 'ben')?.availability === 'away');
    await ben.chat.stop();
    await until(anna, (state) => contactOf(state.contacts, 'ben')?.availability === 'offline');
    expect(contact(anna, 'ben')).toMatchObject({ statusText: '', deviceKind: null });
  });

  it('CON-4 shows the picture of a contact, its change, and that it was taken away', async () => {
    const anna = await loggedIn('anna');
    const opened = Promise.withResolvers<null>();
    const nothing = () => undefined;
    const ben = createStanzaLink(systemClock)(
      () => ({ url: server.url, jid: jidOf('ben'), password: 'ben-1', resource: 'camera' }),
      {
        opened: () => opened.resolve(null),
        closed: nothing,
        messageReceived: nothing,
        messageAcknowledged: nothing,
        messageBounced: nothing,
        presenceReceived: nothing,
        avatarAnnounced: nothing,
      },
    );
    ben.open();
    await opened.promise;
    ben.sendPresence('available', '');
    const picture = (last: number) => ({
      bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, last),
      mediaType: 'image/png',
      width: 1,
      height: 1,
    });
    const url = (last: number) => `data:image/png;base64,${Buffer.from(picture(last).bytes).toString('base64')}`;
    const shows = (wanted: string | null) => (state: DomainState) =>
      contactOf(state.contacts, 'ben')?.avatarUrl === wanted;
    expect(await ben.publishPicture(picture(1))).toBe(true);
    await until(anna, shows(url(1)));
    expect(await ben.publishPicture(picture(2))).toBe(true);
    await until(anna, shows(url(2)));
    // What is no picture is not shown, whatever it is called.
    expect(await ben.publishPicture({ ...picture(3), bytes: Uint8Array.of(0x3c, 0x73, 0x76, 0x67) })).toBe(true);
    // Kept: there again without the server.
    await anna.chat.stop();
    const again = deviceOf('anna', { archive: anna.archive });
    await again.chat.restore(jidOf('anna'), limits);
    expect(shows(url(2))(again.store.getState())).toBe(true);
    await again.start();
    expect(await ben.publishPicture(null)).toBe(true);
    await until(again, shows(null));
    await ben.close();
  });

  it('SES-3 says that the password is refused, and does not try again', async () => {
    const anna = deviceOf('anna', { password: 'wrong' });
    await anna.start();
    await until(anna, (state) => state.connection.xmpp.phase === 'down' && anna.refused);
  });
});
