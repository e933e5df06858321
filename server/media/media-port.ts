/**
 * What the applications of the server need of a media engine. `embedded-media.ts` is the one there is: werift for
 * browsers, plain RTP for telephones. Operations are as coarse as Janus has them (play, record, digits), so that an
 * engine outside this process can take over.
 */
import type { Law } from './g711.ts';
import type { Sound } from './sounds.ts';

/** One caller's media. */
export interface MediaSession {
  /** Answers the first or a later offer (hold, ICE restart). Rejects when there is nothing in common. */
  answer(offer: string): Promise<string>;
  close(): Promise<void>;
}

export interface RecordingLimits {
  longestMs: number;
  /** So long without a voice ends the recording; the silence is cut off. */
  silenceMs: number;
}

/** What was said, as it came over the wire. */
export interface Recording {
  law: Law;
  /** One byte a sample. */
  audio: Buffer;
  /** Milliseconds in which there was something to hear. */
  voicedMs: number;
  end: 'silence' | 'limit' | 'stopped';
}

/** A caller to whom an application listens and talks. */
export interface VoiceSession extends MediaSession {
  /** Resolves when the sound has been played or was stopped; a second sound stops the first. */
  play(sound: Sound): Promise<'played' | 'stopped'>;
  stopPlaying(): void;
  /** One at a time. */
  record(limits: RecordingLimits): Promise<Recording>;
  /** Ends the recording, if there is one, with what there is. */
  stopRecording(): void;
}

export interface VoiceListener {
  /** `0` to `9`, `*`, `#`, `A` to `D`: each press once (RFC 4733). */
  digit(digit: string): void;
  /** The caller's media is gone for good. */
  ended(): void;
}

export interface MediaPort {
  /** A session that sends back what it hears. */
  echo(ended: () => void): Promise<MediaSession>;
  voice(listener: VoiceListener): Promise<VoiceSession>;
}
