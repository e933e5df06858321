/** Listening and talking to one caller in G.711, packet by packet; knows nothing of the network. */
import { decode, encode, frameSamples, sampleRate, type Law } from './g711.ts';
import type { Recording, RecordingLimits } from './media-port.ts';
import { silence, type Sound } from './sounds.ts';

/** What of an RTP packet (RFC 3550) matters here. */
export interface RtpPacket {
  payloadType: number;
  timestamp: number;
  payload: Buffer;
}
export interface OutgoingPacket extends RtpPacket {
  sequence: number;
  /** First packet after a pause. */
  marker: boolean;
}
/** What offer and answer have agreed on. */
export interface Agreement {
  law: Law;
  payloadType: number;
  /** RTP payload type of digits (RFC 4733); `null`: the other side has none. */
  digitsPayloadType: number | null;
}

export const frameMs = 20;
const digits = '0123456789*#ABCD';
/** Root mean square of a frame that counts as voice: -48 dB of full scale. */
const voiceLevel = 130;
/** Left at the end of a recording that silence has ended. */
const tailMs = 500;
/** A late tick catches up on so many frames; what is later still is skipped. */
const mostFramesLate = 10;
const msToSamples = sampleRate / 1000;
const quiet: Record<Law, number> = { PCMU: 0xff, PCMA: 0xd5 };

interface Playing {
  sound: Sound;
  at: number;
  finish(end: 'played' | 'stopped'): void;
}

interface Take {
  law: Law;
  limits: RecordingLimits;
  startedAt: number;
  /** Timestamp of the sample at position 0; `null` until the first packet. */
  base: number | null;
  audio: Buffer;
  length: number;
  voiceEnd: number;
  heardVoiceAt: number;
  voicedMs: number;
  finish(recording: Recording): void;
}

export interface VoiceParts {
  send(packet: OutgoingPacket): void;
  digit(digit: string): void;
  /** Milliseconds; never goes back. */
  now(): number;
}

/** `tick` wants to be called about every 20 ms. */
export class Voice {
  readonly #parts: VoiceParts;
  #agreement: Agreement | null = null;
  #playing: Playing | null = null;
  #take: Take | null = null;
  #lastEvent: number | null = null;
  #clockStart: number | null = null;
  #frames = 0;
  #sequence = 0;

  constructor(parts: VoiceParts) {
    this.#parts = parts;
  }

  agree(agreement: Agreement): void {
    this.#agreement = agreement;
  }

  play(sound: Sound): Promise<'played' | 'stopped'> {
    this.stopPlaying();
    return new Promise((finish) => (this.#playing = { sound, at: 0, finish }));
  }

  stopPlaying(): void {
    this.#playing?.finish('stopped');
    this.#playing = null;
  }

  record(limits: RecordingLimits): Promise<Recording> {
    this.stopRecording();
    const now = this.#parts.now();
    return new Promise((finish) => {
      this.#take = {
        law: this.#agreement?.law ?? 'PCMU',
        limits,
        startedAt: now,
        base: null,
        audio: Buffer.alloc(0),
        length: 0,
        voiceEnd: 0,
        heardVoiceAt: now,
        voicedMs: 0,
        finish,
      };
    });
  }

  stopRecording(): void {
    this.#finishTake('stopped');
  }

  close(): void {
    this.stopPlaying();
    this.stopRecording();
  }

  /** Sends what is due, silence when nothing plays (a path without packets is taken for dead), and ends recordings. */
  tick(): void {
    const now = this.#parts.now();
    this.#watchTake(now);
    if (this.#agreement === null) return;
    this.#clockStart ??= now;
    const due = Math.floor((now - this.#clockStart) / frameMs) + 1;
    if (due - this.#frames > mostFramesLate) this.#frames = due - 1;
    while (this.#frames < due) this.#sendFrame(this.#agreement);
  }

  received(packet: RtpPacket): void {
    const agreement = this.#agreement;
    if (agreement === null) return;
    if (packet.payloadType === agreement.digitsPayloadType) this.#event(packet);
    else if (packet.payloadType === agreement.payloadType && packet.payload.length > 0) this.#keep(packet);
  }

  #sendFrame({ law, payloadType }: Agreement): void {
    const marker = this.#frames === 0;
    this.#frames += 1;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#parts.send({
      payloadType,
      marker,
      sequence: this.#sequence,
      timestamp: (this.#frames * frameSamples) >>> 0,
      payload: encode(law, this.#nextSamples()),
    });
  }

  #nextSamples(): Sound {
    const frame = silence(frameMs);
    const playing = this.#playing;
    if (playing === null) return frame;
    frame.set(playing.sound.subarray(playing.at, playing.at + frameSamples));
    playing.at += frameSamples;
    if (playing.at < playing.sound.length) return frame;
    this.#playing = null;
    playing.finish('played');
    return frame;
  }

  /** All packets of one press have the timestamp of its beginning (RFC 4733 §2.3.1), so loss costs no digit. */
  #event({ timestamp, payload }: RtpPacket): void {
    const digit = digits[payload[0] ?? 255];
    if (digit === undefined || payload.length < 4 || timestamp === this.#lastEvent) return;
    this.#lastEvent = timestamp;
    this.#parts.digit(digit);
  }

  /** Puts a packet where its timestamp says; one that strays from the clock by a second starts a new count. */
  #keep({ timestamp, payload }: RtpPacket): void {
    const take = this.#take;
    if (take === null) return;
    const now = this.#parts.now();
    const byClock = Math.round((now - take.startedAt) * msToSamples);
    take.base ??= timestamp;
    let position = (timestamp - take.base) | 0;
    if (Math.abs(position - byClock) > sampleRate) {
      take.base = (timestamp - byClock) >>> 0;
      position = byClock;
    }
    const end = position + payload.length;
    if (position < 0 || end > take.limits.longestMs * msToSamples) return;
    if (end > take.audio.length) {
      const grown = Buffer.alloc(Math.max(end, take.audio.length + 10 * sampleRate), quiet[take.law]);
      take.audio.copy(grown);
      take.audio = grown;
    }
    payload.copy(take.audio, position);
    take.length = Math.max(take.length, end);
    if (!isVoice(take.law, payload)) return;
    take.voiceEnd = Math.max(take.voiceEnd, end);
    take.heardVoiceAt = now;
    take.voicedMs += payload.length / msToSamples;
  }

  #watchTake(now: number): void {
    const take = this.#take;
    if (take === null) return;
    if (now - take.startedAt >= take.limits.longestMs) this.#finishTake('limit');
    else if (now - take.heardVoiceAt >= take.limits.silenceMs) this.#finishTake('silence');
  }

  #finishTake(end: Recording['end']): void {
    const take = this.#take;
    if (take === null) return;
    this.#take = null;
    const kept = end === 'silence' ? Math.min(take.length, take.voiceEnd + tailMs * msToSamples) : take.length;
    take.finish({ law: take.law, audio: Buffer.from(take.audio.subarray(0, kept)), voicedMs: take.voicedMs, end });
  }
}

const isVoice = (law: Law, payload: Buffer): boolean => {
  const samples = decode(law, payload);
  return samples.reduce((sum, sample) => sum + sample * sample, 0) > voiceLevel ** 2 * samples.length;
};
