import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PhoneBookChange } from '../../protocol/phone-book.ts';
import { startTestServer, type TestServer } from '../../server/test-server.ts';
import { createRestClient } from '../session/rest-client.ts';
import { callChanged } from '../state/calls.ts';
import { directoryEntryChanged } from '../state/contacts.ts';
import { selectParty } from '../state/selectors.ts';
import { createEngineStore, type EngineStore } from '../state/store.ts';
import type { DomainState } from '../state/types.ts';
import { createPhoneBook, phoneBookCommands, type PhoneBook } from './phone-book.ts';

describe('phone book of the client', () => {
  let server: TestServer;
  let token: string;
  let store: EngineStore;
  let book: PhoneBook;
  beforeAll(async () => {
    server = await startTestServer();
    token = await server.logIn('anna');
  });
  afterAll(() => server.close());
  beforeEach(() => {
    store = createEngineStore();
    book = createPhoneBook(
      createRestClient(server.url, token, () => undefined),
      store,
    );
    return () => book.dispose();
  });
  const until = (holds: (state: DomainState) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds(store.getState())) return;
        end();
        resolve();
      };
      const end = store.subscribe(check);
      check();
    });
  const change = (name: string, part: Partial<PhoneBookChange> = {}): PhoneBookChange => ({
    book: 'private',
    version: null,
    name,
    company: null,
    numbers: [],
    emails: [],
    labels: [],
    picture: null,
    note: '',
    ...part,
  });
  const ring = (number: string): void => {
    const party = { name: 'Name from the network', number, userId: null };
    store.dispatch(
      callChanged({ id: number, direction: 'incoming', party, startedAt: 0, state: 'ringing', answering: false }),
    );
  };

  it('PHB-1 creates, changes, deletes and brings back', async () => {
    const created = await book.save(null, change('Wolke Neun'));
    if (!created.ok) throw new Error(created.failure.code);
    const changed = await book.save(created.value.id, change('Wolke Zehn', { version: created.value.version }));
    if (!changed.ok) throw new Error(changed.failure.code);
    expect(await book.save(created.value.id, change('Late', { version: created.value.version }))).toEqual({
      ok: false,
      failure: { code: 'conflict' },
    });
    expect(await book.remove(created.value)).toEqual({ ok: false, failure: { code: 'conflict' } });
    expect(await book.remove(changed.value)).toEqual({ ok: true });
    expect(await book.entry(created.value.id)).toEqual({ ok: false, failure: { code: 'entryGone' } });
    expect(await book.restore(changed.value)).toMatchObject({ ok: true, value: { name: 'Wolke Zehn' } });
    expect(await book.find({ query: 'wolke', limit: 5 })).toMatchObject({ ok: true, value: { total: 1 } });
  });

  it('CON-9 keeps the favourites at hand', async () => {
    expect(await book.load()).toBe(true);
    expect(store.getState().phoneBook.favourites).toEqual([]);
    await book.setFavourite('demo-3', true);
    book.changed();
    await until(({ phoneBook }) => phoneBook.favourites.length === 1);
    expect(store.getState().phoneBook.favourites[0]?.id).toBe('demo-3');
  });

  it('TEL-2 says who calls: the private entry before the one of the company, both before the network', async () => {
    ring('+493023125100');
    await until(({ calls }) => calls.byId['+493023125100']?.party.name === 'Max-Andreas Mustermann');
    await book.save(null, change('Maxi', { numbers: [{ kind: 'mobile', number: '030 / 23125-100' }] }));
    book.changed();
    await until(({ calls }) => calls.byId['+493023125100']?.party.name === 'Maxi');
    ring('+4940999999');
    await until(({ phoneBook }) => phoneBook.parties['+4940999999'] === null);
    expect(store.getState().calls.byId['+4940999999']?.party.name).toBe('Name from the network');
  });

  it('TEL-2 asks for nobody whom the contacts know', async () => {
    store.dispatch(directoryEntryChanged({ id: 'u', jid: 'u@demo', name: 'Ben', extension: '+493023125102' }));
    ring('+493023125102');
    ring('+493023125104');
    await until(({ phoneBook }) => phoneBook.parties['+493023125104'] !== undefined);
    expect(store.getState().phoneBook.parties['+493023125102']).toBeUndefined();
    expect(selectParty('+493023125102')(store.getState()).name).toBe('Ben');
  });

  it('fails with a reason while there is no server', async () => {
    const commands = phoneBookCommands(() => null);
    expect(await commands.find({})).toEqual({ ok: false, failure: { code: 'notConnected' } });
    const lost = createPhoneBook(
      createRestClient('http://127.0.0.1:1', token, () => undefined),
      createEngineStore(),
    );
    expect(await lost.find({})).toEqual({ ok: false, failure: { code: 'notConnected' } });
    lost.dispose();
  });
});
