/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) for users with one key pair per device.
 * All devices of a user share salt and iterations, so the exchange is the same for each of them and
 * the proof tells which device it is.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { DeviceAccount, ScramCredentials } from '../../accounts/accounts.ts';

export interface ClientFirst {
  /** The gs2 header as sent: what the client has to repeat, base64, in `c=`. */
  gs2Header: string;
  authzid: string;
  username: string;
  nonce: string;
  /** client-first-message-bare. */
  bare: string;
}

const unescapeName = (name: string): string | null =>
  /=(?!2C|3D)/.test(name) ? null : name.replaceAll('=2C', ',').replaceAll('=3D', '=');

/** client-first-message; channel binding (`p=`) is refused, as none is offered. `null`: malformed. */
export const parseClientFirst = (message: string): ClientFirst | null => {
  const [flag = '', authzidField = '', nameField = '', nonceField = '', ...extensions] = message.split(',');
  if ((flag !== 'y' && flag !== 'n') || (authzidField !== '' && !authzidField.startsWith('a='))) return null;
  if (!nameField.startsWith('n=') || !/^r=[\x21-\x7e]{1,256}$/.test(nonceField)) return null;
  const authzid = unescapeName(authzidField.slice(2));
  const username = unescapeName(nameField.slice(2));
  if (authzid === null || !username) return null;
  const gs2Header = `${flag},${authzidField},`;
  const bare = [nameField, nonceField, ...extensions].join(',');
  return { gs2Header, authzid, username, nonce: nonceField.slice(2), bare };
};

export const serverFirst = (nonce: string, salt: Buffer, iterations: number): string =>
  `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Device whose key made `clientKey`; all keys are tried, each in constant time. */
export const deviceOfClientKey = (
  credentials: ScramCredentials,
  clientKeyOf: (storedKey: Buffer) => Buffer,
): { device: DeviceAccount; serverKey: Buffer } | null => {
  let found: { device: DeviceAccount; serverKey: Buffer } | null = null;
  for (const { device, storedKey, serverKey } of credentials.devices) {
    const candidate = createHash('sha256').update(clientKeyOf(storedKey)).digest();
    if (candidate.length === storedKey.length && timingSafeEqual(candidate, storedKey)) found = { device, serverKey };
  }
  return found;
};

/**
 * Checks client-final-message. `null`: refused, without saying why. The answer's `final` proves to the
 * client that the server knows the key as well.
 */
export const verifyClientFinal = (
  message: string,
  first: ClientFirst,
  serverFirstMessage: string,
  nonce: string,
  credentials: ScramCredentials,
): { device: DeviceAccount; final: string } | null => {
  const fields = message.split(',');
  const proofField = fields.pop() ?? '';
  const withoutProof = fields.join(',');
  if (!/^p=[A-Za-z0-9+/]{43}=$/.test(proofField)) return null;
  const binding = Buffer.from(first.gs2Header).toString('base64');
  if (fields[0] !== `c=${binding}` || fields[1] !== `r=${nonce}`) return null;
  const proof = Buffer.from(proofField.slice(2), 'base64');
  const authMessage = `${first.bare},${serverFirstMessage},${withoutProof}`;
  const owner = deviceOfClientKey(credentials, (storedKey) => {
    const signature = hmac(storedKey, authMessage);
    return Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
  });
  if (!owner) return null;
  return { device: owner.device, final: `v=${hmac(owner.serverKey, authMessage).toString('base64')}` };
};
