import { expect, test } from 'vitest';
import { orderedCodecs } from './codecs.ts';

test('TEL-1 offers Opus, G.722, PCMU, PCMA and telephone events, in that order, and nothing else', () => {
  const browser = ['audio/red', 'audio/PCMA', 'audio/opus', 'audio/CN', 'audio/G722', 'audio/telephone-event'];
  const codecs = [...browser, 'audio/PCMU', 'audio/telephone-event'].map((mimeType, at) => ({ mimeType, at }));
  expect(orderedCodecs(codecs).map(({ at }) => at)).toEqual([2, 4, 6, 1, 5, 7]);
});
