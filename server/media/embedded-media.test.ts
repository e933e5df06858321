import { expect, test } from 'vitest';
import { createEmbeddedMedia } from './embedded-media.ts';

/** As Chromium writes it: digits at two clocks, the wrong one first. */
const browserOffer = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwxyz',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  '',
].join('\r\n');

test('VOI-1 a browser gets G.711 and the digits that go with its clock', async () => {
  const session = await createEmbeddedMedia().voice({ digit: () => undefined, ended: () => undefined });
  const answer = (await session.answer(browserOffer)).split('\r\n');
  await session.close();
  expect(answer.filter((line) => /^m=|^a=(rtpmap|setup|sendrecv)/.test(line))).toEqual([
    'm=audio 9 UDP/TLS/RTP/SAVPF 0 126',
    'a=setup:active',
    'a=sendrecv',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:126 telephone-event/8000',
  ]);
});

test('a telephone is answered on the address that leads to it; what cannot be talked is refused', async () => {
  const telephone = (codecs: string, profile = 'RTP/AVP', address = 'IP4 127.0.0.1') =>
    `v=0\r\nc=IN ${address}\r\nt=0 0\r\nm=audio 4000 ${profile} ${codecs}\r\na=rtpmap:96 opus/48000/2\r\na=sendonly\r\n`;
  const answered = async (offer: string) => {
    const session = await createEmbeddedMedia().voice({ digit: () => undefined, ended: () => undefined });
    return session.answer(offer).finally(() => session.close());
  };
  const answer = await answered(telephone('96 8 0'));
  expect(answer).toMatch(/c=IN IP4 127\.0\.0\.1\r\nt=0 0\r\nm=audio \d+ RTP\/AVP 8\r\n/);
  expect(answer).toContain('a=recvonly');
  expect(await answered(telephone('0', 'RTP/AVP', 'IP6 ::1'))).toContain('c=IN IP6 ::1');
  for (const refused of [
    telephone('96'),
    telephone('0', 'RTP/SAVP'),
    telephone('0', 'RTP/AVP', 'IP4 phone.example'),
    'v=0\r\nm=video 4000 RTP/AVP 96\r\n',
    'not an offer',
  ])
    await expect(answered(refused)).rejects.toThrow();
});
