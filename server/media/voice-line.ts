import type { OutgoingPacket, RtpPacket } from './voice.ts';

/** The way of RTP between one caller and the server. */
export interface VoiceLine {
  /** Answers the first or a later offer; rejects what it cannot take. */
  answer(offer: string): Promise<string>;
  /** Resolves when packets can be sent; what is sent before is lost. */
  readonly ready: Promise<void>;
  send(packet: OutgoingPacket): void;
  close(): Promise<void>;
}

export interface VoiceLineListener {
  received(packet: RtpPacket): void;
  /** Nothing will arrive any more. */
  ended(): void;
}
