/** The media engine of the embedded server. */
import type { MediaPort, MediaSession, VoiceListener, VoiceSession } from './media-port.ts';
import { audioOffer, offeredDigits, offeredLaw, type OfferedCodec } from './offer.ts';
import { openPlainLine } from './plain-line.ts';
import { frameMs, Voice } from './voice.ts';
import type { VoiceLine } from './voice-line.ts';
import { answerPeer, connectPeer } from './werift-connection.ts';
import { openWeriftLine } from './werift-line.ts';

const echoed = new Set(['opus', 'g722', 'pcmu', 'pcma']);

/** The first audio codec of the offer that can be sent back; `null` when there is none. */
export const echoedCodec = (offer: string): OfferedCodec | null =>
  audioOffer(offer)?.codecs.find(({ name }) => echoed.has(name.toLowerCase())) ?? null;

export const createEmbeddedMedia = (): MediaPort => ({ echo: async (ended) => echo(ended), voice });

/** RTP goes back as it came, without decoding, in the codec the offer likes best. */
const echo = (ended: () => void): MediaSession => {
  let connection: Awaited<ReturnType<typeof connectPeer>> | null = null;
  return {
    answer: async (offer) => {
      const codec = echoedCodec(offer);
      if (codec === null) throw new Error('no common codec');
      connection ??= await connectPeer(
        [codec],
        (transceiver) => transceiver.onTrack.subscribe((track) => void transceiver.sender.replaceTrack(track)),
        ended,
      );
      return answerPeer(connection, offer, [codec]);
    },
    close: async () => {
      await connection?.close();
    },
  };
};

/** G.711 both ways, in the law the offer likes better: nobody has to transcode, and digits have the same clock. */
const voice = async ({ digit, ended }: VoiceListener): Promise<VoiceSession> => {
  let line: VoiceLine | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  const core = new Voice({ send: (packet) => line?.send(packet), digit, now: () => performance.now() });
  return {
    answer: async (text) => {
      const offer = audioOffer(text);
      const law = offer === null ? null : offeredLaw(offer);
      if (offer === null || law === null) throw new Error('no common codec');
      const digits = offeredDigits(offer);
      const codecs = digits === null ? [law] : [law, digits];
      const open = offer.profile.startsWith('UDP/TLS/') ? openWeriftLine : openPlainLine;
      if (offer.profile === 'RTP/SAVP') throw new Error('no keys for SRTP without DTLS');
      line ??= await open(codecs, { received: (packet) => core.received(packet), ended });
      core.agree({ law: law.name, payloadType: law.payloadType, digitsPayloadType: digits?.payloadType ?? null });
      const answer = await line.answer(text);
      void line.ready.then(() => {
        if (!closed) timer ??= setInterval(() => core.tick(), frameMs);
      });
      return answer;
    },
    play: (sound) => core.play(sound),
    stopPlaying: () => core.stopPlaying(),
    record: (limits) => core.record(limits),
    stopRecording: () => core.stopRecording(),
    close: async () => {
      closed = true;
      if (timer !== null) clearInterval(timer);
      core.close();
      await line?.close();
    },
  };
};
