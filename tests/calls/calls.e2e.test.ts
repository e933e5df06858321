/** Calls between real browsers over the real server, measured by the sound that arrives. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../server/server.ts';
import { startCallServer } from './call-server.ts';
import { Desk } from './desk.ts';

const annaTone = 440;
const benTone = 660;
let server: RunningServer;
const desks: Desk[] = [];
const desk = async (name: string, tone: number): Promise<Desk> => {
  const opened = await Desk.of(name, server.port, tone);
  desks.push(opened);
  return opened;
};
beforeAll(async () => {
  server = await startCallServer();
});
afterEach(async () => {
  await Promise.all(desks.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await server.close();
});

const both = (): Promise<[Desk, Desk]> => Promise.all([desk('anna', annaTone), desk('ben', benTone)]);
const talk = async (anna: Desk, ben: Desk): Promise<{ annas: string; bens: string }> => {
  expect(await anna.dial('1 02')).toMatchObject({ ok: true });
  const { id: bens } = await ben.call({ state: 'ringing' });
  await ben.do('answerCall', bens);
  const { id: annas } = await anna.call({ state: 'active' });
  await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
  return { annas, bens };
};

describe('calls', () => {
  it('TEL-3 two people talk, hold falls silent both ways, resume and mute work, and hanging up ends both sides', async () => {
    const [anna, ben] = await both();
    const { annas } = await talk(anna, ben);
    await anna.do('holdCall', annas);
    await anna.call({ state: 'active', hold: 'held' });
    await ben.call({ state: 'active', remoteHold: true });
    await Promise.all([ben.hearsNothingOf(annaTone), anna.hearsNothingOf(benTone)]);
    await anna.do('resumeCall', annas);
    await anna.call({ state: 'active', hold: 'none' });
    await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
    await anna.do('muteCall', annas, true);
    await ben.hearsNothingOf(annaTone);
    await anna.do('muteCall', annas, false);
    await ben.hears(annaTone);
    for (const digit of '5#') await anna.do('sendDigit', annas, digit);
    await anna.call({ digits: '5#' });
    await anna.do('hangUpCall', annas);
    await anna.call({ state: 'ended', reason: 'hungUp' });
    await ben.call({ state: 'ended', reason: 'remoteHungUp' });
  });

  it('TEL-3 both put the call on hold in the same moment and both get their wish', async () => {
    const [anna, ben] = await both();
    const { annas, bens } = await talk(anna, ben);
    await Promise.all([anna.do('holdCall', annas), ben.do('holdCall', bens)]);
    await Promise.all([anna.call({ hold: 'held', remoteHold: true }), ben.call({ hold: 'held', remoteHold: true })]);
    await Promise.all([anna.do('resumeCall', annas), ben.do('resumeCall', bens)]);
    await Promise.all([anna.call({ hold: 'none', remoteHold: false }), ben.call({ hold: 'none', remoteHold: false })]);
    await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
  });

  it('TEL-2 a rejected call ends as rejected, a taken-back one as cancelled, an unknown number as not found', async () => {
    const [anna, ben] = await both();
    await anna.dial('102');
    const { id } = await ben.call({ state: 'ringing' });
    await ben.do('rejectCall', id);
    await anna.call({ state: 'ended', reason: 'rejected' });
    await anna.dial('102');
    const { id: second } = await anna.call({ state: 'dialing', early: true });
    await anna.do('hangUpCall', second);
    await anna.call({ state: 'ended', reason: 'cancelled' });
    await ben.call({ state: 'ended', reason: 'cancelled' });
    await anna.dial('999');
    await anna.call({ state: 'ended', reason: 'notFound' });
  });

  it('TEL-14 a line cut for five seconds keeps the call, and hanging up works afterwards', async () => {
    const [anna, ben] = await both();
    const { annas } = await talk(anna, ben);
    anna.line.cut();
    await anna.call({ link: 'reconnecting' });
    await new Promise((resolve) => setTimeout(resolve, 5000)); // The length of the cut is what is tested.
    await ben.hears(annaTone);
    anna.line.mend();
    await anna.call({ state: 'active', link: 'good' });
    await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
    await anna.do('hangUpCall', annas);
    await ben.call({ state: 'ended', reason: 'remoteHungUp' });
  });

  it('TEL-14 hanging up while the line is cut ends the call here at once and there when it is back', async () => {
    const [anna, ben] = await both();
    const { annas } = await talk(anna, ben);
    anna.line.cut();
    await anna.call({ link: 'reconnecting' });
    await anna.do('hangUpCall', annas);
    await anna.call({ state: 'ended', reason: 'hungUp' });
    anna.line.mend();
    await ben.call({ state: 'ended' });
  });

  it('TEL-7 a second call comes through, and answering it holds the first', async () => {
    const [anna, ben] = await both();
    const clara = await desk('clara', 880);
    const { bens } = await talk(anna, ben);
    await clara.dial('102');
    const { id } = await ben.call({ state: 'ringing' });
    await ben.do('answerCall', id);
    await ben.call({ id: bens, hold: 'held' });
    await Promise.all([clara.hears(benTone), ben.hears(880)]);
    await anna.hearsNothingOf(benTone);
  });
});
