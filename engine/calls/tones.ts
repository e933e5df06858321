/** Tones made on the spot, on the device for ringing: no files, no loading, no licence. */
import { nationalTones, type ToneShape } from './national-tones.ts';

export type Tone = 'ring' | 'ringback' | 'busy' | 'congestion' | 'knock';

type HomeTone = 'ring' | 'knock';
/** The same in every country: nobody has to know them from the network. */
const homeTones: Record<HomeTone, ToneShape> = {
  ring: { frequencies: [440, 554], rhythm: [0.4, 0.2, 0.4, 2] },
  knock: { frequencies: [880], rhythm: [0.1, 0.1, 0.1, 4] },
};
const volumes: Record<Tone, number> = { ring: 0.35, ringback: 0.1, busy: 0.1, congestion: 0.1, knock: 0.08 };
const ramp = 0.01;
const planned = 90;

export interface Tones {
  /** Plays the tone from now on; `null` falls silent. The same tone goes on without a break. */
  play(tone: Tone | null): void;
  setDevice(deviceId: string | null): void;
  /** Whose tones are played: two letters (ISO 3166). */
  setCountry(country: string): void;
  dispose(): void;
}

/** `setSinkId` of an AudioContext is not in every browser yet. */
interface SinkContext extends AudioContext {
  setSinkId?(id: string): Promise<void>;
}

export const createTones = (): Tones => {
  let context: SinkContext | null = null;
  let device = '';
  let country = '';
  let playing: { tone: Tone; stop(): void } | null = null;
  const route = (): void => void context?.setSinkId?.(device).catch(() => undefined);

  const start = (tone: Tone): (() => void) => {
    if (!context) {
      context = new AudioContext();
      if (device) route();
    }
    void context.resume().catch(() => undefined);
    const shape = tone === 'ring' || tone === 'knock' ? homeTones[tone] : nationalTones(country)[tone];
    const { frequencies, rhythm } = shape;
    const volume = volumes[tone] / Math.sqrt(frequencies.length);
    const gain = context.createGain();
    gain.gain.value = 0;
    gain.connect(context.destination);
    let at = context.currentTime + ramp;
    const end = at + planned;
    while (at < end)
      for (const [index, seconds] of rhythm.entries()) {
        const level = index % 2 === 0 ? volume : 0;
        gain.gain.setTargetAtTime(level, at, ramp / 3);
        at += seconds;
      }
    const oscillators = frequencies.map((frequency) => {
      const oscillator = new OscillatorNode(gain.context, { frequency });
      oscillator.connect(gain);
      oscillator.start();
      oscillator.stop(end);
      return oscillator;
    });
    return () => {
      for (const oscillator of oscillators) oscillator.stop();
      gain.disconnect();
    };
  };
  const play = (tone: Tone | null): void => {
    if (playing?.tone === tone) return;
    playing?.stop();
    playing = tone === null ? null : { tone, stop: start(tone) };
  };
  return {
    play,
    setCountry: (next) => {
      country = next;
    },
    setDevice: (deviceId) => {
      device = deviceId ?? '';
      route();
    },
    dispose: () => {
      play(null);
      void context?.close();
      context = null;
    },
  };
};
