/** One end of a call whose media pass through the server: a browser or a telephone, offering or answering, in G.711. */
import { decode, encode, type Law } from './g711.ts';
import { audioOffer, offeredDigits, offeredLaw, type AudioOffer } from './offer.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** What was agreed on for one side. */
export interface Agreed {
  law: Law;
  lawType: number;
  /** Payload type of digits (RFC 4733); `null`: not agreed on. */
  digitsType: number | null;
}

export interface CallSide {
  /** The first offer, or a later one with another direction. */
  offer(): Promise<string>;
  /** Takes the answer to our offer. Rejects what it cannot use. */
  accept(answer: string): Promise<void>;
  /** Answers the first or a later offer. Rejects when there is nothing in common. */
  answer(offer: string): Promise<string>;
  /** Sets who hears this side; `null`: nobody. */
  heardBy(hear: ((sound: Sound) => void) | null): void;
  /** `from` tells one source from the next. */
  send(sound: Sound, from: object): void;
  close(): Promise<void>;
}

/** A packet on its way between two sides, free of either side's payload types. */
export interface Sound {
  kind: Law | 'digits';
  marker: boolean;
  sequence: number;
  timestamp: number;
  payload: Buffer;
}

/** Connects two sides until called again with others. Different laws are turned into each other. */
export const join = (one: CallSide, other: CallSide): void => {
  one.heardBy((sound) => other.send(sound, one));
  other.heardBy((sound) => one.send(sound, other));
};

export const soundOf = (packet: RtpPacket, agreed: Agreed): Sound | null => {
  const { payloadType, ...rest } = packet;
  if (payloadType === agreed.digitsType) return { ...rest, kind: 'digits' };
  return payloadType === agreed.lawType ? { ...rest, kind: agreed.law } : null;
};

/**
 * Turns sounds into packets of one side. Sequence and time go on without a jump when the sounds come from somebody else
 * (RFC 3550 §5.1: one source, one clock).
 */
export class Sounder {
  #source: { from: object; sequence: number; timestamp: number } | null = null;
  #last: { sequence: number; timestamp: number } = {
    sequence: Math.floor(Math.random() * 0x8000),
    timestamp: Math.floor(Math.random() * 0x7fffffff),
  };

  packet(sound: Sound, from: object, agreed: Agreed): RtpPacket | null {
    if (sound.kind === 'digits' && agreed.digitsType === null) return null;
    if (this.#source?.from !== from) {
      this.#source = {
        from,
        sequence: this.#last.sequence + 1 - sound.sequence,
        timestamp: this.#last.timestamp + 160 - sound.timestamp,
      };
    }
    const sequence = (sound.sequence + this.#source.sequence) & 0xffff;
    const timestamp = (sound.timestamp + this.#source.timestamp) >>> 0;
    this.#last = { sequence, timestamp };
    const { marker } = sound;
    if (sound.kind === 'digits') {
      const payloadType = agreed.digitsType ?? 0;
      return { payloadType, marker, sequence, timestamp, payload: sound.payload };
    }
    const payload = sound.kind === agreed.law ? sound.payload : encode(agreed.law, decode(sound.kind, sound.payload));
    return { payloadType: agreed.lawType, marker, sequence, timestamp, payload };
  }
}

/** What both sides of this description can do; `null`: nothing in common. */
export const agreedOn = (description: string): { agreed: Agreed; audio: AudioOffer } | null => {
  const audio = audioOffer(description);
  const law = audio === null ? null : offeredLaw(audio);
  if (audio === null || law === null) return null;
  const agreed = { law: law.name, lawType: law.payloadType, digitsType: offeredDigits(audio)?.payloadType ?? null };
  return { agreed, audio };
};
