import WebSocket from 'ws';
import type { DeviceKind } from '../protocol/identity.ts';
import { createTestDatabaseLocation } from './database/test-database.ts';
import { startServer, type RunningServer, type ServerOptions } from './server.ts';

export interface TestServer extends RunningServer {
  /** Logs in with the demo password; resolves with the token. */
  logIn(user: string, kind?: DeviceKind): Promise<string>;
  /** A request to `/api/v1`; `token` goes into the header, `body` as JSON. */
  api(method: string, path: string, options?: { token?: string; body?: unknown }): Promise<ApiAnswer>;
  /** A WebSocket to a path of the server. */
  socket(path: string, subprotocols?: string[], headers?: Record<string, string>): WebSocket;
}
export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; `null` without a body. */
  body: unknown;
}

/** The whole server with the demo company, on PGlite in memory or on the PostgreSQL of `KONTOR_TEST_DATABASE_URL`. */
export const startTestServer = async (options: ServerOptions = {}): Promise<TestServer> => {
  const place = await createTestDatabaseLocation();
  const server = await startServer({ demo: true, database: place.location, ...options });
  const api: TestServer['api'] = async (method, path, { token, body } = {}) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  return {
    ...server,
    api,
    logIn: async (user, kind = 'other') => {
      const body = { user, password: 'demo1234', device: { name: 'Test', kind } };
      const answer = await api('POST', '/session', { body });
      if (answer.status !== 200) throw new Error(`Log-in of ${user} was answered with ${answer.status}`);
      return (answer.body as { token: string }).token;
    },
    socket: (path, subprotocols = [], headers = {}) =>
      new WebSocket(`${server.url.replace('http', 'ws')}${path}`, subprotocols, { headers }),
    close: async () => {
      await server.close();
      await place.remove();
    },
  };
};
