/** What a held party hears, measured at its ear. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../server/server.ts';
import { Desk } from './desk.ts';

const annaTone = 440;
const benTone = 660;
/** Of the piece: neither is a tone of the two. */
const music = 587.33;
let server: RunningServer;
let desks: Desk[] = [];

beforeAll(async () => {
  server = await startServer({ demo: true });
});
afterAll(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
  await server.close();
});

it('TEL-3 the held side hears music and nothing of the microphone; whoever holds hears nothing; resuming ends it', async () => {
  desks = await Promise.all([Desk.of('anna', server.port, annaTone), Desk.of('ben', server.port, benTone)]);
  const [anna, ben] = desks as [Desk, Desk];
  expect(await anna.dial('102')).toMatchObject({ ok: true });
  const { id } = await ben.call({ state: 'ringing' });
  await ben.do('answerCall', id);
  const { id: annas } = await anna.call({ state: 'active' });
  await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
  await ben.hearsNothingOf(music);
  for (const round of [1, 2]) {
    await anna.do('holdCall', annas);
    await ben.call({ state: 'active', remoteHold: true });
    await ben.hears(music);
    await Promise.all([ben.hearsNothingOf(annaTone), anna.hearsNothingOf(benTone)]);
    // A microphone that is turned off and on meanwhile is not heard either.
    await anna.do('muteCall', annas, round === 1);
    await ben.hearsNothingOf(annaTone);
    await anna.do('resumeCall', annas);
    await anna.call({ state: 'active', hold: 'none', muted: round === 1 });
    await ben.hearsNothingOf(music);
  }
  await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
});
