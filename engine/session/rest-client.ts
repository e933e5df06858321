/** REST `/api/v1` of one server. Answers are checked; errors are values. */
import type { z } from 'zod';
import { errorBodySchema, type ErrorCode } from '../../protocol/rest.ts';

/** `unreachable`: no answer. `unreadable`: an answer that is not of this API. */
export type RestFailure =
  | { kind: 'unreachable' }
  | { kind: 'unreadable' }
  | { kind: 'refused'; status: number; code: ErrorCode; retryAfterSeconds: number | undefined };
export type RestResult<Value> = { ok: true; value: Value } | { ok: false; failure: RestFailure };

export interface RestClient {
  readonly origin: string;
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<RestResult<z.infer<Schema>>>;
  /** Follows `next` to the end of a list. */
  getAll<Entry>(
    path: string,
    schema: z.ZodType<{ entries: Entry[]; next: string | null }>,
  ): Promise<RestResult<Entry[]>>;
  send<Schema extends z.ZodType>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    schema: Schema,
  ): Promise<RestResult<z.infer<Schema>>>;
  /** Sends a file as it is, under its own type. */
  sendFile<Schema extends z.ZodType>(
    method: 'POST' | 'PUT',
    path: string,
    file: Blob,
    schema: Schema,
  ): Promise<RestResult<z.infer<Schema>>>;
  /** The answer as a file. */
  file(path: string): Promise<RestResult<Blob>>;
  /** Without reading the answer's body. */
  tell(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<RestResult<null>>;
}

const timeout = 15_000;
const longestList = 200;

export const createRestClient = (origin: string, token: string | null, unauthorized: () => void): RestClient => {
  const request = async (method: string, path: string, body?: unknown): Promise<RestResult<Response>> => {
    let response: Response;
    try {
      response = await fetch(`${origin}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': body instanceof Blob ? body.type : 'application/json' }),
        },
        body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(timeout),
      });
    } catch {
      return { ok: false, failure: { kind: 'unreachable' } };
    }
    if (response.ok) return { ok: true, value: response };
    if (response.status === 401 && token !== null) unauthorized();
    const read = errorBodySchema.safeParse(await response.json().catch(() => null));
    if (!read.success) return { ok: false, failure: { kind: response.status >= 500 ? 'unreachable' : 'unreadable' } };
    const { code, retryAfterSeconds } = read.data.error;
    return { ok: false, failure: { kind: 'refused', status: response.status, code, retryAfterSeconds } };
  };
  const read = async <Value>(answer: RestResult<Response>, schema: z.ZodType<Value>): Promise<RestResult<Value>> => {
    if (!answer.ok) return answer;
    const parsed = schema.safeParse(await answer.value.json().catch(() => undefined));
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false, failure: { kind: 'unreadable' } };
  };
  const client: RestClient = {
    origin,
    get: async <Schema extends z.ZodType>(path: string, schema: Schema) =>
      read<z.infer<Schema>>(await request('GET', path), schema as z.ZodType<z.infer<Schema>>),
    getAll: async <Entry>(path: string, schema: z.ZodType<{ entries: Entry[]; next: string | null }>) => {
      const all: Entry[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < longestList; page += 1) {
        const query: string = cursor === null ? 'limit=1000' : `limit=1000&cursor=${encodeURIComponent(cursor)}`;
        const answer = await read(await request('GET', `${path}?${query}`), schema);
        if (!answer.ok) return answer;
        all.push(...answer.value.entries);
        cursor = answer.value.next;
        if (cursor === null) break;
      }
      return { ok: true, value: all };
    },
    send: async <Schema extends z.ZodType>(method: string, path: string, body: unknown, schema: Schema) =>
      read<z.infer<Schema>>(await request(method, path, body), schema as z.ZodType<z.infer<Schema>>),
    sendFile: async <Schema extends z.ZodType>(method: string, path: string, file: Blob, schema: Schema) =>
      read<z.infer<Schema>>(await request(method, path, file), schema as z.ZodType<z.infer<Schema>>),
    file: async (path) => {
      const answer = await request('GET', path);
      if (!answer.ok) return answer;
      const file = await answer.value.blob().catch(() => null);
      return file === null ? { ok: false, failure: { kind: 'unreachable' } } : { ok: true, value: file };
    },
    tell: async (method, path, body) => {
      const answer = await request(method, path, body);
      return answer.ok ? { ok: true, value: null } : answer;
    },
  };
  return client;
};
