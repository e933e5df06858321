/** Short tones for notices, made on the spot on the device that rings. */
import type { NoticeTone } from '../../protocol/settings.ts';

/** Frequency in Hz, start and length in seconds. */
type Note = readonly [frequency: number, start: number, length: number];
const melodies: Record<NoticeTone, readonly Note[]> = {
  drop: [
    [784, 0, 0.09],
    [523, 0.08, 0.22],
  ],
  chime: [
    [659, 0, 0.35],
    [988, 0.12, 0.5],
  ],
  tap: [[1319, 0, 0.07]],
};
const volume = 0.12;

export interface NoticeTones {
  play(tone: NoticeTone, deviceId: string | null): void;
}

/** `setSinkId` of an AudioContext is not in every browser yet. */
interface SinkContext extends AudioContext {
  setSinkId?(id: string): Promise<void>;
}

export const createNoticeTones = (): NoticeTones => ({
  play: (tone, deviceId) => {
    // A context of its own each time: one that stays open keeps the sound device awake all day.
    const context = new AudioContext() as SinkContext;
    const sound = (): void => {
      const oscillators = melodies[tone].map(([frequency, start, length]) => {
        const begin = context.currentTime + 0.02 + start;
        const gain = new GainNode(context, { gain: 0 });
        gain.gain.setTargetAtTime(volume, begin, 0.004);
        gain.gain.setTargetAtTime(0, begin + length / 3, length / 4);
        const oscillator = new OscillatorNode(context, { frequency });
        oscillator.connect(gain).connect(context.destination);
        oscillator.start(begin);
        oscillator.stop(begin + length * 1.5);
        return oscillator;
      });
      const last = oscillators.at(-1);
      if (last) last.onended = () => void context.close();
    };
    const routed = deviceId === null ? undefined : context.setSinkId?.(deviceId).catch(() => undefined);
    void Promise.resolve(routed).then(sound);
  },
});
