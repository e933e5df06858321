import { z } from 'zod';
import type { DeviceAccount } from '../accounts/accounts.ts';
import { isStorable } from '../database/storable-text.ts';
import { ApiError } from './api-error.ts';
import type { FileAnswer } from './file-answer.ts';
import type { RequestOrigin } from './request-origin.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a route sees of a request before it is checked. */
export interface RawRequest {
  query: unknown;
  params: unknown;
  body: unknown;
  origin: RequestOrigin;
  /** Bearer token; empty on public routes. */
  token: string;
  /** The session the token belongs to. */
  session: DeviceAccount | null;
}

/** A body of bytes instead of JSON. */
interface Upload {
  type: string;
  maxBytes: number;
}

/** One operation of the API: the server validates with these schemas, and OpenAPI is made from them. */
export interface Route {
  method: Method;
  /** Under `/api/v1`; parameters as `:name`. */
  path: string;
  summary: string;
  /** Whether a bearer token is needed. */
  access: 'public' | 'session';
  query: z.ZodType | null;
  params: z.ZodType | null;
  body: z.ZodType | null;
  /** In place of `body`. */
  upload: Upload | null;
  /** `null`: 204 without a body. */
  response: z.ZodType | null;
  /** Bytes of a request, where it may be more than others; see `ServerLimits`. */
  bodyBytes: number | null;
  /** Media type of an answer of bytes (`FileAnswer`), in place of `response`. */
  file: string | null;
  run(request: RawRequest): Promise<unknown>;
}

interface Definition<
  Query extends z.ZodType,
  Params extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType,
> {
  method: Method;
  path: string;
  summary: string;
  query?: Query;
  params?: Params;
  body?: Body;
  upload?: Upload;
  response?: Response;
  bodyBytes?: number;
  file?: string;
}
interface Checked<Query extends z.ZodType, Params extends z.ZodType, Body extends z.ZodType> {
  query: z.output<Query>;
  params: z.output<Params>;
  body: z.output<Body>;
  /** What was uploaded; empty where nothing is. */
  bytes: Buffer;
  origin: RequestOrigin;
  token: string;
}
/** Either what the schema of the response says, or bytes. */
type Answer<Response extends z.ZodType> = z.input<Response> | FileAnswer;
const nothing = z.unknown();
type Nothing = typeof nothing;

/** An operation for everybody. */
export const publicRoute = <
  Query extends z.ZodType = Nothing,
  Params extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
  Response extends z.ZodType = z.ZodUndefined,
>(
  definition: Definition<Query, Params, Body, Response>,
  handle: (request: Checked<Query, Params, Body>) => Promise<Answer<Response>>,
): Route => routeOf(definition, 'public', (checked) => handle(checked));

/** An operation for a logged-in device. */
export const sessionRoute = <
  Query extends z.ZodType = Nothing,
  Params extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
  Response extends z.ZodType = z.ZodUndefined,
>(
  definition: Definition<Query, Params, Body, Response>,
  handle: (request: Checked<Query, Params, Body> & { session: DeviceAccount }) => Promise<Answer<Response>>,
): Route =>
  routeOf(definition, 'session', (checked, session) => {
    if (session === null) throw new ApiError('unauthorized', 'Log in first');
    return handle({ ...checked, session });
  });

const routeOf = <Query extends z.ZodType, Params extends z.ZodType, Body extends z.ZodType, Response extends z.ZodType>(
  definition: Definition<Query, Params, Body, Response>,
  access: Route['access'],
  handle: (checked: Checked<Query, Params, Body>, session: DeviceAccount | null) => Promise<Answer<Response>>,
): Route => {
  const { method, path, summary, query, params, body, upload, response, bodyBytes, file } = definition;
  return {
    method,
    path,
    summary,
    access,
    query: query ?? null,
    params: params ?? null,
    body: body ?? null,
    upload: upload ?? null,
    response: response ?? null,
    bodyBytes: bodyBytes ?? null,
    file: file ?? null,
    run: async (request) => {
      const checked = {
        query: check('query', query, request.query),
        params: check('path', params, request.params),
        body: check('body', body, request.body),
        bytes: bytesOf(upload, request.body),
        origin: request.origin,
        token: request.token,
      };
      const answer = await handle(checked, request.session);
      return file === undefined ? response?.parse(answer) : answer;
    },
  };
};

const bytesOf = (upload: Upload | undefined, body: unknown): Buffer => {
  if (upload === undefined) return Buffer.alloc(0);
  if (!Buffer.isBuffer(body)) throw new ApiError('invalidRequest', `body: send ${upload.type}`);
  return body;
};

const check = <Schema extends z.ZodType>(
  place: string,
  schema: Schema | undefined,
  value: unknown,
): z.output<Schema> => {
  const result = (schema ?? nothing).safeParse(value);
  // Without a schema the output is `unknown`, which the value is.
  if (result.success && (schema === undefined || hasOnlyStorableText(result.data)))
    return result.data as z.output<Schema>;
  if (result.success) throw new ApiError('invalidRequest', `${place}: NUL and half surrogate pairs are not allowed`);
  const [issue] = result.error.issues;
  const where = [place, ...(issue?.path ?? [])].map(String).join('.').slice(0, 200);
  throw new ApiError('invalidRequest', `${where}: ${issue?.message ?? 'not valid'}`);
};

/** Only for what a schema has let through: that is never nested deeply. */
const hasOnlyStorableText = (value: unknown): boolean => {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(hasOnlyStorableText);
};
