import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { WebSocketServer } from 'ws';
import type { WebSocketService } from '../connection.ts';
import { ApiError } from './api-error.ts';
import { requestOrigin, type RequestOrigin } from './request-origin.ts';
import type { RateLimit } from './rate-limit.ts';
import { mayConnect } from './security-headers.ts';

/** One WebSocket address of the server. `service` is `null` where this server does not offer it. */
export interface WebSocketEndpoint {
  path: string;
  /** The subprotocol a client must ask for; `null`: none. */
  subprotocol: string | null;
  maxPayloadBytes: number;
  service: WebSocketService | null;
}

export interface UpgradeOptions {
  endpoints: readonly WebSocketEndpoint[];
  trustProxy: boolean;
  socketsPerAddress: number;
  requestsPerAddress: RateLimit;
  metrics: Registry;
}

/** Takes WebSockets in: checks who may connect and how, and hands them to their service. `cut` ends what is still open. */
export const acceptUpgrades = (server: Server, options: UpgradeOptions): { cut(): void } => {
  const streams = new Set<Duplex>();
  const perAddress = new Map<string, number>();
  const endpoints = new Map(options.endpoints.map((endpoint) => [endpoint.path, prepare(endpoint)]));
  const gauge = new Gauge({
    name: 'kontor_websockets',
    help: 'Open WebSockets by address',
    labelNames: ['path'],
    registers: [options.metrics],
  });

  const check = (request: IncomingMessage, origin: RequestOrigin) => {
    const wait = options.requestsPerAddress.take(origin.addressKey);
    if (wait > 0) throw new ApiError('rateLimited', 'Too many requests', { retryAfterSeconds: wait });
    const path = request.url?.split('?')[0] ?? '';
    const endpoint = endpoints.get(path);
    if (endpoint === undefined) throw new ApiError('notFound', 'No WebSocket here');
    if (!mayConnect(request.headers.origin, origin.host)) throw new ApiError('forbidden', 'Foreign origin');
    const { subprotocol, service, sockets } = endpoint;
    if (service === null) throw new ApiError('unavailable', 'Not offered by this server', { statusCode: 501 });
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (subprotocol !== null && !offered.includes(subprotocol)) {
      throw new ApiError('invalidRequest', `Ask for the subprotocol ${subprotocol}`);
    }
    if ((perAddress.get(origin.addressKey) ?? 0) >= options.socketsPerAddress) {
      throw new ApiError('rateLimited', 'Too many connections', { retryAfterSeconds: 10 });
    }
    return { path, service, sockets };
  };

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const drop = () => stream.destroy();
    stream.on('error', drop);
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    try {
      const origin = requestOrigin(request, options.trustProxy);
      const { path, service, sockets } = check(request, origin);
      // `ws` answers a malformed handshake itself and then never calls back.
      sockets.handleUpgrade(request, stream, head, (socket) => {
        stream.off('error', drop);
        const { addressKey } = origin;
        perAddress.set(addressKey, (perAddress.get(addressKey) ?? 0) + 1);
        gauge.inc({ path });
        socket.once('close', () => {
          gauge.dec({ path });
          const left = (perAddress.get(addressKey) ?? 1) - 1;
          if (left > 0) perAddress.set(addressKey, left);
          else perAddress.delete(addressKey);
        });
        service.accept(socket, { remoteAddress: origin.address, secure: origin.encrypted || origin.loopback });
      });
    } catch (error) {
      refuse(stream, error instanceof ApiError ? error : new ApiError('internal', 'Something went wrong'));
    }
  });
  return {
    cut: () => {
      for (const stream of streams) stream.destroy();
    },
  };
};

const prepare = (endpoint: WebSocketEndpoint) => ({
  ...endpoint,
  sockets: new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: endpoint.maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: () => endpoint.subprotocol ?? false,
  }),
});

const refuse = (stream: Duplex, error: ApiError): void => {
  const body = JSON.stringify(error.body);
  stream.end(
    [
      `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode] ?? 'Error'}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(error.retryAfterSeconds === undefined ? [] : [`Retry-After: ${error.retryAfterSeconds}`]),
      '',
      body,
    ].join('\r\n'),
  );
};
