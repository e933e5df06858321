import type { ErrorBody, ErrorCode } from '../../protocol/rest.ts';

const statusCodes: Record<ErrorCode, number> = {
  invalidRequest: 400,
  invalidCredentials: 401,
  tooManyAttempts: 429,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  limitReached: 409,
  payloadTooLarge: 413,
  rateLimited: 429,
  unavailable: 503,
  internal: 500,
};

/** An answer other than success; becomes an `ErrorBody`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: { retryAfterSeconds?: number; statusCode?: number } = {}) {
    super(message);
    this.code = code;
    this.statusCode = options.statusCode ?? statusCodes[code];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get body(): ErrorBody {
    const { code, message, retryAfterSeconds } = this;
    return { error: { code, message, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) } };
  }
}

/** What the framework or a bug threw, without telling anything about the inside. */
export const toApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error;
  const statusCode = statusCodeOf(error);
  if (statusCode === 413) return new ApiError('payloadTooLarge', 'The request is too large');
  if (statusCode === 404) return new ApiError('notFound', 'There is nothing here');
  if (statusCode !== null && statusCode >= 400 && statusCode < 500) {
    return new ApiError('invalidRequest', error instanceof Error ? error.message : 'Bad request', { statusCode });
  }
  if (statusCode === 503) return new ApiError('unavailable', 'Try again later');
  return new ApiError('internal', 'Something went wrong; the log of the server says more');
};

const statusCodeOf = (error: unknown): number | null =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
