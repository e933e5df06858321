import type { MediaStreamTrack, RTCPeerConnection } from 'werift';
import type { OfferedCodec } from './offer.ts';
import type { VoiceLine, VoiceLineListener } from './voice-line.ts';
import { answerPeer, connectPeer } from './werift-connection.ts';

/** A browser: ICE and DTLS-SRTP. */
export const openWeriftLine = async (
  codecs: readonly OfferedCodec[],
  { received, ended }: VoiceLineListener,
): Promise<VoiceLine> => {
  const { MediaStreamTrack, RtpHeader, RtpPacket } = await import('werift');
  const voice: MediaStreamTrack = new MediaStreamTrack({ kind: 'audio' });
  const connection: RTCPeerConnection = await connectPeer(
    codecs,
    (transceiver) => {
      void transceiver.sender.replaceTrack(voice);
      transceiver.onTrack.subscribe((track) =>
        track.onReceiveRtp.subscribe(({ header: { payloadType, timestamp }, payload }) =>
          received({ payloadType, timestamp, payload }),
        ),
      );
    },
    ended,
  );
  const ready = new Promise<void>((connected) => {
    connection.connectionStateChange.subscribe((state) => {
      if (state === 'connected') connected();
    });
  });
  return {
    ready,
    answer: (offer) => answerPeer(connection, offer, codecs),
    send: ({ payloadType, marker, sequence, timestamp, payload }) => {
      const header = new RtpHeader({ payloadType, marker, sequenceNumber: sequence, timestamp, ssrc: 1 });
      voice.writeRtp(new RtpPacket(header, payload));
    },
    close: () => connection.close(),
  };
};
