import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Accounts, DeviceAccount } from '../../accounts/accounts.ts';
import type { SipRequest } from '../message/message.ts';
import { headers } from '../message/message.ts';
import { splitTopLevel } from '../message/address.ts';

/** What the credentials of a request are worth. `challenge`: ask (again). `throttled`: too many wrong ones. */
export type Verdict =
  | { kind: 'right'; device: DeviceAccount }
  | { kind: 'challenge'; stale: boolean; wrong: boolean }
  | { kind: 'throttled' };

const nonceLifetime = 300_000;
const failureWindow = 60_000;
const failuresAllowed = 20;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const sameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The parameters of a Digest header value; `null` for another scheme or a malformed value. */
export const parseDigest = (value: string): Map<string, string> | null => {
  const form = /^digest\s+(.*)$/is.exec(value.trim());
  const parts = form === null ? null : splitTopLevel(form[1] ?? '', ',');
  if (parts === null) return null;
  const fields = new Map<string, string>();
  for (const part of parts) {
    const pair = /^([A-Za-z0-9-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))$/s.exec(part);
    if (pair === null) return null;
    fields.set((pair[1] ?? '').toLowerCase(), (pair[2] ?? pair[3] ?? '').replace(/\\(.)/gs, '$1'));
  }
  return fields;
};

/**
 * Digest access authentication (RFC 7616; MD5 because the clients know nothing else; qop=auth always). Nonces are
 * stateless: time, randomness and a MAC over them and the realm. Only the counts of used nonces are kept.
 */
export class DigestAuthenticator {
  readonly #accounts: Accounts;
  readonly #key: Buffer;
  readonly #now: () => number;
  readonly #counts = new Map<string, { count: number; until: number }>();
  readonly #failures = new Map<string, { count: number; until: number }>();

  constructor(accounts: Accounts, key: Buffer, now: () => number) {
    this.#accounts = accounts;
    this.#key = key;
    this.#now = now;
  }

  challenge(realm: string, stale: boolean): string {
    const stamp = `${this.#now().toString(36)}.${randomBytes(9).toString('base64url')}`;
    const nonce = `${stamp}.${this.#mac(stamp, realm)}`;
    const quoted = realm.replace(/["\\]/g, '');
    return `Digest realm="${quoted}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale ? ', stale=true' : ''}`;
  }

  async verify(request: SipRequest, name: 'Authorization' | 'Proxy-Authorization', realm: string): Promise<Verdict> {
    const ask = (stale: boolean, wrong: boolean): Verdict => ({ kind: 'challenge', stale, wrong });
    const fields = headers(request, name)
      .map(parseDigest)
      .find((one) => one?.get('realm') === realm);
    if (fields === undefined || fields === null) return ask(false, false);
    const field = (key: string): string => fields.get(key) ?? '';
    const [time = '', random = '', mac = ''] = field('nonce').split('.');
    if (!sameText(mac, this.#mac(`${time}.${random}`, realm))) return ask(true, false);
    const age = this.#now() - parseInt(time, 36);
    if (!(age >= -1000 && age < nonceLifetime)) return ask(true, false);
    const user = field('username').slice(0, 128);
    const failed = this.#failures.get(user);
    if (failed !== undefined && failed.until > this.#now() && failed.count >= failuresAllowed)
      return { kind: 'throttled' };
    const known = await this.#accounts.sipDevice(user);
    const count = /^[0-9a-f]{8}$/i.test(field('nc')) ? parseInt(field('nc'), 16) : 0;
    const expected = md5(
      [
        known?.ha1 ?? '',
        field('nonce'),
        field('nc'),
        field('cnonce'),
        'auth',
        md5(`${request.method}:${field('uri')}`),
      ].join(':'),
    );
    const right =
      field('qop').toLowerCase() === 'auth' &&
      field('uri') === request.uri &&
      count > 0 &&
      known?.device.domain === realm &&
      sameText(field('response').toLowerCase(), expected);
    if (!right || known === null) {
      this.#failed(user);
      return ask(false, true);
    }
    const used = this.#counts.get(field('nonce'));
    if (used !== undefined && count <= used.count) return ask(true, false);
    this.#counts.set(field('nonce'), { count, until: this.#now() + nonceLifetime });
    this.#forget();
    return { kind: 'right', device: known.device };
  }

  #mac(stamp: string, realm: string): string {
    return createHmac('sha256', this.#key).update(`nonce ${stamp} ${realm}`).digest('base64url').slice(0, 22);
  }

  #failed(user: string): void {
    const now = this.#now();
    const known = this.#failures.get(user);
    if (known === undefined || known.until <= now) this.#failures.set(user, { count: 1, until: now + failureWindow });
    else known.count += 1;
    this.#forget();
  }

  /** Both maps are in order of time more or less: forget from the front. */
  #forget(): void {
    for (const map of [this.#counts, this.#failures])
      for (const [key, { until }] of map) {
        if (until > this.#now() && map.size < 50_000) break;
        map.delete(key);
      }
  }
}
