/** A telephone: RTP over UDP without ICE and without encryption (RFC 3551), as desk phones and trunks offer it. */
import { createSocket, type Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { audioOffer, type AudioOffer, type OfferedCodec } from './offer.ts';
import type { VoiceLine, VoiceLineListener } from './voice-line.ts';

const headerBytes = 12;
/** A caller that stays silent for so long is gone; telephones on hold may pause. */
const goneMs = 60_000;
/** Packets to an address from which none has come: five seconds, so that nobody can aim the server at a third party. */
const mostUnanswered = 250;

const answered = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' } as const;

export const openPlainLine = async (
  codecs: readonly OfferedCodec[],
  { received, ended }: VoiceLineListener,
  now: () => number = () => performance.now(),
): Promise<VoiceLine> => {
  const ssrc = randomBytes(4).readUInt32BE();
  let socket: Socket | null = null;
  let target: { address: string; port: number } | null = null;
  /** Whether packets have come since the last answer: from then on they go there, and only from there are they taken. */
  let latched = false;
  let unanswered = 0;
  let heardAt = now();
  let version = 0;
  const watch = setInterval(() => {
    if (now() - heardAt > goneMs) ended();
  }, goneMs / 4).unref();

  const open = async (family: 4 | 6): Promise<Socket> => {
    const opened = createSocket(family === 6 ? 'udp6' : 'udp4');
    opened.on('error', () => undefined);
    opened.on('message', (bytes, from) => {
      if (bytes.length < headerBytes || (bytes[0] ?? 0) >> 6 !== 2) return;
      if (target === null || (latched && (from.address !== target.address || from.port !== target.port))) return;
      heardAt = now();
      latched = true;
      // Where the packets really come from: behind address translation it is not what the offer says (RFC 4961).
      target = { address: from.address, port: from.port };
      const packet = payloadOf(bytes);
      if (packet !== null) received(packet);
    });
    await new Promise<void>((bound, failed) => opened.once('error', failed).bind(0, () => bound()));
    return opened;
  };

  return {
    ready: Promise.resolve(),
    answer: async (text) => {
      const offer = audioOffer(text);
      const family = isIP(offer?.address ?? '');
      if (offer === null || (family !== 4 && family !== 6)) throw new Error('no address to answer to');
      socket ??= await open(family);
      target = offer.port === 0 ? null : { address: offer.address, port: offer.port };
      latched = false;
      heardAt = now();
      version += 1;
      const own = await addressTowards(offer.address, family);
      return answerOf(offer, codecs, { address: own, port: socket.address().port, version });
    },
    send: ({ payloadType, marker, sequence, timestamp, payload }) => {
      if (socket === null || target === null || (!latched && unanswered >= mostUnanswered)) return;
      if (!latched) unanswered += 1;
      const header = Buffer.alloc(headerBytes);
      header[0] = 0x80;
      header[1] = (marker ? 0x80 : 0) | payloadType;
      header.writeUInt16BE(sequence, 2);
      header.writeUInt32BE(timestamp, 4);
      header.writeUInt32BE(ssrc, 8);
      socket.send(Buffer.concat([header, payload]), target.port, target.address, () => undefined);
    },
    close: async () => {
      clearInterval(watch);
      target = null;
      const open = socket;
      socket = null;
      if (open !== null) await new Promise<void>((closed) => open.close(closed));
    },
  };
};

/** Timestamp, type and payload of a packet, without contributing sources, extension and padding (RFC 3550 §5.1). */
const payloadOf = (bytes: Buffer): { payloadType: number; timestamp: number; payload: Buffer } | null => {
  const first = bytes[0] ?? 0;
  let from = headerBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (bytes.length < from + 4) return null;
    from += 4 + bytes.readUInt16BE(from + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : (bytes.at(-1) ?? 0);
  if (from + padding > bytes.length) return null;
  return {
    payloadType: (bytes[1] ?? 0) & 0x7f,
    timestamp: bytes.readUInt32BE(4),
    payload: bytes.subarray(from, bytes.length - padding),
  };
};

/** The address of this machine that leads there; nothing is sent for it. */
const addressTowards = (address: string, family: 4 | 6): Promise<string> =>
  new Promise((resolve, reject) => {
    const probe = createSocket(family === 6 ? 'udp6' : 'udp4');
    probe.once('error', reject);
    probe.connect(9, address, () => {
      const own = probe.address().address;
      probe.close();
      resolve(own);
    });
  });

const answerOf = (
  offer: AudioOffer,
  codecs: readonly OfferedCodec[],
  { address, port, version }: { address: string; port: number; version: number },
): string => {
  const family = isIP(address) === 6 ? 'IP6' : 'IP4';
  return [
    'v=0',
    `o=- ${port} ${version} IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    `m=audio ${port} ${offer.profile} ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
    ...codecs.map(({ payloadType, name, clockRate }) => `a=rtpmap:${payloadType} ${name}/${clockRate}`),
    ...codecs
      .filter(({ name }) => name.toLowerCase() === 'telephone-event')
      .map(({ payloadType }) => `a=fmtp:${payloadType} 0-15`),
    'a=ptime:20',
    `a=${answered[offer.direction]}`,
    '',
  ].join('\r\n');
};
