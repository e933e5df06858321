import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../server/test-server.ts';
import { Desk } from './desk.ts';

let server: TestServer;
let anna: Desk;
let ben: Desk;
let clara: Desk;

beforeAll(async () => {
  server = await startTestServer();
  [anna, ben, clara] = await Promise.all([
    Desk.of('anna', server.port, 440),
    Desk.of('ben', server.port, 660),
    Desk.of('clara', server.port, 880),
  ]);
});
afterAll(async () => {
  await Promise.all([anna, ben, clara].map((desk) => desk?.close()));
  await server?.close();
});

test('TEL-11 a colleague picks up: the two talk, the third stops ringing and misses nothing', async () => {
  await anna.dial('102');
  await ben.call({ state: 'ringing' });
  await clara.mayPickUp('demo-ben');
  expect(await clara.pickUp('demo-ben')).toEqual({ ok: true });
  await Promise.all([clara.call({ state: 'active' }), anna.call({ state: 'active' })]);
  expect(await ben.call({ state: 'ended' })).toMatchObject({ reason: 'answeredElsewhere' });
  await Promise.all([anna.hears(880), clara.hears(440)]);
  expect(await clara.pickUp('demo-ben')).toEqual({ ok: false, failure: { code: 'nothingRings' } });
});
