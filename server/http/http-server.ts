import type { Socket } from 'node:net';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { wellKnownSchema } from '../../protocol/rest.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { Database } from '../database/database.ts';
import type { ServerLimits } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { ServerMetrics } from '../metrics.ts';
import { ApiError, toApiError } from './api-error.ts';
import { registerClientPages } from './client-pages.ts';
import { sendFile, type FileAnswer } from './file-answer.ts';
import { openApiDocument } from './openapi.ts';
import { registerOperations } from './operations.ts';
import { createRateLimit } from './rate-limit.ts';
import { requestOrigin, type RequestOrigin } from './request-origin.ts';
import type { Route } from './route.ts';
import { corsHeaders, desktopOrigin, securityHeaders } from './security-headers.ts';
import { acceptUpgrades, type WebSocketEndpoint } from './upgrades.ts';

export interface HttpServerOptions {
  accounts: AccountService;
  database: Database;
  routes: readonly Route[];
  endpoints: readonly WebSocketEndpoint[];
  clientFolder: string;
  version: string;
  limits: ServerLimits;
  metrics: ServerMetrics;
  metricsToken: string | null;
  trustProxy: boolean;
  /** Where softphones register when that is not this server. */
  sipUrl: string | null;
  tls: { cert: string; key: string } | null;
  /** For `/healthz`. */
  status: () => Record<string, unknown>;
  log: Logger;
}

const apiPrefix = '/api/v1';

/** The HTTP side of the server, not yet listening. */
export const createHttpServer = async (options: HttpServerOptions): Promise<FastifyInstance> => {
  const { limits, log, metrics, trustProxy } = options;
  const requestsPerAddress = createRateLimit(limits.requestsPerAddress);
  const requestsPerSession = createRateLimit(limits.requestsPerSession);
  const loginsPerAddress = createRateLimit(limits.loginsPerAddress);
  const server = createFastify(options);
  const originOf = (request: FastifyRequest): RequestOrigin => requestOrigin(request.raw, trustProxy);

  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  server.setNotFoundHandler((request, reply) =>
    answerError(new ApiError('notFound', 'There is nothing here'), request, reply, log),
  );
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, text: string) =>
    text === '' ? undefined : parseJson(text),
  );
  const uploads = new Set(options.routes.flatMap(({ upload }) => upload?.type ?? []));
  for (const type of uploads)
    server.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => bytes);
  server.addHook('onRequest', async (request, reply) => {
    const origin = originOf(request);
    reply.headers({ ...securityHeaders(origin, options.sipUrl), ...corsHeaders(request.headers.origin) });
    limit(requestsPerAddress.take(origin.addressKey));
    if (request.method === 'OPTIONS' && request.headers.origin === desktopOrigin) return reply.code(204).send();
    return undefined;
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.inc({ method: request.method, route, status: reply.statusCode });
    metrics.requestSeconds.observe({ route }, reply.elapsedTime / 1000);
  });

  for (const route of options.routes) {
    server.route({
      method: route.method,
      url: `${apiPrefix}${route.path}`,
      ...largeBody(route, options.accounts),
      handler: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const origin = originOf(request);
        if (route.path === '/session' && route.method === 'POST') limit(loginsPerAddress.take(origin.addressKey));
        const token = route.access === 'session' ? bearerToken(request) : '';
        const session = route.access === 'session' ? await options.accounts.sessionByToken(token) : null;
        if (route.access === 'session') {
          if (session === null) throw new ApiError('unauthorized', 'Log in first');
          limit(requestsPerSession.take(session.deviceId));
        }
        const { query, params, body } = request;
        const answer = await route.run({ query, params, body, origin, token, session });
        if (route.file !== null) return sendFile(request, reply, answer as FileAnswer);
        return route.response === null ? reply.code(204).send() : answer;
      },
    });
  }
  const openApi = openApiDocument(options.routes, options.version);
  server.get(`${apiPrefix}/openapi.json`, async () => openApi);
  server.get('/.well-known/kontor', async () =>
    wellKnownSchema.parse({
      product: 'kontor',
      version: options.version,
      apiVersions: [1],
      singleInstance: await options.accounts.hasSingleInstance(),
    }),
  );
  for (const { path, service } of options.endpoints) {
    server.get(path, async () => {
      throw service === null
        ? new ApiError('unavailable', 'Not offered by this server', { statusCode: 501 })
        : new ApiError('invalidRequest', 'Connect with a WebSocket', { statusCode: 426 });
    });
  }
  registerOperations(server, { ...options, originOf });
  await registerClientPages(server, options.clientFolder);
  const upgrades = acceptUpgrades(server.server, {
    endpoints: options.endpoints,
    trustProxy,
    socketsPerAddress: limits.socketsPerAddress,
    requestsPerAddress,
    metrics: metrics.registry,
  });
  server.addHook('preClose', async () => upgrades.cut());
  return server;
};

const createFastify = ({ limits, tls, log }: HttpServerOptions): FastifyInstance => {
  const common = {
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (_error: unknown, socket: Socket) => answerMalformed(socket),
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      answerError(error, request, reply, log);
    },
  };
  return tls === null ? fastify(common) : (fastify({ ...common, https: { ...tls } }) as unknown as FastifyInstance);
};

/** Much is read only from somebody who is logged in. */
const largeBody = ({ bodyBytes, upload, access }: Route, accounts: AccountService) => {
  const bodyLimit = upload?.maxBytes ?? bodyBytes;
  if (bodyLimit === null) return {};
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    if ((await accounts.sessionByToken(bearerToken(request))) === null)
      throw new ApiError('unauthorized', 'Log in first');
  };
  return { bodyLimit, ...(access === 'session' ? { onRequest } : {}) };
};

const limit = (waitSeconds: number): void => {
  if (waitSeconds > 0) throw new ApiError('rateLimited', 'Too many requests', { retryAfterSeconds: waitSeconds });
};

const bearerToken = (request: FastifyRequest): string => {
  const match = /^bearer ([\w-]{20,256})$/i.exec(request.headers.authorization ?? '');
  if (match?.[1] === undefined) throw new ApiError('unauthorized', 'Send the token of POST /session as a bearer token');
  return match[1];
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError('invalidRequest', 'The body is not JSON');
  }
};

const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply => {
  const answer = toApiError(error);
  if (answer.code === 'internal')
    log.error({ err: error, method: request.method, path: request.routeOptions.url }, 'request failed');
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds));
  if (answer.statusCode === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(answer.statusCode).header('cache-control', 'no-store').send(answer.body);
};

/** What Node could not read as HTTP. */
const answerMalformed = (socket: Socket): void => {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify(new ApiError('invalidRequest', 'This is not HTTP').body);
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
};
