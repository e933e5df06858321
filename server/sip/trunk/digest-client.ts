import { createHash, randomBytes } from 'node:crypto';
import { header, headers, type SipHeader, type SipRequest, type SipResponse } from '../message/message.ts';
import { parseDigest } from '../registrar/digest.ts';

export interface Credentials {
  username: string;
  password: string;
}

const algorithms: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/**
 * The header that answers a 401 or 407 (RFC 7616, RFC 8760); the first challenge with an algorithm we know counts.
 * `null`: none such, or the request has answered this very nonce already, so that the credentials are wrong.
 */
export const answerChallenge = (
  request: SipRequest,
  response: SipResponse,
  { username, password }: Credentials,
  cnonce: string = randomBytes(9).toString('hex'),
): SipHeader | null => {
  const proxy = response.status === 407;
  const name = proxy ? 'Proxy-Authorization' : 'Authorization';
  for (const challenge of headers(response, proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')) {
    const fields = parseDigest(challenge);
    const algorithm = fields?.get('algorithm') ?? 'MD5';
    const hashName = algorithms[algorithm.toUpperCase()];
    const nonce = fields?.get('nonce');
    if (fields === null || hashName === undefined || nonce === undefined) continue;
    const stale = fields.get('stale')?.toLowerCase() === 'true';
    if (!stale && header(request, name) !== undefined) return null;
    const hash = (text: string): string => createHash(hashName).update(text).digest('hex');
    const realm = fields.get('realm') ?? '';
    const ha1 = hash(`${username}:${realm}:${password}`);
    const ha2 = hash(`${request.method}:${request.uri}`);
    const qop = (fields.get('qop') ?? '').split(',').some((one) => one.trim().toLowerCase() === 'auth');
    const proof = qop ? hash(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`) : hash(`${ha1}:${nonce}:${ha2}`);
    const quoted = (text: string): string => `"${text.replace(/(["\\])/g, '\\$1')}"`;
    const opaque = fields.get('opaque');
    const parts = [
      `username=${quoted(username)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(request.uri)}`,
      `response="${proof}"`,
      `algorithm=${algorithm}`,
      ...(qop ? [`qop=auth`, 'nc=00000001', `cnonce="${cnonce}"`] : []),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ];
    return { name, value: `Digest ${parts.join(', ')}` };
  }
  return null;
};
