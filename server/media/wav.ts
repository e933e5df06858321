/** RIFF WAVE files as the mailbox takes and gives them. */
import { sampleRate } from './g711.ts';
import type { Sound } from './sounds.ts';

export const wavHeaderBytes = 44;

/** 16-bit, 8 kHz, one channel: what every player opens. */
export const wavOf = (sound: Sound): Buffer => {
  const file = Buffer.alloc(wavHeaderBytes + sound.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(sound.length * 2, 40);
  for (const [index, sample] of sound.entries()) file.writeInt16LE(sample, wavHeaderBytes + index * 2);
  return file;
};

/**
 * The sound of a WAVE file: 16-bit PCM, 8 kHz, one channel, which is what the client sends. `null`: anything else.
 * Chunks that nobody needs are skipped; a length that lies is cut at the end of the file.
 */
export const soundOfWav = (file: Buffer): Sound | null => {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    return null;
  let isOurs = false;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const from = at + 8;
    if (name === 'fmt ' && from + 16 <= file.length)
      isOurs =
        file.readUInt16LE(from) === 1 &&
        file.readUInt16LE(from + 2) === 1 &&
        file.readUInt32LE(from + 4) === sampleRate &&
        file.readUInt16LE(from + 14) === 16;
    if (name === 'data') {
      if (!isOurs) return null;
      const samples = Math.floor(Math.min(length, file.length - from) / 2);
      return Int16Array.from({ length: samples }, (_, index) => file.readInt16LE(from + index * 2));
    }
    at = from + length + (length % 2);
  }
  return null;
};
