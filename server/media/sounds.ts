/** What the applications play, made on the spot: no files, no foreign recordings. 16-bit samples at 8 kHz. */
import { sampleRate } from './g711.ts';

export type Sound = Int16Array;

const samplesIn = (milliseconds: number): number => Math.round((milliseconds * sampleRate) / 1000);

export const silence = (milliseconds: number): Sound => new Int16Array(samplesIn(milliseconds));

export const join = (...sounds: Sound[]): Sound => {
  const joined = new Int16Array(sounds.reduce((length, sound) => length + sound.length, 0));
  let at = 0;
  for (const sound of sounds) {
    joined.set(sound, at);
    at += sound.length;
  }
  return joined;
};

/** Frequencies at once; `level` of full scale each, with edges of 5 ms, so that nothing clicks. */
export const tone = (frequencies: readonly number[], milliseconds: number, level = 0.25): Sound => {
  const length = samplesIn(milliseconds);
  const edge = Math.min(samplesIn(5), length / 2);
  return Int16Array.from({ length }, (_, index) => {
    const fade = Math.min(1, index / edge, (length - 1 - index) / edge);
    const sum = frequencies.reduce((total, hertz) => total + Math.sin((2 * Math.PI * hertz * index) / sampleRate), 0);
    return Math.round(Math.max(-1, Math.min(1, sum * level * fade)) * 32_767);
  });
};

/** A struck bar: the note with two partials of its own that die away sooner. */
const chime = (hertz: number, milliseconds: number): Sound => {
  const partials = [
    { ratio: 1, level: 0.3, decay: 2.5 },
    { ratio: 2.76, level: 0.09, decay: 7 },
    { ratio: 5.4, level: 0.03, decay: 14 },
  ].filter(({ ratio }) => hertz * ratio < 3_400);
  return Int16Array.from({ length: samplesIn(milliseconds) }, (_, index) => {
    const seconds = index / sampleRate;
    const attack = Math.min(1, seconds / 0.004);
    const sum = partials.reduce(
      (total, { ratio, level, decay }) =>
        total + level * Math.exp(-decay * seconds) * Math.sin(2 * Math.PI * hertz * ratio * seconds),
      0,
    );
    return Math.round(sum * attack * 32_767);
  });
};

const notes = { g4: 392, c5: 523.25, e5: 659.25, g5: 783.99 } as const;

/** Greeting of a mailbox whose owner has recorded none: three chimes, twice, the last one falling. */
export const defaultGreeting: Sound = join(
  silence(300),
  chime(notes.e5, 350),
  chime(notes.g5, 350),
  chime(notes.c5, 900),
  chime(notes.e5, 350),
  chime(notes.c5, 350),
  chime(notes.g4, 1_200),
);
/** “Speak now”, as answering machines do. */
export const beep: Sound = join(tone([1_000], 400), silence(60));
/** Asks for the PIN. */
export const pinPrompt: Sound = join(silence(200), tone([660], 120), silence(80), tone([880], 120));
export const wrong: Sound = join(tone([330], 180), silence(90), tone([262], 320));
export const done: Sound = join(tone([784], 100), silence(40), tone([1_047], 160));
/** End of the list, or no message. */
export const nothing: Sound = join(tone([440], 160), silence(80), tone([440], 160));
/** One short beep for each waiting message, at most `most`. */
export const counted = (count: number, most = 9): Sound =>
  join(...Array.from({ length: Math.min(count, most) }, () => join(tone([740], 110), silence(130))));
