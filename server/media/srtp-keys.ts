/** SRTP with the keys in the description (SDES, RFC 4568), as providers offer it over TLS. */
import { randomBytes } from 'node:crypto';
import { readRtp, type RtpPacket } from './rtp-packet.ts';

const suite = 'AES_CM_128_HMAC_SHA1_80';
const keyBytes = 16;
const saltBytes = 14;
/** SRTP_AES128_CM_HMAC_SHA1_80 of RFC 5764 §4.1.2: the same suite under the name DTLS has for it. */
const profile = 1;

export interface SrtpKeys {
  key: Buffer;
  salt: Buffer;
  tag: string;
}

export interface Srtp {
  protect(packet: RtpPacket, ssrc: number): Buffer;
  /** `null`: not from who has the key. */
  unprotect(bytes: Buffer): Buffer | null;
}

export const ownKeys = (): SrtpKeys & { line: string } => {
  const both = randomBytes(keyBytes + saltBytes);
  return {
    key: both.subarray(0, keyBytes),
    salt: both.subarray(keyBytes),
    tag: '1',
    line: `${suite} inline:${both.toString('base64')}`,
  };
};

/** The first crypto line that we know. */
export const keysOf = (lines: readonly string[]): SrtpKeys | null => {
  for (const line of lines) {
    const found = /^a=crypto:(\d{1,9}) AES_CM_128_HMAC_SHA1_80 inline:([A-Za-z0-9+/=]{40})(?![A-Za-z0-9+/=])/.exec(
      line,
    );
    const both = Buffer.from(found?.[2] ?? '', 'base64');
    if (both.length === keyBytes + saltBytes)
      return { key: both.subarray(0, keyBytes), salt: both.subarray(keyBytes), tag: found?.[1] ?? '1' };
  }
  return null;
};

/** werift, which has the cipher, is loaded with the first call that needs it. */
export const openSrtp = async (own: SrtpKeys, theirs: SrtpKeys): Promise<Srtp> => {
  const { RtpHeader, SrtpSession } = await import('werift');
  const session = new SrtpSession({
    keys: {
      localMasterKey: own.key,
      localMasterSalt: own.salt,
      remoteMasterKey: theirs.key,
      remoteMasterSalt: theirs.salt,
    },
    profile,
  });
  return {
    protect: ({ payloadType, marker, sequence, timestamp, payload }, ssrc) =>
      session.encrypt(payload, new RtpHeader({ payloadType, marker, sequenceNumber: sequence, timestamp, ssrc })),
    unprotect: (bytes) => {
      if (readRtp(bytes) === null) return null;
      try {
        return session.decrypt(bytes);
      } catch {
        return null;
      }
    },
  };
};
