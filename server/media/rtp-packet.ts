/** RTP as it is on the wire (RFC 3550 §5.1), without what nobody here needs. */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  payload: Buffer;
}

const headerBytes = 12;

/** `null`: not RTP. Contributing sources, extension and padding are left out. */
export const readRtp = (bytes: Buffer): RtpPacket | null => {
  const first = bytes[0] ?? 0;
  const second = bytes[1] ?? 0;
  // Types 64 to 95 with the marker are RTCP on the same port (RFC 5761 §4).
  if (bytes.length < headerBytes || first >> 6 !== 2 || (second >= 192 && second <= 223)) return null;
  let from = headerBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (bytes.length < from + 4) return null;
    from += 4 + bytes.readUInt16BE(from + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : (bytes.at(-1) ?? 0);
  if (from + padding > bytes.length) return null;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    payload: bytes.subarray(from, bytes.length - padding),
  };
};

export const writeRtp = ({ payloadType, marker, sequence, timestamp, payload }: RtpPacket, ssrc: number): Buffer => {
  const header = Buffer.alloc(headerBytes);
  header[0] = 0x80;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc >>> 0, 8);
  return Buffer.concat([header, payload]);
};
