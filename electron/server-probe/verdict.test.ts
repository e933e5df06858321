import { expect, it } from 'vitest';
import { verdictOfFailure } from './verdict.ts';

it.each([
  ['net::ERR_CERT_AUTHORITY_INVALID', 'certificateNotTrusted'],
  ['net::ERR_SSL_PROTOCOL_ERROR', 'certificateNotTrusted'],
  ['net::ERR_NAME_NOT_RESOLVED', 'unknownServer'],
  ['net::ERR_INTERNET_DISCONNECTED', 'noNetwork'],
  ['net::ERR_CONNECTION_REFUSED', 'unavailable'],
  ['The operation was aborted due to timeout', 'unavailable'],
  ['Unexpected token < in JSON at position 0', 'unknownServer'],
])('reads %s as %s (SES-3)', (message, verdict) => {
  expect(verdictOfFailure(message)).toBe(verdict);
});
