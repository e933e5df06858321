import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import { provisioningSchema } from '../../protocol/rest.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { createRateLimit } from './rate-limit.ts';
import { addressKeyOf } from './request-origin.ts';

/** How the server answered a WebSocket handshake: 101 or the refusal. */
const handshake = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.on('error', () => undefined);
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });

describe('borders of the HTTP server', () => {
  let server: TestServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kontor-client-'));
    server = await startTestServer({
      clientFolder: join(folder, 'client'),
      trustProxy: true,
      metricsToken: 'a token for metrics',
      limits: { socketsPerAddress: 3 },
    });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('lets in WebSockets of programs, its own pages and the desktop client, and no others', async () => {
    const from = (origin?: string) => handshake(server.socket('/events', [], origin === undefined ? {} : { origin }));
    expect(await from()).toBe(101);
    expect(await from(server.url)).toBe(101);
    expect(await from('app://kontor')).toBe(101);
    for (const origin of ['https://evil.example', 'null', 'app://other', 'http://127.0.0.1:1', '']) {
      expect([origin, await from(origin)]).toEqual([origin, 403]);
    }
  });

  it('asks for the subprotocol, and says what it does not offer', async () => {
    expect(await handshake(server.socket('/sip', ['sip']))).toBe(101);
    expect(await handshake(server.socket('/xmpp', ['xmpp']))).toBe(101);
    expect(await handshake(server.socket('/sip'))).toBe(400);
    expect(await handshake(server.socket('/xmpp', ['sip']))).toBe(400);
    expect(await handshake(server.socket('/conference'))).toBe(501);
    expect(await handshake(server.socket('/elsewhere'))).toBe(404);
  });

  it('limits the WebSockets of one address', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    const open = [1, 2, 3].map(() => server.socket('/events', [], headers));
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
    expect(await handshake(server.socket('/events', [], headers))).toBe(429);
    expect(await handshake(server.socket('/events', [], { 'x-forwarded-for': '198.51.100.8' }))).toBe(101);
    for (const socket of open) socket.terminate();
  });

  it('derives the addresses from what the trusted proxy says', async () => {
    const token = await server.logIn('anna');
    const headers = {
      authorization: `Bearer ${token}`,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'kontor.example.com',
    };
    const response = await fetch(`${server.url}/api/v1/provisioning`, { headers });
    expect(provisioningSchema.parse(await response.json()).sip.url).toBe('wss://kontor.example.com/sip');
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self' wss://kontor.example.com;");
    expect(response.headers.get('strict-transport-security')).not.toBeNull();
    const evil = { ...headers, 'x-forwarded-host': "evil.example; script-src 'unsafe-inline'" };
    const refused = await fetch(`${server.url}/api/v1/provisioning`, { headers: evil });
    expect(refused.headers.get('content-security-policy')).not.toContain('evil');
  });

  it('gives metrics to whoever has the token', async () => {
    const get = async (authorization?: string) =>
      (await fetch(`${server.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status;
    expect(await get()).toBe(403);
    expect(await get('Bearer wrong')).toBe(403);
    expect(await get('Bearer a token for metrics')).toBe(200);
  });

  it('answers the desktop client across origins, and nobody else', async () => {
    const preflight = (origin: string) =>
      fetch(`${server.url}/api/v1/session`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const desktop = await preflight('app://kontor');
    expect(desktop.status).toBe(204);
    expect(desktop.headers.get('access-control-allow-origin')).toBe('app://kontor');
    expect(desktop.headers.get('access-control-allow-credentials')).toBeNull();
    const foreign = await preflight('https://evil.example');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says that the browser client is not built, and serves it as soon as it is', async () => {
    const missing = await fetch(`${server.url}/`);
    expect(missing.status).toBe(503);
    expect(await missing.text()).toContain('npm run build');
    const assets = join(folder, 'client', 'assets');
    await mkdir(assets, { recursive: true });
    await writeFile(join(folder, 'client', 'index.html'), '<title>Kontor</title>');
    await writeFile(join(assets, 'main-abc.js'), '1');
    await writeFile(join(folder, 'secret.txt'), 'secret');
    const page = await fetch(`${server.url}/`);
    expect([page.status, await page.text()]).toEqual([200, '<title>Kontor</title>']);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const script = await fetch(`${server.url}/assets/main-abc.js`);
    expect(script.headers.get('cache-control')).toContain('immutable');
    for (const path of ['/assets/', '/assets', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/missing.js', '/a%00b']) {
      const answer = await fetch(`${server.url}${path}`);
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
      expect(await answer.text()).not.toContain('secret');
    }
  });

  it('answers what is not HTTP and goes on', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('\x16\x03\x01 rubbish\r\n\r\n'));
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('400 Bad Request');
    expect(answer).toContain('"code":"invalidRequest"');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

describe('limits', () => {
  it('counts IPv6 by /64 prefix and IPv4 by address', () => {
    expect(addressKeyOf('192.0.2.1')).toBe('192.0.2.1');
    expect(addressKeyOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressKeyOf('2001:0db8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(addressKeyOf('::1')).toBe('0:0:0:0::/64');
  });

  it('refills a bucket with time and says when', () => {
    let now = 0;
    const limit = createRateLimit({ perSecond: 2, burst: 3 }, () => now);
    expect([limit.take('a'), limit.take('a'), limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([
      0, 0, 0, 1, 0,
    ]);
    now = 500;
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 1]);
  });

  it('limits requests per address and per session', async () => {
    const server = await startTestServer({ limits: { requestsPerSession: { perSecond: 0.1, burst: 3 } } });
    const token = await server.logIn('anna');
    const statuses: number[] = [];
    for (let round = 0; round < 5; round += 1) statuses.push((await server.api('GET', '/profile', { token })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await server.api('GET', '/profile', { token: await server.logIn('ben') })).status).toBe(200);
    await server.close();
  });
});
