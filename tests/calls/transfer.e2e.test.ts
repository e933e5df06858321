/** Handing calls on, measured by the sound that arrives. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Office } from '../e2e/office.ts';
import { Desk } from './desk.ts';

const annaTone = 440;
const benTone = 660;
const claraTone = 880;
let office: Office;
const desks: Desk[] = [];
const desk = async (name: string, tone: number): Promise<Desk> => {
  const opened = await Desk.of(name, office.port, tone);
  desks.push(opened);
  return opened;
};
beforeAll(async () => {
  office = await Office.open();
});
afterEach(async () => {
  await Promise.all(desks.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await office.close();
});

const talk = async (anna: Desk, ben: Desk): Promise<{ annas: string; bens: string }> => {
  expect(await anna.dial('102')).toMatchObject({ ok: true });
  const { id: bens } = await ben.call({ state: 'ringing' });
  await ben.do('answerCall', bens);
  const { id: annas } = await anna.call({ state: 'active' });
  await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
  return { annas, bens };
};

describe('transfer', () => {
  it('TEL-4 hands a caller on to a colleague, leaves them to talk, and each journal has one row a call', async () => {
    const [anna, ben] = await Promise.all([desk('anna', annaTone), desk('ben', benTone)]);
    const clara = await desk('clara', claraTone);
    const { annas, bens } = await talk(anna, ben);
    await ben.do('transferCall', bens, '103');
    await ben.call({ id: bens, transfer: 'pending', hold: 'held' });
    await anna.hearsNothingOf(benTone);
    const { id: claras } = await clara.call({ state: 'ringing' });
    await clara.do('answerCall', claras);
    await ben.call({ id: bens, state: 'ended', reason: 'transferred' });
    await anna.call({ id: annas, state: 'active', link: 'good', remoteHold: false });
    await Promise.all([anna.hears(claraTone), clara.hears(annaTone)]);
    expect((await anna.calls()).map(({ name }) => name)).toEqual([await anna.nameOf('103')]);
    await clara.do('hangUpCall', claras);
    await anna.call({ id: annas, state: 'ended', reason: 'remoteHungUp' });
    const journal = async (name: string) =>
      (await office.journal(name)).map(({ direction, number, result }) => `${direction} ${number} ${result}`);
    await expect.poll(() => journal('anna')).toEqual(['outgoing 103 answered', 'outgoing 102 answered']);
    await expect.poll(() => journal('ben')).toEqual(['incoming 101 transferred']);
    await expect.poll(() => journal('clara')).toEqual(['incoming 101 answered']);
  });

  it('TEL-4 a caller whom nobody takes stays on hold with the one who wanted to hand them on', async () => {
    const [anna, ben] = await Promise.all([desk('anna', annaTone), desk('ben', benTone)]);
    const clara = await desk('clara', claraTone);
    const { annas, bens } = await talk(anna, ben);
    await ben.do('transferCall', bens, '103');
    const { id: claras } = await clara.call({ state: 'ringing' });
    await clara.do('rejectCall', claras);
    await ben.call({ id: bens, state: 'active', transfer: 'failed', hold: 'held' });
    await anna.call({ id: annas, state: 'active', remoteHold: true });
    await ben.do('resumeCall', bens);
    await Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
  });
});
