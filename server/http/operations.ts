import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../database/database.ts';
import type { ServerMetrics } from '../metrics.ts';
import { ApiError } from './api-error.ts';
import type { RequestOrigin } from './request-origin.ts';

const databaseTimeoutMs = 2_000;

export interface OperationsOptions {
  database: Database;
  metrics: ServerMetrics;
  /** With a token metrics are given to whoever sends it, without one to the machine itself only. */
  metricsToken: string | null;
  status: () => Record<string, unknown>;
  originOf: (request: FastifyRequest) => RequestOrigin;
}

/** `/healthz` and `/metrics`. */
export const registerOperations = (server: FastifyInstance, options: OperationsOptions): void => {
  const { database, metrics, metricsToken } = options;
  server.get('/healthz', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!(await answersInTime(database))) throw new ApiError('unavailable', 'The database does not answer');
    return { status: 'ok', ...options.status() };
  });
  server.get('/metrics', async (request, reply) => {
    const allowed =
      metricsToken === null
        ? options.originOf(request).loopback
        : equal(request.headers.authorization ?? '', `Bearer ${metricsToken}`);
    if (!allowed) throw new ApiError('forbidden', 'Metrics are not public');
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
};

const answersInTime = async (database: Database): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), databaseTimeoutMs);
  database.query('SELECT 1').then(
    () => resolve(true),
    () => resolve(false),
  );
  return promise.finally(() => clearTimeout(timer));
};

/** In a time that tells nothing about how much is right. */
const equal = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};
