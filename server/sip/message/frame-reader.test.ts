import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';

const message = 'MESSAGE sip:a@b SIP/2.0\r\nl: 2\r\n\r\nhi';

test('cuts messages and pings out of a stream however it is split', () => {
  const reader = new FrameReader(1000);
  const bytes = Buffer.from(`${message}\r\n\r\n${message}`);
  const frames = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
  expect(frames.map((frame) => frame.kind)).toEqual(['message', 'ping', 'message']);
});

test.each([
  ['MESSAGE sip:a@b SIP/2.0\r\nl: -1\r\n\r\n', 'badContentLength'],
  ['MESSAGE sip:a@b SIP/2.0\r\n\r\n', 'badContentLength'],
  ['MESSAGE sip:a@b SIP/2.0\r\nl: 9999\r\n\r\n', 'tooLarge'],
  ['x'.repeat(1001), 'tooLarge'],
])('gives up a stream it cannot follow', (text, reason) => {
  expect(new FrameReader(1000).push(Buffer.from(text))).toEqual([{ kind: 'broken', reason }]);
});
