/**
 * SASL on one stream (RFC 6120 §6). States: idle → (SCRAM) challenged → succeeded; every failure goes
 * back to idle, and unknown users take the same course as known ones.
 */
import { createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Accounts, DeviceAccount, ScramCredentials } from '../../accounts/accounts.ts';
import { parseJid } from '../jid.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { type ClientFirst, deviceOfClientKey, parseClientFirst, serverFirst, verifyClientFinal } from './scram.ts';

const deriveKey = promisify(pbkdf2);

export type SaslCondition =
  | 'aborted'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure';

export type SaslStep =
  | { kind: 'challenge'; data: string }
  | { kind: 'success'; data: string; device: DeviceAccount }
  | { kind: 'failure'; condition: SaslCondition };

export interface AuthenticationOptions {
  accounts: Accounts;
  throttle: LoginThrottle;
  /** Key behind the salts of users that do not exist; the same after a restart. */
  saltSecret: Buffer;
}

/** What real users have, seen last: what an unknown user appears to have. */
const seenIterations = new WeakMap<Accounts, number>();

const decode = (base64: string): string | null => {
  if (base64 === '=' || base64 === '') return '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return null;
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : null;
};

const failure = (condition: SaslCondition): SaslStep => ({ kind: 'failure', condition });

type State =
  | { name: 'idle' }
  | { name: 'scram-started' }
  | {
      name: 'challenged';
      first: ClientFirst;
      serverFirst: string;
      nonce: string;
      credentials: ScramCredentials;
      account: string;
    };

export class Authentication {
  private readonly options: AuthenticationOptions;
  private readonly domain: string;
  private readonly address: string;
  private readonly plainAllowed: boolean;
  private state: State = { name: 'idle' };

  constructor(options: AuthenticationOptions, domain: string, address: string, plainAllowed: boolean) {
    this.options = options;
    this.domain = domain;
    this.address = address;
    this.plainAllowed = plainAllowed;
  }

  mechanisms(): string[] {
    return this.plainAllowed ? ['SCRAM-SHA-256', 'PLAIN'] : ['SCRAM-SHA-256'];
  }

  /** `<auth/>`: mechanism and base64 text. */
  async start(mechanism: string, text: string): Promise<SaslStep> {
    this.state = { name: 'idle' };
    if (mechanism === 'PLAIN' && !this.plainAllowed) return failure('encryption-required');
    if (!this.mechanisms().includes(mechanism)) return failure('invalid-mechanism');
    const message = decode(text);
    if (message === null) return failure('incorrect-encoding');
    if (mechanism === 'PLAIN') return this.plain(message);
    if (message === '') {
      this.state = { name: 'scram-started' };
      return { kind: 'challenge', data: '' };
    }
    return this.scramFirst(message);
  }

  /** `<response/>`: base64 text. */
  async respond(text: string): Promise<SaslStep> {
    const state = this.state;
    this.state = { name: 'idle' };
    const message = decode(text);
    if (message === null) return failure('incorrect-encoding');
    if (state.name === 'scram-started') return this.scramFirst(message);
    if (state.name !== 'challenged') return failure('malformed-request');
    const verified = verifyClientFinal(message, state.first, state.serverFirst, state.nonce, state.credentials);
    if (!verified) return this.refused(state.account);
    return { kind: 'success', data: verified.final, device: verified.device };
  }

  abort(): SaslStep {
    this.state = { name: 'idle' };
    return failure('aborted');
  }

  private refused(account: string): SaslStep {
    this.options.throttle.failed(this.address, account);
    return failure('not-authorized');
  }

  private isOwn(authzid: string, username: string): boolean {
    if (authzid === '') return true;
    const jid = parseJid(authzid);
    return jid?.bare === `${username.toLowerCase()}@${this.domain}` && jid.resource === '';
  }

  private async credentials(username: string): Promise<ScramCredentials> {
    const { accounts, saltSecret } = this.options;
    const real = await accounts.scramCredentials(username, this.domain);
    if (real) {
      seenIterations.set(accounts, real.iterations);
      return real;
    }
    const salt = createHmac('sha256', saltSecret).update(`${username.toLowerCase()}@${this.domain}`).digest();
    return { salt: salt.subarray(0, 16), iterations: seenIterations.get(accounts) ?? 4096, devices: [] };
  }

  private async scramFirst(message: string): Promise<SaslStep> {
    const first = parseClientFirst(message);
    if (!first) return failure('malformed-request');
    if (!this.isOwn(first.authzid, first.username)) return failure('invalid-authzid');
    const account = first.username.toLowerCase().slice(0, 256);
    if (!this.options.throttle.allows(this.address, account)) return failure('temporary-auth-failure');
    const credentials = await this.credentials(first.username);
    const nonce = first.nonce + randomBytes(18).toString('base64');
    const challenge = serverFirst(nonce, credentials.salt, credentials.iterations);
    this.state = { name: 'challenged', first, serverFirst: challenge, nonce, credentials, account };
    return { kind: 'challenge', data: challenge };
  }

  private async plain(message: string): Promise<SaslStep> {
    const [authzid, username, password, rest] = message.split('\0');
    if (authzid === undefined || !username || !password || rest !== undefined) return failure('malformed-request');
    if (!this.isOwn(authzid, username)) return failure('invalid-authzid');
    const account = username.toLowerCase().slice(0, 256);
    if (!this.options.throttle.allows(this.address, account)) return failure('temporary-auth-failure');
    const credentials = await this.credentials(username);
    const salted = await deriveKey(password.normalize('NFKC'), credentials.salt, credentials.iterations, 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    const owner = deviceOfClientKey(credentials, () => clientKey);
    return owner ? { kind: 'success', data: '', device: owner.device } : this.refused(account);
  }
}
