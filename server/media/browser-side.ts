import { networkInterfaces } from 'node:os';
import type { RTCPeerConnection, RTCRtpCodecParameters, RTCRtpTransceiver } from 'werift';
import { agreedOn, Sounder, soundOf, type Agreed, type CallSide, type Sound } from './call-side.ts';
import { narrowedOffer, type OfferedCodec } from './offer.ts';
import { readRtp } from './rtp-packet.ts';

const gatheringMs = 2_000;
const offered: Agreed = { law: 'PCMA', lawType: 8, digitsType: 101 };

/** What of an offer the answer takes. */
const takenOf = ({ law, lawType, digitsType }: Agreed): OfferedCodec[] => [
  { payloadType: lawType, name: law, clockRate: 8_000 },
  ...(digitsType === null ? [] : [{ payloadType: digitsType, name: 'telephone-event', clockRate: 8_000 }]),
];

/** A side with ICE and DTLS-SRTP. `ended`: its media are gone for good. */
export const openBrowserSide = async (ended: () => void): Promise<CallSide> => {
  const werift = await import('werift');
  const sounder = new Sounder();
  let connection: RTCPeerConnection | null = null;
  let transceiver: RTCRtpTransceiver | null = null;
  let agreed: Agreed = offered;
  let hear: ((sound: Sound) => void) | null = null;
  let closed = false;

  const codec = (name: string, payloadType: number, parameters?: string): RTCRtpCodecParameters =>
    new werift.RTCRtpCodecParameters({
      mimeType: `audio/${name}`,
      clockRate: 8_000,
      payloadType,
      ...(parameters === undefined ? {} : { parameters }),
    });
  const codecsOf = ({ law, lawType, digitsType }: Agreed): RTCRtpCodecParameters[] => [
    codec(law, lawType),
    ...(digitsType === null ? [] : [codec('telephone-event', digitsType, '0-15')]),
  ];
  const listen = (own: RTCRtpTransceiver): void => {
    transceiver = own;
    own.onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe((packet) => {
        const read = readRtp(packet.serialize());
        const sound = read === null ? null : soundOf(read, agreed);
        if (sound !== null) hear?.(sound);
      }),
    );
  };
  const connect = (codecs: RTCRtpCodecParameters[]): RTCPeerConnection => {
    const loopback = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => internal && family === 'IPv4')
      .map(({ address }) => address);
    const made = new werift.RTCPeerConnection({
      codecs: { audio: codecs, video: [] },
      headerExtensions: { audio: [], video: [] },
      iceServers: [],
      iceAdditionalHostAddresses: loopback,
      iceUseIpv6: false,
      iceUseTcp: false,
      bundlePolicy: 'max-bundle',
    });
    made.connectionStateChange.subscribe((state) => {
      if (!closed && (state === 'failed' || state === 'closed')) ended();
    });
    return made;
  };
  const local = async (of: RTCPeerConnection): Promise<string> => {
    if (of.iceGatheringState !== 'complete')
      await of.iceGatheringStateChange.watch((state) => state === 'complete', gatheringMs).catch(() => undefined);
    return of.localDescription?.sdp ?? '';
  };

  return {
    offer: async () => {
      if (connection === null) {
        connection = connect([codec('PCMA', 8), codec('PCMU', 0), codec('telephone-event', 101, '0-15')]);
        listen(connection.addTransceiver('audio', { direction: 'sendrecv' }));
      }
      await connection.setLocalDescription(await connection.createOffer());
      return local(connection);
    },
    accept: async (answer) => {
      const common = agreedOn(answer);
      if (common === null || connection === null) throw new Error('no common codec');
      agreed = common.agreed;
      await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    },
    answer: async (offer) => {
      const common = agreedOn(offer);
      if (common === null) throw new Error('no common codec');
      if (connection === null) {
        agreed = common.agreed;
        connection = connect(codecsOf(agreed));
        connection.onRemoteTransceiverAdded.subscribe((added) => {
          added.setDirection('sendrecv');
          listen(added);
        });
      }
      await connection.setRemoteDescription({ type: 'offer', sdp: narrowedOffer(offer, takenOf(common.agreed)) });
      await connection.setLocalDescription(await connection.createAnswer());
      return local(connection);
    },
    heardBy: (listener) => {
      hear = listener;
    },
    send: (sound, from) => {
      // Past the sender: it would give digits the payload type of speech.
      const transport = transceiver?.sender.dtlsTransport;
      if (closed || transceiver === null || transport?.state !== 'connected') return;
      const packet = sounder.packet(sound, from, agreed);
      if (packet === null) return;
      const header = new werift.RtpHeader({
        payloadType: packet.payloadType,
        marker: packet.marker,
        sequenceNumber: packet.sequence,
        timestamp: packet.timestamp,
        ssrc: transceiver.sender.ssrc,
      });
      void transport.sendRtp(packet.payload, header).catch(() => undefined);
    },
    close: async () => {
      closed = true;
      hear = null;
      await connection?.close();
    },
  };
};
