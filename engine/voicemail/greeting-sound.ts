/** A greeting as the server takes it: WAVE, 16 bit, 8 kHz, one channel. */
import type { Failure } from '../state/types.ts';

const sampleRate = 8_000;
const longestSeconds = 60;
/** No sound file of a minute is larger, whatever its codec. */
const mostBytes = 32 * 1024 * 1024;
/** The loudest sample comes to here, so that quiet microphones are heard. */
const loudest = 0.8;

export type GreetingSound = { ok: true; wav: Blob } | { ok: false; failure: Failure };

const wavOf = (samples: Float32Array): Blob => {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, letters: string): void => {
    for (const [index, letter] of [...letters].entries()) view.setUint8(at + index, letter.charCodeAt(0));
  };
  text(0, 'RIFF');
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (const [index, sample] of samples.entries())
    view.setInt16(44 + index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  return new Blob([view.buffer], { type: 'audio/wav' });
};

/** Reads whatever sound the browser can decode. */
export const greetingSoundOf = async (file: Blob): Promise<GreetingSound> => {
  if (file.size > mostBytes) return { ok: false, failure: { code: 'greetingTooLong' } };
  try {
    const decoder = new OfflineAudioContext(1, 1, sampleRate);
    // Decoding brings it to the rate of the context.
    const decoded = await decoder.decodeAudioData(await file.arrayBuffer());
    if (decoded.duration > longestSeconds + 1) return { ok: false, failure: { code: 'greetingTooLong' } };
    const length = Math.min(decoded.length, longestSeconds * sampleRate);
    const mixer = new OfflineAudioContext(1, length, sampleRate);
    const source = mixer.createBufferSource();
    source.buffer = decoded;
    source.connect(mixer.destination);
    source.start();
    const samples = (await mixer.startRendering()).getChannelData(0);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    if (peak < 0.001) return { ok: false, failure: { code: 'greetingInvalid' } };
    return { ok: true, wav: wavOf(samples.map((sample) => (sample * loudest) / peak)) };
  } catch {
    return { ok: false, failure: { code: 'greetingInvalid' } };
  }
};
