import { createSocket, type Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { AudioOffer } from './offer.ts';
import { agreedOn, Sounder, soundOf, type Agreed, type CallSide, type Sound } from './call-side.ts';
import { readRtp, writeRtp } from './rtp-packet.ts';
import { keysOf, openSrtp, ownKeys, type Srtp, type SrtpKeys } from './srtp-keys.ts';

export interface PlainSideOptions {
  /** Our address as the other side sees it; `null`: the one that leads to the address of the description. */
  address: string | null;
  /** Where packets may come from besides the address of the description: the other side's signalling. */
  signalling: string;
  /** Offer SRTP with keys in the description (RFC 4568): only over TLS. */
  encrypted: boolean;
  /** No packet for so long, though one was expected: the media are gone. Milliseconds. */
  silenceMs: number;
}

const offered: Agreed = { law: 'PCMA', lawType: 8, digitsType: 101 };
const keepAliveMs = 1_000;
const opposite = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' } as const;

/**
 * A side with RTP over UDP (RFC 3551), encrypted with SRTP where the description has keys, as trunks and telephones
 * speak it. Answers go to where packets come from, behind address translation too (RFC 4961), but only from the two
 * addresses that may send.
 */
export const openPlainSide = async (options: PlainSideOptions, ended: () => void): Promise<CallSide> => {
  let address = options.address ?? '';
  const family = isIP(address) === 6 ? 6 : 4;
  const socket: Socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  await new Promise<void>((bound, failed) => socket.once('error', failed).bind(0, () => bound()));
  socket.on('error', () => undefined);
  const ssrc = randomBytes(4).readUInt32BE();
  const session = randomBytes(4).readUInt32BE();
  const own = ownKeys();
  const sounder = new Sounder();
  let srtp: Srtp | null = null;
  let theirs: SrtpKeys | null = null;
  let agreed: Agreed | null = null;
  let target: { address: string; port: number } | null = null;
  let described = '';
  let direction: AudioOffer['direction'] = 'sendrecv';
  let hear: ((sound: Sound) => void) | null = null;
  let version = 0;
  let heardAt = performance.now();
  let sentAt = performance.now();
  let closed = false;

  const write = (sound: Sound, from: object): void => {
    const packet = agreed === null || target === null ? null : sounder.packet(sound, from, agreed);
    if (packet === null || target === null || closed) return;
    const bytes = srtp === null ? writeRtp(packet, ssrc) : srtp.protect(packet, ssrc);
    sentAt = performance.now();
    socket.send(bytes, target.port, target.address, () => undefined);
  };
  socket.on('message', (bytes, from) => {
    const source = from.address.replace(/^::ffff:/, '');
    if (target === null || agreed === null || (source !== described && source !== options.signalling)) return;
    const clear = srtp === null ? bytes : srtp.unprotect(bytes);
    const packet = clear === null ? null : readRtp(clear);
    if (packet === null) return;
    heardAt = performance.now();
    target = { address: from.address, port: from.port };
    const sound = soundOf(packet, agreed);
    if (sound !== null) hear?.(sound);
  });
  // A pause would look like a broken connection to the other side, and address translation would forget us.
  const watch = setInterval(() => {
    const now = performance.now();
    const expected = target !== null && (direction === 'sendrecv' || direction === 'sendonly');
    if (!expected) heardAt = now;
    else if (now - heardAt > options.silenceMs) ended();
    if (agreed === null || now - sentAt < keepAliveMs || direction === 'sendonly' || direction === 'inactive') return;
    const payload = Buffer.alloc(160, agreed.law === 'PCMA' ? 0xd5 : 0xff);
    write({ kind: agreed.law, marker: true, sequence: 0, timestamp: 0, payload }, {});
  }, keepAliveMs).unref();

  const take = async ({ agreed: next, audio }: { agreed: Agreed; audio: AudioOffer }): Promise<void> => {
    if (isIP(audio.address) === 0) throw new Error('no address to send to');
    if (address === '') address = await addressTowards(audio.address);
    const keys = audio.profile.startsWith('RTP/SAVP') ? keysOf(audio.lines) : null;
    if (audio.profile.startsWith('RTP/SAVP') && keys === null) throw new Error('no keys we know');
    agreed = next;
    direction = audio.direction;
    if (keys === null) srtp = null;
    // The same keys again would start the same key stream anew.
    else if (theirs?.key.equals(keys.key) !== true) srtp = await openSrtp(own, keys);
    theirs = keys;
    heardAt = performance.now();
    // RFC 3264 §8.4 and older: the address 0.0.0.0 means hold.
    const away = audio.port === 0 || /^(0\.0\.0\.0|::)$/.test(audio.address);
    if (audio.address !== described || target === null)
      target = away ? null : { address: audio.address, port: audio.port };
    else if (!away && target.address === audio.address) target = { address: audio.address, port: audio.port };
    described = audio.address;
  };
  const describe = (codecs: Agreed[], profile: string, way: AudioOffer['direction'], tag: string): string => {
    version += 1;
    const net = `IN IP${family} ${address}`;
    const digits = codecs[0]?.digitsType ?? null;
    const types = [...codecs.map(({ lawType }) => lawType), ...(digits === null ? [] : [digits])];
    return [
      'v=0',
      `o=- ${session} ${version} ${net}`,
      's=-',
      `c=${net}`,
      't=0 0',
      `m=audio ${socket.address().port} ${profile} ${types.join(' ')}`,
      ...codecs.map(({ law, lawType }) => `a=rtpmap:${lawType} ${law}/8000`),
      ...(digits === null ? [] : [`a=rtpmap:${digits} telephone-event/8000`, `a=fmtp:${digits} 0-15`]),
      ...(profile.startsWith('RTP/SAVP') ? [`a=crypto:${tag} ${own.line}`] : []),
      'a=ptime:20',
      `a=${way}`,
      '',
    ].join('\r\n');
  };

  return {
    offer: async () =>
      agreed === null
        ? describe(
            [offered, { ...offered, law: 'PCMU', lawType: 0 }],
            options.encrypted ? 'RTP/SAVP' : 'RTP/AVP',
            'sendrecv',
            '1',
          )
        : describe([agreed], srtp === null ? 'RTP/AVP' : 'RTP/SAVP', 'sendrecv', '1'),
    accept: async (answer) => {
      const common = agreedOn(answer);
      if (common === null) throw new Error('no common codec');
      // Whoever was offered encryption may not talk it away.
      if (options.encrypted && !common.audio.profile.startsWith('RTP/SAVP')) throw new Error('not encrypted');
      await take(common);
    },
    answer: async (offer) => {
      const common = agreedOn(offer);
      if (common === null || common.audio.profile.includes('TLS')) throw new Error('nothing in common');
      await take(common);
      const tag = keysOf(common.audio.lines)?.tag ?? '1';
      return describe([common.agreed], common.audio.profile, opposite[common.audio.direction], tag);
    },
    heardBy: (listener) => {
      hear = listener;
    },
    send: write,
    close: async () => {
      if (closed) return;
      closed = true;
      hear = null;
      clearInterval(watch);
      await new Promise<void>((done) => socket.close(() => done()));
    },
  };
};

/** The address of this machine that leads there; nothing is sent for it. */
const addressTowards = (target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const probe = createSocket(isIP(target) === 6 ? 'udp6' : 'udp4');
    probe.once('error', reject);
    probe.connect(9, target, () => {
      const { address } = probe.address();
      probe.close();
      resolve(address);
    });
  });
