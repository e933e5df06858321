/** Session tokens and what is derived from them. Nothing that is stored lets anybody log in. */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify(pbkdf2);

/** Iterations of SCRAM-SHA-256 (RFC 7677 §4 asks for at least 4096). The derived password has 256 bits already. */
export const scramIterations = 4096;

/** 256 random bits: base64url, 43 characters. */
export const createToken = (): string => randomBytes(32).toString('base64url');

/** Goes into URIs and digest user names as it is: letters and digits only. */
export const createDeviceId = (): string => `d${randomBytes(12).toString('hex')}`;

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Password of one device for one protocol. It follows from the session token, so the server can hand it out on each
 * provisioning without storing it, and it ends with the session.
 */
export const deviceSecret = (token: string, protocol: 'sip' | 'xmpp'): string =>
  createHmac('sha256', token).update(protocol).digest('base64url');

/** Digest HA1 (RFC 3261 §22.4): lower-case hexadecimal. */
export const digestHa1 = (authorizationUser: string, realm: string, password: string): string =>
  createHash('md5').update(`${authorizationUser}:${realm}:${password}`).digest('hex');

export interface ScramKeys {
  storedKey: Buffer;
  serverKey: Buffer;
}

/** StoredKey and ServerKey (RFC 5802 §3) with SHA-256. */
export const scramKeys = async (password: string, salt: Buffer): Promise<ScramKeys> => {
  const salted = await deriveKey(password, salt, scramIterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return {
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  };
};
