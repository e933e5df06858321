/** For tests: how loud a frequency is in a sound. */
import { sampleRate } from './g711.ts';

/** Goertzel: level at `hertz` in dB of a full-scale sine. */
export const levelOf = (sound: Int16Array, hertz: number): number => {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let [one, two] = [0, 0];
  for (const sample of sound) [one, two] = [sample / 32_768 + coefficient * one - two, one];
  const power = one * one + two * two - coefficient * one * two;
  return 10 * Math.log10((4 * power) / sound.length ** 2 + 1e-20);
};
