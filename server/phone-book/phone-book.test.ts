import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  phoneBookEntrySchema,
  phoneBookLimits,
  phoneBookPageSchema,
  resolveResponseSchema,
  type PhoneBookEntry,
} from '../../protocol/phone-book.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

describe('phone book', () => {
  let server: TestServer;
  /** Anna may change the company's book, Ben may not. */
  let anna: string;
  let ben: string;
  beforeAll(async () => {
    server = await startTestServer({ limits: { requestsPerSession: { perSecond: 1_000, burst: 10_000 } } });
    [anna, ben] = await Promise.all([server.logIn('anna'), server.logIn('ben')]);
  });
  afterAll(() => server.close());

  const put = (token: string, id: string, change: object) =>
    server.api('PUT', `/phone-book/${id}`, { token, body: { book: 'private', version: null, ...change } });
  const created = async (token: string, id: string, change: object): Promise<PhoneBookEntry> => {
    const answer = await put(token, id, change);
    expect(answer).toMatchObject({ status: 200 });
    return phoneBookEntrySchema.parse(answer.body);
  };
  const list = async (token: string, query: string) =>
    phoneBookPageSchema.parse((await server.api('GET', `/phone-book?${query}`, { token })).body);
  const names = async (token: string, query: string) => (await list(token, query)).entries.map(({ name }) => name);
  const remove = (token: string, { id, version }: PhoneBookEntry) =>
    server.api('DELETE', `/phone-book/${id}?version=${version}`, { token });
  const partyOf = async (token: string, number: string) => {
    const answer = await server.api('POST', '/phone-book/resolve', { token, body: { numbers: [number] } });
    return resolveResponseSchema.parse(answer.body).entries[0]!.party;
  };

  it('PHB-1 keeps all fields of an entry; only the name is required', async () => {
    expect(await created(anna, 'bare', { name: ' Zoë Nur ' })).toMatchObject({
      name: 'Zoë Nur',
      company: null,
      numbers: [],
      emails: [],
      labels: [],
      picture: null,
      note: '',
      favourite: false,
    });
    const full = {
      name: 'Zacharias Voll',
      company: 'Zunft',
      numbers: [
        { kind: 'office', number: '+49 30 23125 777' },
        { kind: 'fax', number: '030/23125-778' },
      ],
      emails: ['z@zunft.example', 'voll@zunft.example'],
      labels: ['Kunde', 'Wichtig'],
      picture: 'data:image/png;base64,iVBORw0KGgo=',
      note: 'Ruft zurück.\nImmer.',
    };
    const entry = await created(anna, 'full', full);
    expect(entry).toMatchObject({ ...full, book: 'private', source: null });
    expect((await server.api('GET', '/phone-book/full', { token: anna })).body).toEqual(entry);
    for (const wrong of [
      { name: '' },
      { name: 'x'.repeat(201) },
      { name: 'A', numbers: [{ kind: 'pager', number: '1' }] },
      { name: 'A', numbers: [{ kind: 'office', number: 'no digits' }] },
      { name: 'A', emails: ['nobody'] },
      { name: 'A', picture: 'https://elsewhere.example/a.png' },
      { name: 'A', picture: 'data:image/svg+xml;base64,AAAA' },
      { name: 'A\0' },
    ])
      expect((await put(anna, 'wrong', wrong)).status).toBe(400);
  });

  it('PHB-2 shows a private entry to its owner alone', async () => {
    const entry = await created(anna, 'secret', {
      name: 'Qvenja Geheim',
      numbers: [{ kind: 'mobile', number: '0171 5550001' }],
    });
    expect(await names(anna, 'query=qvenja')).toEqual(['Qvenja Geheim']);
    expect(await names(ben, 'query=qvenja')).toEqual([]);
    expect((await server.api('GET', '/phone-book/secret', { token: ben })).status).toBe(404);
    expect((await put(ben, 'secret', { name: 'Mine', version: entry.version })).status).toBe(404);
    expect((await put(ben, 'secret', { name: 'Mine' })).status).toBe(409);
    expect((await remove(ben, entry)).status).toBe(404);
    expect((await server.api('PUT', '/phone-book/secret/favourite', { token: ben })).status).toBe(404);
    expect(await partyOf(ben, '+491715550001')).toBeNull();
    expect(await partyOf(anna, '+491715550001')).toMatchObject({ name: 'Qvenja Geheim', book: 'private' });
  });

  it('PHB-2 lets only certain roles change the company book', async () => {
    const refused = await put(ben, 'firm', { book: 'company', name: 'Qirm' });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    const entry = await created(anna, 'firm', { book: 'company', name: 'Qirm' });
    expect(await names(ben, 'query=qirm')).toEqual(['Qirm']);
    expect((await put(ben, 'firm', { book: 'company', name: 'Mine', version: entry.version })).status).toBe(403);
    expect((await remove(ben, entry)).status).toBe(403);
    const features = async (token: string) =>
      ((await server.api('GET', '/provisioning', { token })).body as { features: object }).features;
    expect(await features(anna)).toMatchObject({ editsCompanyPhoneBook: true });
    expect(await features(ben)).toMatchObject({ editsCompanyPhoneBook: false });
    expect((await remove(anna, entry)).status).toBe(204);
  });

  it('PHB-2 tells of a change that somebody else has made meanwhile; nothing is lost', async () => {
    const first = await created(anna, 'shared', { name: 'Q Eins' });
    const second = await created(anna, 'shared', { name: 'Q Zwei', version: first.version });
    expect(second.version).toBeGreaterThan(first.version);
    const late = await put(anna, 'shared', { name: 'Q Drei', version: first.version });
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect((await remove(anna, first)).status).toBe(409);
    expect((await server.api('GET', '/phone-book/shared', { token: anna })).body).toEqual(second);
    expect((await put(anna, 'shared', { name: 'Again' })).status).toBe(409);
    const both = await Promise.all(
      ['A', 'B'].map((name) => put(anna, 'shared', { name: `Q ${name}`, version: second.version })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('PHB-3 keeps favourites of each user, also over delete and undo', async () => {
    expect((await server.api('PUT', '/phone-book/demo-1/favourite', { token: ben })).status).toBe(204);
    expect((await list(ben, 'favourites=true')).entries.map(({ id }) => id)).toEqual(['demo-1']);
    expect(await names(anna, 'favourites=true')).toEqual([]);
    const entry = phoneBookEntrySchema.parse((await server.api('GET', '/phone-book/demo-1', { token: anna })).body);
    expect((await remove(anna, entry)).status).toBe(204);
    expect((await remove(anna, entry)).status).toBe(204);
    expect((await server.api('GET', '/phone-book/demo-1', { token: ben })).status).toBe(404);
    expect(await names(ben, 'favourites=true')).toEqual([]);
    expect(await partyOf(ben, '+493023125100')).toBeNull();
    const back = await created(anna, 'demo-1', { ...entry, version: null });
    expect({ ...back, version: 0 }).toEqual({ ...entry, version: 0 });
    expect((await list(ben, 'favourites=true')).entries).toMatchObject([{ id: 'demo-1', favourite: true }]);
    expect((await server.api('DELETE', '/phone-book/demo-1/favourite', { token: ben })).status).toBe(204);
    expect(await names(ben, 'favourites=true')).toEqual([]);
  });

  it('PHB-1 pages both books in one order, by place or by cursor, and says how many there are', async () => {
    const all = await list(anna, 'limit=1000');
    expect(all.entries).toHaveLength(all.total!);
    const keys = all.entries.map(({ id }) => id);
    const byOffset = [];
    for (let offset = 0; offset < keys.length; offset += 13)
      byOffset.push(...(await list(anna, `limit=13&offset=${offset}`)).entries);
    expect(byOffset.map(({ id }) => id)).toEqual(keys);
    const byCursor = [];
    let next: string | null = '';
    while (next !== null) {
      const page: Awaited<ReturnType<typeof list>> = await list(anna, `limit=13${next && `&cursor=${next}`}`);
      byCursor.push(...page.entries);
      next = page.next;
    }
    expect(byCursor.map(({ id }) => id)).toEqual(keys);
    for (const book of ['company', 'private'] as const) {
      const some = await list(anna, `book=${book}&limit=1000`);
      expect(some.entries.map(({ id }) => id)).toEqual(all.entries.filter((e) => e.book === book).map(({ id }) => id));
      expect(some.total).toBe(some.entries.length);
    }
  });

  it('SEA-2 finds by word beginnings, umlauts either way, labels, e-mail and digits from any sensible place', async () => {
    await created(anna, 'finder', {
      name: 'Qünther Øresund-Straßmeier',
      company: 'Xylofon AG',
      labels: ['Notdienst Süd'],
      emails: ['q.str@xylofon.example'],
      numbers: [{ kind: 'office', number: '+49 (0)991 270 06-55' }],
    });
    for (const query of ['qun', 'QUENTHER', 'qünth', 'strassm', 'xylo q', 'notdienst', 'sued', 'example q'])
      expect([query, await names(anna, `query=${encodeURIComponent(query)}`)]).toEqual([
        query,
        ['Qünther Øresund-Straßmeier'],
      ]);
    for (const query of ['0991 2700655', '+49 991 27006', '0049991270', '2700655', '99127006-5'])
      expect([query, await names(anna, `query=${encodeURIComponent(query)}`)]).toEqual([
        query,
        ['Qünther Øresund-Straßmeier'],
      ]);
    for (const query of ['ünther', 'qünther zzz'])
      expect(await names(anna, `query=${encodeURIComponent(query)}`)).toEqual([]);
    expect(await names(anna, 'label=Notdienst%20S%C3%BCd')).toEqual(['Qünther Øresund-Straßmeier']);
    for (const odd of ["'", '\\', ':*', '!', '&|', '()', "a' | 'b"])
      expect((await server.api('GET', `/phone-book?query=${encodeURIComponent(odd)}`, { token: anna })).status).toBe(
        200,
      );
    const labels = await server.api('GET', '/phone-book/labels', { token: anna });
    expect(labels.body).toMatchObject({
      entries: expect.arrayContaining([{ label: 'Notdienst Süd', count: 1 }]) as unknown,
    });
  });

  it('TEL-2 knows whose number it is; the private entry wins', async () => {
    const number = '+49 30 99925 155';
    await created(anna, 'firm-number', { book: 'company', name: 'Q Firma', numbers: [{ kind: 'office', number }] });
    for (const spelling of ['+493099925155', '0049 30 99925155', '030/99925-155', '493099925155'])
      expect(await partyOf(anna, spelling)).toMatchObject({ name: 'Q Firma', book: 'company' });
    await created(anna, 'own-number', { name: 'Q Tante', numbers: [{ kind: 'private', number: '030 99925155' }] });
    expect(await partyOf(anna, '+493099925155')).toMatchObject({ name: 'Q Tante', book: 'private' });
    expect(await partyOf(ben, '+493099925155')).toMatchObject({ name: 'Q Firma' });
    // In another area it is somebody else.
    expect(await partyOf(anna, '+494099925155')).toBeNull();
    for (const odd of ['', '   ', 'anonymous', '+', 'x'.repeat(128)]) expect(await partyOf(anna, odd)).toBeNull();
  });

  it('PHB-4 imports all or nothing, tells doubles, and previews without writing', async () => {
    const emma = await server.logIn('emma');
    const entry = (name: string, number: string) => ({ name, numbers: [{ kind: 'office', number }] });
    const send = (part: object) =>
      server.api('POST', '/phone-book/import', {
        token: emma,
        body: { book: 'private', doubles: 'skip', preview: false, ...part },
      });
    const file = [entry('Qi Eins', '+49 30 7770001'), entry('Qi Zwei', '030 7770002'), entry('QI EINS', '030 7770001')];
    expect(await send({ entries: file, preview: true })).toMatchObject({
      status: 200,
      body: { added: 2, replaced: 0, skipped: 1 },
    });
    expect(await names(emma, 'book=private')).toEqual([]);
    expect((await send({ entries: file })).body).toEqual({ added: 2, replaced: 0, skipped: 1 });
    expect((await send({ entries: file })).body).toEqual({ added: 0, replaced: 0, skipped: 3 });
    const changed = [{ ...entry('Qi Eins', '0049307770001'), note: 'Neu' }, entry('Qi Eins', '+49 30 7770009')];
    expect((await send({ entries: changed, doubles: 'replace' })).body).toEqual({ added: 1, replaced: 1, skipped: 0 });
    expect((await list(emma, 'query=Qi&book=private')).entries.map(({ note }) => note).sort()).toEqual(['', '', 'Neu']);
    expect((await send({ entries: file, doubles: 'add' })).body).toEqual({ added: 3, replaced: 0, skipped: 0 });
    expect(await partyOf(emma, '+49307770002')).toMatchObject({ name: 'Qi Zwei' });
    const before = await names(emma, 'book=private');
    expect((await send({ entries: [entry('Good', '1'), { name: '' }] })).status).toBe(400);
    expect((await send({ entries: file, book: 'company' })).status).toBe(403);
    expect(await names(emma, 'book=private')).toEqual(before);
  });

  it('PHB-4 takes 10,000 entries in one import, and none beyond what fits', async () => {
    const felix = await server.logIn('felix');
    const entries = Array.from({ length: 10_000 }, (_, at) => ({
      name: `Qm ${at}`,
      numbers: [{ kind: 'mobile', number: `0171 ${1_000_000 + at}` }],
    }));
    const body = { book: 'private', doubles: 'skip', preview: false, entries };
    expect((await server.api('POST', '/phone-book/import', { token: felix, body })).body).toMatchObject({
      added: 10_000,
    });
    expect((await list(felix, 'book=private&limit=1')).total).toBe(10_000);
    const strange = await fetch(`${server.url}/api/v1/phone-book/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${'x'.repeat(40)}` },
      body: JSON.stringify(body),
    });
    expect(strange.status).toBe(401);
    const more = { ...body, entries: [{ name: 'One more' }] };
    expect((await server.api('POST', '/phone-book/import', { token: felix, body: more })).status).toBe(409);
  });

  it('refuses entries beyond the limit', async () => {
    await server.database.query(
      `INSERT INTO phone_book_entries (id, instance_id, owner_id, name, numbers, sort_key)
       SELECT 'many-' || n, 'demo', 'demo-clara', 'Many', '[]', 'many' FROM generate_series(1, $1::int) n`,
      [phoneBookLimits.privateEntries],
    );
    const clara = await server.logIn('clara');
    expect(await put(clara, 'too-many', { name: 'A' })).toMatchObject({
      status: 409,
      body: { error: { code: 'limitReached' } },
    });
  });

  it('tells everybody who sees a change, and nobody else', async () => {
    const [before] = await server.database.query<{ n: number }>('SELECT last_sequence AS n FROM event_stream');
    await created(anna, 'event-1', { name: 'Qe' });
    await created(anna, 'event-2', { name: 'Qe', book: 'company' });
    const told = await server.database.query<{ book: string; users: number }>(
      `SELECT event ->> 'book' AS book, count(m.user_id) AS users FROM events e
         JOIN audience_members m ON m.audience_id = e.audience_id
        WHERE e.sequence > $1 AND e.event ->> 'type' = 'phoneBookChanged' GROUP BY e.sequence ORDER BY e.sequence`,
      [before!.n],
    );
    expect(told).toEqual([
      { book: 'private', users: 1 },
      { book: 'company', users: 8 },
    ]);
  });
});
