import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  directoryEntrySchema,
  errorBodySchema,
  listOf,
  phoneStatesSchema,
  provisioningSchema,
  sessionResponseSchema,
  wellKnownSchema,
} from '../../protocol/rest.ts';
import { phoneBookEntrySchema } from '../../protocol/phone-book.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const device = { name: 'Test', kind: 'browser' };
const problem = (code: string) => ({ error: { code, message: expect.any(String) as string } });

describe('REST API', () => {
  let server: TestServer;
  let anna: string;
  beforeAll(async () => {
    server = await startTestServer();
    anna = await server.logIn('anna');
  });
  afterAll(() => server.close());

  it('SES-1 logs in and out', async () => {
    const body = { user: 'Ben@DEMO', password: 'demo1234', device };
    const answer = await server.api('POST', '/session', { body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const session = sessionResponseSchema.parse(answer.body);
    expect(session.user).toEqual({ id: 'demo-ben', name: 'Ben Krüger', extension: '102', instance: 'demo' });
    const { token } = session;
    expect((await server.api('GET', '/profile', { token })).status).toBe(200);
    expect((await server.api('DELETE', '/session', { token })).status).toBe(204);
    const after = await server.api('GET', '/profile', { token });
    expect(after).toMatchObject({ status: 401, body: problem('unauthorized') });
  });

  it('SES-3 answers wrong user and wrong password alike, and says how long to wait', async () => {
    const attempt = (user: string) => server.api('POST', '/session', { body: { user, password: 'wrong', device } });
    const [wrongPassword, wrongUser] = [await attempt('hugo'), await attempt('nobody')];
    expect(wrongPassword).toMatchObject({ status: 401, body: problem('invalidCredentials') });
    expect(wrongUser.body).toEqual(wrongPassword.body);
    for (let round = 0; round < 4; round += 1) await attempt('hugo');
    const waiting = await attempt('hugo');
    expect(waiting).toMatchObject({ status: 429, body: { error: { code: 'tooManyAttempts', retryAfterSeconds: 1 } } });
    expect(waiting.headers.get('retry-after')).toBe('1');
  });

  it('provisions all that a client needs, the same each time', async () => {
    const first = provisioningSchema.parse((await server.api('GET', '/provisioning', { token: anna })).body);
    const base = server.url.replace('http', 'ws');
    expect(first).toMatchObject({
      sip: { url: `${base}/sip`, uri: 'sip:101@demo.kontor.internal', realm: 'demo.kontor.internal', iceServers: [] },
      xmpp: { url: `${base}/xmpp`, jid: 'anna@demo.kontor.internal', mucDomain: 'rooms.demo.kontor.internal' },
      events: { url: `${base}/events` },
      conference: { url: `${base}/conference` },
    });
    expect((await server.api('GET', '/provisioning', { token: anna })).body).toEqual(first);
    const other = provisioningSchema.parse(
      (await server.api('GET', '/provisioning', { token: await server.logIn('anna') })).body,
    );
    expect(other.sip.password).not.toBe(first.sip.password);
    expect(other.sip.authorizationUser).not.toBe(first.sip.authorizationUser);
  });

  it('lists colleagues in pages by name, with favourites', async () => {
    expect((await server.api('PUT', '/favourites/demo-clara', { token: anna })).status).toBe(204);
    const list = listOf(directoryEntrySchema);
    const entries: z.infer<typeof directoryEntrySchema>[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page = list.parse((await server.api('GET', `/directory?limit=3${cursor}`, { token: anna })).body);
      entries.push(...page.entries);
      next = page.next;
    }
    expect(entries.map(({ name }) => name)).toEqual([
      'Anna Berger',
      'Ben Krüger',
      'Clara Meißner',
      'David Okafor',
      'Emma Lindqvist',
      'Felix Petrović',
      'Greta van Dijk',
      'Hugo Marchand',
    ]);
    expect(entries.filter(({ favourite }) => favourite).map(({ id }) => id)).toEqual(['demo-clara']);
    expect((await server.api('DELETE', '/favourites/demo-clara', { token: anna })).status).toBe(204);
    const unknown = await server.api('PUT', '/favourites/nobody', { token: anna });
    expect(unknown).toMatchObject({ status: 404, body: problem('notFound') });
  });

  it('gives the phone states together with the place in the event stream', async () => {
    const states = phoneStatesSchema.parse((await server.api('GET', '/phone-states', { token: anna })).body);
    expect(states.entries).toHaveLength(8);
    expect(new Set(states.entries.map(({ state }) => state))).toEqual(new Set(['offline']));
    expect(states.sequence).toBeGreaterThan(0);
  });

  it('CON-1 keeps the profile', async () => {
    const profile = { availability: 'dnd', statusTexts: { available: '', away: 'Mittag', dnd: 'Bitte nicht stören' } };
    expect(await server.api('PUT', '/profile', { token: anna, body: profile })).toMatchObject({
      status: 200,
      body: profile,
    });
    expect((await server.api('GET', '/profile', { token: await server.logIn('anna') })).body).toEqual(profile);
    const wrong = { ...profile, availability: 'gone' };
    expect(await server.api('PUT', '/profile', { token: anna, body: wrong })).toMatchObject({
      status: 400,
      body: problem('invalidRequest'),
    });
  });

  it('PHB-1 lists the company phone book in pages and finds entries as people write them', async () => {
    const list = listOf(phoneBookEntrySchema);
    const names: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const page = list.parse((await server.api('GET', `/phone-book?limit=25${cursor}`, { token: anna })).body);
      names.push(...page.entries.map(({ id }) => id));
      next = page.next;
    }
    expect(new Set(names).size).toBe(60);
    const find = async (query: string) => {
      const path = `/phone-book?query=${encodeURIComponent(query)}`;
      return list.parse((await server.api('GET', path, { token: anna })).body).entries.map(({ name }) => name);
    };
    expect(await find('And Muster')).toContain('Max-Andreas Mustermann');
    for (const spelling of ['jürgen', 'JUERGEN', 'jurgen']) {
      expect((await find(spelling)).every((name) => name.startsWith('Jürgen'))).toBe(true);
      expect(await find(spelling)).not.toEqual([]);
    }
    expect(await find('weiss')).not.toEqual([]);
    expect(await find('493023125100')).toEqual(['Max-Andreas Mustermann']);
    for (const wildcard of ['%', '_', '\\']) expect(await find(wildcard)).toHaveLength(60);
    expect(await find('zzz')).toEqual([]);
  });

  it('answers every failure with the error body', async () => {
    const call = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${server.url}${path}`, init);
      return { status: response.status, code: errorBodySchema.parse(await response.json()).error.code };
    };
    const post = (body: string, type = 'application/json') =>
      call('/api/v1/session', { method: 'POST', body, headers: { 'content-type': type } });
    expect(await post('{"user":')).toEqual({ status: 400, code: 'invalidRequest' });
    expect(await post('')).toEqual({ status: 400, code: 'invalidRequest' });
    expect(await post('{}')).toEqual({ status: 400, code: 'invalidRequest' });
    expect(await post('<a/>', 'text/xml')).toEqual({ status: 415, code: 'invalidRequest' });
    expect(await post(JSON.stringify({ user: 'x'.repeat(100_000) }))).toEqual({ status: 413, code: 'payloadTooLarge' });
    expect(await call('/api/v1/nothing')).toEqual({ status: 404, code: 'notFound' });
    expect(await call('/api/v1/%')).toMatchObject({ code: 'invalidRequest' });
    expect(await call('/api/v1/journal')).toEqual({ status: 401, code: 'unauthorized' });
    expect(await call('/conference')).toEqual({ status: 501, code: 'unavailable' });
    expect(await call('/events')).toEqual({ status: 426, code: 'invalidRequest' });
    const headers = { authorization: `Bearer ${anna}` };
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=rubbish', `cursor=${'x'.repeat(300)}`]) {
      for (const path of ['/journal', '/directory', '/phone-book']) {
        const answer = await call(`/api/v1${path}?${query}`, { headers });
        expect([path, query, answer]).toEqual([path, query, { status: 400, code: 'invalidRequest' }]);
      }
    }
  });

  it('refuses text that no database stores, and JSON nested without end', async () => {
    const statusTexts = { available: 'a\0b', away: '', dnd: '' };
    const requests = [
      server.api('PUT', '/profile', { token: anna, body: { availability: 'away', statusTexts } }),
      server.api('POST', '/session', {
        body: { user: 'anna', password: 'demo1234', device: { name: 'a\0', kind: 'other' } },
      }),
      server.api('PUT', '/profile', {
        token: anna,
        body: { availability: 'away', statusTexts: { ...statusTexts, available: '\uD800' } },
      }),
      server.api('GET', '/phone-book?cursor=%00', { token: anna }),
      server.api('PUT', '/favourites/%00', { token: anna }),
    ];
    for (const answer of await Promise.all(requests)) {
      expect(answer).toMatchObject({ status: 400, body: problem('invalidRequest') });
    }
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    const headers = { 'content-type': 'application/json' };
    const nested = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers, body: deep });
    expect(nested.status).toBe(400);
  });

  it('describes itself as OpenAPI 3.1', async () => {
    const { body } = await server.api('GET', '/openapi.json');
    const document = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(body);
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(operations.sort()).toEqual([
      'delete /favourites/{userId}',
      'delete /phone-book/{id}',
      'delete /phone-book/{id}/favourite',
      'delete /session',
      'delete /voicemail/greeting',
      'delete /voicemail/messages/{id}',
      'delete /voicemail/pin',
      'get /directory',
      'get /journal',
      'get /journal/{id}',
      'get /phone-book',
      'get /phone-book/labels',
      'get /phone-book/{id}',
      'get /phone-states',
      'get /profile',
      'get /provisioning',
      'get /voicemail/audio/{id}',
      'get /voicemail/messages',
      'get /voicemail/settings',
      'post /journal/seen',
      'post /phone-book/import',
      'post /phone-book/resolve',
      'post /pick-up',
      'post /session',
      'post /voicemail/audio/{id}/link',
      'post /voicemail/messages/{id}/restore',
      'put /favourites/{userId}',
      'put /phone-book/{id}',
      'put /phone-book/{id}/favourite',
      'put /profile',
      'put /voicemail/greeting',
      'put /voicemail/messages/{id}',
      'put /voicemail/pin',
      'put /voicemail/settings',
    ]);
  });

  it('tells what it is and how it is', async () => {
    const known = await fetch(`${server.url}/.well-known/kontor`);
    expect(wellKnownSchema.parse(await known.json())).toMatchObject({ apiVersions: [1], singleInstance: true });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('kontor_logins_total{result="loggedIn"}');
    const forwarded = await fetch(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.1' } });
    expect(forwarded.status).toBe(403);
  });
});
