/** One caller's peer connection over werift (ICE, DTLS-SRTP). werift is loaded with the first call. */
import { networkInterfaces } from 'node:os';
import type { RTCPeerConnection, RTCRtpTransceiver } from 'werift';
import { narrowedOffer, type OfferedCodec } from './offer.ts';

const gatheringMs = 2_000;

/** The answer names `codecs` only. `media` gets the audio as soon as the offer is known. */
export const connectPeer = async (
  codecs: readonly OfferedCodec[],
  media: (transceiver: RTCRtpTransceiver) => void,
  ended: () => void,
): Promise<RTCPeerConnection> => {
  const werift = await import('werift');
  const loopback = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => internal && family === 'IPv4')
    .map(({ address }) => address);
  const audio = codecs.map(
    ({ name, ...codec }) => new werift.RTCRtpCodecParameters({ ...codec, mimeType: `audio/${name}` }),
  );
  const connection = new werift.RTCPeerConnection({
    codecs: { audio, video: [] },
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
    media(transceiver);
  });
  return connection;
};

/** With all candidates, so that no more need to be sent. */
export const answerPeer = async (
  connection: RTCPeerConnection,
  offer: string,
  codecs: readonly OfferedCodec[],
): Promise<string> => {
  await connection.setRemoteDescription({ type: 'offer', sdp: narrowedOffer(offer, codecs) });
  await connection.setLocalDescription(await connection.createAnswer());
  if (connection.iceGatheringState !== 'complete')
    await connection.iceGatheringStateChange.watch((state) => state === 'complete', gatheringMs).catch(() => undefined);
  return connection.localDescription?.sdp ?? '';
};
