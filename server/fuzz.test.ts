import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBodySchema } from '../protocol/rest.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const generous = { perSecond: 100_000, burst: 100_000 };

/** A valid text with some bytes changed, dropped, doubled or put in. */
const mutated = (text: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: text.length }),
        cut: fc.nat({ max: 5 }),
        add: fc.oneof(
          fc.string({ maxLength: 8, unit: 'binary' }),
          fc.constantFrom(
            '"',
            '{',
            '}',
            '[',
            '\\u0000',
            '\\u0000',
            '\\ud800',
            '%00',
            '\u0000',
            '1e999',
            '-',
            'null',
            '"__proto__":{"x":1},',
            '\uD800',
          ),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) =>
      changes.reduce((result, { at, cut, add }) => result.slice(0, at) + add + result.slice(at + cut), text),
    );
const values = fc.oneof(fc.jsonValue(), fc.anything({ withBigInt: false }));

describe('fuzzing', () => {
  let server: TestServer;
  let token: string;
  beforeAll(async () => {
    server = await startTestServer({
      limits: { requestsPerAddress: generous, requestsPerSession: generous, loginsPerAddress: generous },
    });
    token = await server.logIn('anna');
  });
  afterAll(() => server.close());
  const healthy = async () => (await fetch(`${server.url}/healthz`)).status === 200;

  it('REST answers any body, query and path with a proper answer', async () => {
    const profile = JSON.stringify({ availability: 'away', statusTexts: { available: 'a', away: 'b', dnd: 'c' } });
    const login = JSON.stringify({ user: 'x', password: 'y', device: { name: 'z', kind: 'other' } });
    const request = fc.oneof(
      fc.record({ method: fc.constant('PUT'), path: fc.constant('/profile'), body: mutated(profile) }),
      fc.record({ method: fc.constant('POST'), path: fc.constant('/journal/seen'), body: mutated('{"upTo":"1"}') }),
      fc.record({ method: fc.constant('POST'), path: fc.constant('/session'), body: mutated(login) }),
      fc.record({
        method: fc.constantFrom('POST', 'PUT'),
        path: fc.constantFrom('/session', '/profile', '/journal/seen'),
        body: values.map((value) => JSON.stringify(value) ?? ''),
      }),
      fc.record({
        method: fc.constant('GET'),
        path: fc
          .tuple(
            fc.constantFrom('journal', 'directory', 'phone-book'),
            fc.constantFrom('cursor', 'limit', 'query', 'x'),
            fc.string({ maxLength: 30, unit: 'binary' }),
          )
          .map(([list, name, value]) => `/${list}?${name}=${encodeURIComponent(value.toWellFormed())}`),
        body: fc.constant(null),
      }),
      fc.record({
        method: fc.constantFrom('PUT', 'DELETE', 'GET'),
        path: fc
          .string({ minLength: 1, maxLength: 80, unit: 'binary' })
          .map((id) => `/favourites/${encodeURIComponent(id.toWellFormed())}`),
        body: fc.constant(null),
      }),
    );
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, body }) => {
        const response = await fetch(`${server.url}/api/v1${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === null ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === null ? {} : { body }),
        });
        const text = await response.text();
        expect(response.status).not.toBe(500);
        if (response.status >= 400) errorBodySchema.parse(JSON.parse(text));
      }),
      { seed: 7, numRuns: 2_000 },
    );
    expect(await healthy()).toBe(true);
  }, 120_000);

  it('the event stream closes whatever is not a hello', async () => {
    const frame = fc.oneof(
      mutated(JSON.stringify({ type: 'hello', token, after: 0 })),
      values.map((value) => JSON.stringify(value) ?? ''),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 3 }), async (frames) => {
        const socket = server.socket('/events');
        socket.on('error', () => undefined);
        const ended = new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          // A mutation may still be a hello; then the stream starts.
          socket.once('message', () => socket.close());
        });
        socket.once('open', () => frames.forEach((data) => socket.send(data)));
        await ended;
      }),
      { seed: 7, numRuns: 1_000 },
    );
    expect(await healthy()).toBe(true);
  }, 120_000);

  it('the event stream survives broken WebSocket frames', async () => {
    const { connect } = await import('node:net');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes) => {
        const socket = connect(server.port, '127.0.0.1');
        socket.on('error', () => undefined);
        const key = 'AAAAAAAAAAAAAAAAAAAAAA==';
        socket.write(
          `GET /events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
        );
        await new Promise((resolve) => socket.once('data', resolve));
        socket.end(bytes);
        await new Promise((resolve) => socket.once('close', resolve));
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(await healthy()).toBe(true);
  }, 120_000);
});
