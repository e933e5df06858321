import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../../server/server.ts';
import type { SavedLogin } from '../../protocol/ipc.ts';
import { defaultSettings } from '../../protocol/settings.ts';
import { createPhoneBook } from '../directory/phone-book.ts';
import { createServerData } from '../directory/server-data.ts';
import { systemClock } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import { contactOf } from '../state/contacts.ts';
import { linkChanged } from '../state/connection.ts';
import { createEngineStore, type EngineStore } from '../state/store.ts';
import type { DomainState } from '../state/types.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { createSession, type OpenSession, type Session } from './session.ts';
import { createSessionCache } from './session-cache.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ demo: true });
});
afterAll(() => server.close());

const open: Client[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.session.dispose();
});

interface Client {
  store: EngineStore;
  session: Session;
  saved(): SavedLogin | null;
  connection(): OpenSession;
  until(holds: (state: DomainState) => boolean): Promise<void>;
}

/** A client without telephony and chat: session, snapshots and events over the real server. */
const client = (login: SavedLogin | null = null): Client => {
  let saved = login;
  let events: EventStream | null = null;
  let connection: OpenSession | null = null;
  const store = createEngineStore();
  const off = (): (() => void) => () => undefined;
  const ports: Ports = {
    clock: systemClock,
    archive: { call: () => Promise.reject(new Error('There is no archive in this test')) },
    secrets: {
      strength: () => Promise.resolve('none'),
      load: () => Promise.resolve(saved),
      save: (next) => {
        saved = next;
        return Promise.resolve(true);
      },
      clear: () => {
        saved = null;
        return Promise.resolve();
      },
    },
    ledger: { read: () => Promise.resolve([]), write: () => Promise.resolve() },
    notifier: { show: () => Promise.resolve(), close: () => Promise.resolve(), onClick: off },
    settings: {
      read: () => Promise.resolve(defaultSettings),
      update: (patch) => Promise.resolve({ ...defaultSettings, ...patch }),
      onChange: off,
    },
    shell: {
      deviceKind: 'desktop',
      deviceName: 'Session test',
      defaultServer: () => Promise.resolve({ server: null, user: null, locale: 'en' }),
      probeServer: () => Promise.resolve('unknownServer'),
      show: () => undefined,
      quit: () => undefined,
      setLayout: () => undefined,
      setUnread: () => undefined,
      setInCall: () => undefined,
      takeLink: () => Promise.resolve(null),
      onLink: off,
      onNetworkChange: off,
      attention: () => ({ visible: true, focused: true }),
      onAttentionChange: off,
    },
  };
  const session = createSession({
    ports,
    store,
    cache: createSessionCache(null),
    restored: () => Promise.resolve(),
    opened: (next) => {
      connection = next;
      const data = createServerData(next.rest, store, createPhoneBook(next.rest, store), () => undefined);
      events = createEventStream({
        url: next.provisioning.events.url,
        token: next.token,
        clock: systemClock,
        changed: (state) => store.dispatch(linkChanged({ link: 'events', state })),
        event: data.apply,
        ready: (snapshots) => {
          if (snapshots) void data.load();
        },
        revoked: () => session.revoked(),
      });
      events.start();
      return Promise.resolve();
    },
    closed: () => {
      events?.stop();
      return Promise.resolve();
    },
  });
  const made: Client = {
    store,
    session,
    saved: () => saved,
    connection: () => {
      if (!connection) throw new Error('The session was never opened');
      return connection;
    },
    until: (holds) =>
      new Promise((resolve) => {
        const end = store.subscribe(() => check());
        const check = (): void => {
          if (!holds(store.getState())) return;
          end();
          resolve();
        };
        check();
      }),
  };
  open.push(made);
  return made;
};
const logIn = async (user: string): Promise<Client> => {
  const made = client();
  const outcome = await made.session.login({ server: server.url, user, password: 'demo1234', save: true });
  expect(outcome).toEqual({ ok: true });
  return made;
};
const isReady = ({ connection, contacts }: DomainState): boolean => connection.events.phase === 'up' && contacts.loaded;

test('SES-1 logs in without regard to case and reads the colleagues', async () => {
  const anna = await logIn('ANNA');
  await anna.until(isReady);
  const { session, contacts } = anna.store.getState();
  expect(session).toMatchObject({ phase: 'loggedIn', user: { extension: '101' } });
  expect(contacts.rows.some((contact) => contact.extension === '102')).toBe(true);
});

test('SES-3 a wrong password and an unknown server have a failure each, and nothing is saved', async () => {
  const anna = client();
  const wrong = { server: server.url, user: 'anna', password: 'wrong', save: true };
  expect(await anna.session.login(wrong)).toEqual({ ok: false, failure: { code: 'invalidCredentials' } });
  expect(anna.store.getState().session).toEqual({ phase: 'loggedOut', failure: { code: 'invalidCredentials' } });
  const nowhere = { ...wrong, server: 'http://127.0.0.1:1' };
  expect(await anna.session.login(nowhere)).toEqual({ ok: false, failure: { code: 'unknownServer' } });
  expect(anna.saved()).toBeNull();
});

test('SES-2 a saved login is a token and is taken up again; logging out makes it worthless', async () => {
  const first = await logIn('clara');
  const saved = first.saved();
  expect(JSON.stringify(saved)).not.toContain('demo1234');
  first.session.dispose();
  const second = client(saved);
  await second.session.resume();
  expect(second.store.getState().session.phase).toBe('loggedIn');
  await second.session.logout(false);
  expect(second.saved()).toBeNull();
  const third = client(saved);
  await third.session.resume();
  expect(third.store.getState().session).toEqual({ phase: 'loggedOut', failure: { code: 'sessionRevoked' } });
});

test('SES-5 a favourite set on one device shows on the other', async () => {
  const [desk, pocket] = await Promise.all([logIn('david'), logIn('david')]);
  await Promise.all([desk.until(isReady), pocket.until(isReady)]);
  const [id = ''] = desk.store.getState().contacts.ids;
  await desk.connection().rest.tell('PUT', `/api/v1/favourites/${id}`);
  await pocket.until(({ contacts }) => contactOf(contacts, id)?.favourite === true);
});

test('a session ended from elsewhere logs out and says why', async () => {
  const emma = await logIn('emma');
  await emma.until(isReady);
  const { rest } = emma.connection();
  await fetch(`${rest.origin}/api/v1/session`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${emma.connection().token}` },
  });
  await emma.until(({ session }) => session.phase === 'loggedOut');
  expect(emma.store.getState().session).toEqual({ phase: 'loggedOut', failure: { code: 'sessionRevoked' } });
  expect(emma.saved()).toBeNull();
});
