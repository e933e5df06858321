/** What the applications read of an SDP offer (RFC 3264, RFC 8866): its first audio section. */
import type { Law } from './g711.ts';

export interface OfferedCodec {
  payloadType: number;
  /** As written: `opus`, `PCMU`, `telephone-event`. */
  name: string;
  clockRate: number;
  channels?: number;
}

export interface AudioOffer {
  codecs: OfferedCodec[];
  /** `RTP/AVP` of a telephone; browsers name DTLS. */
  profile: string;
  /** Where the other side wants its RTP; of no meaning with ICE. */
  address: string;
  port: number;
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Value of `a=mid`, if any. */
  mid: string | null;
  lines: string[];
}

const fixed: Record<string, string> = { '0': 'PCMU/8000', '8': 'PCMA/8000', '9': 'G722/8000' };

/** `null`: no audio in it. */
export const audioOffer = (offer: string): AudioOffer | null => {
  const lines = offer.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start < 0) return null;
  const next = lines.findIndex((line, index) => index > start && line.startsWith('m='));
  const section = lines.slice(start, next < 0 ? lines.length : next);
  const session = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('m=')),
  );
  const [, port = '0', profile = '', ...types] = (section[0] ?? '').split(' ');
  const codecs = types.flatMap((type): OfferedCodec[] => {
    const mapped = section.find((line) => line.startsWith(`a=rtpmap:${type} `))?.split(' ')[1];
    const [name = '', rate = '', channels] = (mapped ?? fixed[type] ?? '').split('/');
    if (name === '' || !/^\d{1,3}$/.test(type)) return [];
    return [
      {
        payloadType: Number(type),
        name,
        clockRate: Number(rate),
        ...(channels === undefined ? {} : { channels: Number(channels) }),
      },
    ];
  });
  const value = (prefix: string): string | undefined =>
    [...section, ...session].find((line) => line.startsWith(prefix))?.slice(prefix.length);
  const direction = (['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const).find(
    (name) => section.includes(`a=${name}`) || session.includes(`a=${name}`),
  );
  return {
    codecs,
    profile,
    address: /^IN IP[46] (\S+)/.exec(value('c=') ?? '')?.[1] ?? '',
    port: Number(port),
    direction: direction ?? 'sendrecv',
    mid: value('a=mid:') ?? null,
    lines: section,
  };
};

/** The law the offer likes better; `null` when it has neither. */
export const offeredLaw = (offer: AudioOffer): (OfferedCodec & { name: Law }) | null => {
  for (const codec of offer.codecs) {
    const name = codec.name.toUpperCase();
    if ((name === 'PCMU' || name === 'PCMA') && codec.clockRate === 8_000) return { ...codec, name };
  }
  return null;
};

/** The type under which digits come along G.711 (RFC 4733: same clock). */
export const offeredDigits = (offer: AudioOffer): OfferedCodec | null =>
  offer.codecs.find(({ name, clockRate }) => name.toLowerCase() === 'telephone-event' && clockRate === 8_000) ?? null;

/**
 * The offer with these audio codecs alone. werift 0.25 compares names and not clocks, and would take
 * `telephone-event/48000` for the one at 8,000 that goes with G.711.
 */
export const narrowedOffer = (offer: string, codecs: readonly OfferedCodec[]): string => {
  const kept = new Set(codecs.map(({ payloadType }) => String(payloadType)));
  let isAudio = false;
  return offer
    .split(/\r?\n/)
    .flatMap((line) => {
      if (line.startsWith('m=')) isAudio = line.startsWith('m=audio ');
      if (!isAudio) return [line];
      if (line.startsWith('m=')) {
        const [media, port, profile, ...types] = line.split(' ');
        return [[media, port, profile, ...types.filter((type) => kept.has(type))].join(' ')];
      }
      const type = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
      return type === undefined || kept.has(type) ? [line] : [];
    })
    .join('\r\n');
};
