import { networkInterfaces } from 'node:os';
import type { RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import type { EchoMedia, MediaSession } from './media-port.ts';

interface OfferedCodec {
  payloadType: number;
  mimeType: string;
  clockRate: number;
  channels?: number;
}

const echoed = new Set(['opus', 'g722', 'pcmu', 'pcma']);
const fixed: Record<string, string> = { '0': 'PCMU/8000', '8': 'PCMA/8000', '9': 'G722/8000' };

/** The first audio codec of the offer that can be sent back; `null` when there is none. */
export const preferredCodec = (offer: string): OfferedCodec | null => {
  const audio = /(?:^|\n)m=audio \d+ \S+ ([\d ]+)/.exec(offer);
  for (const type of (audio?.[1] ?? '').trim().split(' ')) {
    const mapped = offer.split(/\r?\n/).find((line) => line.startsWith(`a=rtpmap:${type} `));
    const [name = '', rate = '', channels] = (mapped?.split(' ')[1] ?? fixed[type] ?? '').split('/');
    if (!echoed.has(name.toLowerCase())) continue;
    return {
      payloadType: Number(type),
      mimeType: `audio/${name}`,
      clockRate: Number(rate),
      ...(channels === undefined ? {} : { channels: Number(channels) }),
    };
  }
  return null;
};

/**
 * Echo over werift: RTP goes back as it came, without decoding; the sender gives it its own SSRC and sequence.
 * The answer names one codec only, the one the offer likes best. werift is loaded with the first call.
 */
export const createWeriftEcho = (): EchoMedia => ({
  open: async (ended) => {
    const werift = await import('werift');
    const loopback = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => internal && family === 'IPv4')
      .map(({ address }) => address);
    const connect = (codecs: RTCRtpCodecParameters[]): RTCPeerConnection => {
      const connection = new werift.RTCPeerConnection({
        codecs: { audio: codecs, video: [] },
        headerExtensions: { audio: [], video: [] },
        iceServers: [],
        iceAdditionalHostAddresses: loopback,
        iceUseIpv6: false,
        iceUseTcp: false,
        bundlePolicy: 'max-bundle',
      });
      connection.connectionStateChange.subscribe((state) => {
        if (state === 'failed' || state === 'closed') ended();
      });
      connection.onRemoteTransceiverAdded.subscribe((transceiver) => {
        transceiver.setDirection('sendrecv');
        transceiver.onTrack.subscribe((track) => void transceiver.sender.replaceTrack(track));
      });
      return connection;
    };
    let connection: RTCPeerConnection | null = null;
    const session: MediaSession = {
      answer: async (offer) => {
        const codec = preferredCodec(offer);
        if (codec === null) throw new Error('no common codec');
        connection ??= connect([new werift.RTCRtpCodecParameters(codec)]);
        await connection.setRemoteDescription({ type: 'offer', sdp: offer });
        await connection.setLocalDescription(await connection.createAnswer());
        if (connection.iceGatheringState !== 'complete')
          await connection.iceGatheringStateChange.watch((state) => state === 'complete', 2000).catch(() => undefined);
        return connection.localDescription?.sdp ?? '';
      },
      close: async () => {
        await connection?.close();
      },
    };
    return session;
  },
});
