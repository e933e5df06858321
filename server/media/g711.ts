/** G.711 (ITU-T G.711): one byte a sample, 8,000 samples a second. Samples are 16-bit, one channel. */

/** The two laws, named as in SDP. Every WebRTC browser and every telephone speaks both (RFC 7874 §3). */
export type Law = 'PCMU' | 'PCMA';

export const sampleRate = 8_000;
/** Samples in the 20 ms that one packet carries. */
export const frameSamples = 160;

const decodeMu = (byte: number): number => {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7);
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
};
const decodeA = (byte: number): number => {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
};
/** Place of the highest bit above the seventh: the segment of the curve. */
const segmentOf = (magnitude: number): number => 24 - Math.clz32(magnitude);
const encodeMu = (sample: number): number => {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84;
  const segment = segmentOf(magnitude);
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
};
const encodeA = (sample: number): number => {
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767);
  const segment = magnitude < 256 ? 0 : segmentOf(magnitude);
  const mantissa = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | mantissa) ^ 0x55;
};

const tableOf = (decodeByte: (byte: number) => number): Int16Array =>
  Int16Array.from({ length: 256 }, (_, byte) => decodeByte(byte));
const tables: Record<Law, Int16Array> = { PCMU: tableOf(decodeMu), PCMA: tableOf(decodeA) };

export const decode = (law: Law, bytes: Uint8Array): Int16Array => {
  const table = tables[law];
  return Int16Array.from(bytes, (byte) => table[byte] ?? 0);
};

export const encode = (law: Law, samples: Int16Array): Buffer =>
  Buffer.from(Uint8Array.from(samples, law === 'PCMU' ? encodeMu : encodeA));
