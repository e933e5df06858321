/** Which codecs are offered, the best first. */

/**
 * Opus, then what every telephone understands, by falling quality. The codecs that browsers offer besides (RED, comfort
 * noise) are left out: some PBXs answer with them and are not understood.
 */
const offered = ['audio/opus', 'audio/g722', 'audio/pcmu', 'audio/pcma', 'audio/telephone-event'];

export const orderedCodecs = <Codec extends { mimeType: string }>(codecs: readonly Codec[]): Codec[] =>
  offered.flatMap((mimeType) => codecs.filter((codec) => codec.mimeType.toLowerCase() === mimeType));

/** Before the first offer: sets the order for this connection's sound. */
export const orderCodecs = (connection: RTCPeerConnection): void => {
  const codecs = orderedCodecs(RTCRtpReceiver.getCapabilities('audio')?.codecs ?? []);
  for (const transceiver of connection.getTransceivers())
    if (transceiver.receiver.track.kind === 'audio' && codecs.length > 0) transceiver.setCodecPreferences(codecs);
};
