/** Calls that outlive the page they were made on, measured by the sound that arrives. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Office } from '../e2e/office.ts';
import { Desk } from './desk.ts';

const annaTone = 440;
const benTone = 660;
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

interface Talk {
  anna: Desk;
  ben: Desk;
  annas: string;
  bens: string;
}
const heard = ({ anna, ben }: Talk): Promise<unknown> => Promise.all([ben.hears(annaTone), anna.hears(benTone)]);
const talk = async (): Promise<Talk> => {
  const [anna, ben] = await Promise.all([desk('anna', annaTone), desk('ben', benTone)]);
  expect(await anna.dial('102')).toMatchObject({ ok: true });
  const { id: bens } = await ben.call({ state: 'ringing' });
  await ben.do('answerCall', bens);
  const { id: annas } = await anna.call({ state: 'active' });
  const begun = { anna, ben, annas, bens };
  await heard(begun);
  return begun;
};
const rows = async (): Promise<[number, number]> => [
  (await office.journal('anna')).length,
  (await office.journal('ben')).length,
];
/** Anna hangs up; each journal has exactly one row more than `before`, answered. */
const endsWithOneRowEach = async ({ anna, ben, annas }: Talk, before: [number, number]): Promise<void> => {
  await anna.do('hangUpCall', annas);
  await ben.call({ state: 'ended', reason: 'remoteHungUp' });
  await expect.poll(rows).toEqual([before[0] + 1, before[1] + 1]);
  expect((await office.journal('anna'))[0]).toMatchObject({ direction: 'outgoing', result: 'answered' });
  expect((await office.journal('ben'))[0]).toMatchObject({ direction: 'incoming', result: 'answered' });
};

describe('takeover', () => {
  it.each(['anna', 'ben'] as const)(
    'TEL-14 the page of %s is loaded again: the same call on both screens, heard both ways, one journal row each',
    async (who) => {
      const before = await rows();
      const call = await talk();
      const shown = await Promise.all([call.anna.calls(), call.ben.calls()]);
      await call[who].reload();
      await call[who].call({ state: 'active', link: 'good' });
      await heard(call);
      expect(await Promise.all([call.anna.calls(), call.ben.calls()])).toEqual(shown);
      await endsWithOneRowEach(call, before);
    },
  );

  it('TEL-14 a held and muted call stays held and muted when its page is loaded again', async () => {
    const call = await talk();
    const { anna, ben, annas } = call;
    await anna.do('muteCall', annas, true);
    await anna.do('holdCall', annas);
    await anna.call({ hold: 'held' });
    await ben.call({ remoteHold: true });
    await anna.reload();
    await anna.call({ id: annas, hold: 'held', muted: true, link: 'good' });
    await ben.call({ remoteHold: true, link: 'good' });
    await Promise.all([ben.hearsNothingOf(annaTone), anna.hearsNothingOf(benTone)]);
    await anna.do('resumeCall', annas);
    await ben.call({ remoteHold: false });
    await anna.hears(benTone);
    await ben.hearsNothingOf(annaTone);
    await anna.do('muteCall', annas, false);
    await ben.hears(annaTone);
  });

  it('TEL-14 a call stays held by the other side when the page is loaded again', async () => {
    const call = await talk();
    const { anna, ben, annas, bens } = call;
    await ben.do('holdCall', bens);
    await anna.call({ remoteHold: true });
    await anna.reload();
    await anna.call({ id: annas, hold: 'none', remoteHold: true, link: 'good' });
    await ben.call({ hold: 'held', link: 'good' });
    await Promise.all([ben.hearsNothingOf(annaTone), anna.hearsNothingOf(benTone)]);
    await ben.do('resumeCall', bens);
    await anna.call({ remoteHold: false });
    await heard(call);
  });

  it('TEL-14 both pages are loaded again in the same moment', async () => {
    const before = await rows();
    const call = await talk();
    await Promise.all([call.anna.reload(), call.ben.reload()]);
    await Promise.all([
      call.anna.call({ id: call.annas, state: 'active', link: 'good' }),
      call.ben.call({ id: call.bens, state: 'active', link: 'good' }),
    ]);
    await heard(call);
    await endsWithOneRowEach(call, before);
  });

  it('TEL-14 the server is killed and the page loaded again meanwhile', async () => {
    const before = await rows();
    const call = await talk();
    await office.kill();
    await call.ben.leave();
    await office.start();
    await call.ben.comeBack();
    await call.ben.call({ id: call.bens, state: 'active', link: 'good' });
    await call.anna.call({ id: call.annas, state: 'active', link: 'good' });
    await heard(call);
    await endsWithOneRowEach(call, before);
  });

  it('TEL-14 what the other side ended meanwhile is shown as ended, and nothing stays in the journal', async () => {
    const before = await rows();
    const { anna, ben, bens, annas } = await talk();
    await ben.leave();
    await anna.do('hangUpCall', annas);
    await anna.call({ state: 'ended' });
    await ben.comeBack();
    await ben.call({ id: bens, state: 'ended', reason: 'remoteHungUp' });
    await expect.poll(rows).toEqual([before[0] + 1, before[1] + 1]);
  });

  it('TEL-14 an incoming call rings again on the page that is loaded again, and can be answered', async () => {
    const [anna, ben] = await Promise.all([desk('anna', annaTone), desk('ben', benTone)]);
    await anna.dial('102');
    await ben.call({ state: 'ringing' });
    await ben.reload();
    const { id: bens } = await ben.call({ state: 'ringing' });
    expect(await ben.calls()).toHaveLength(1);
    await ben.do('answerCall', bens);
    const { id: annas } = await anna.call({ state: 'active' });
    await heard({ anna, ben, annas, bens });
    await anna.do('hangUpCall', annas);
    await ben.call({ state: 'ended' });
  });

  it('TEL-14 a call that still rang there stops when the page of its caller is loaded again', async () => {
    const [anna, ben] = await Promise.all([desk('anna', annaTone), desk('ben', benTone)]);
    await anna.dial('102');
    await ben.call({ state: 'ringing' });
    await anna.reload();
    await ben.call({ state: 'ended', reason: 'cancelled' });
    expect(await anna.calls()).toEqual([]);
  });

  it('TEL-14 the process of the page crashes: the same call goes on when the page is loaded again', async () => {
    const before = await rows();
    const call = await talk();
    const [shown] = await call.ben.calls();
    await call.ben.crash();
    const now =
      'JSON.stringify(Object.values(window.lab?.store.getState().calls.byId ?? {}).map((one) => [one.id, one.talk?.answeredAt, one.talk?.link]))';
    await expect
      .poll(() => call.ben.value(now), { timeout: 20_000 })
      .toBe(JSON.stringify([[call.bens, shown?.answeredAt, 'good']]));
    await expect.poll(() => call.ben.value(`window.kontorEar(${annaTone}) > -45`), { timeout: 20_000 }).toBe(true);
    await call.anna.hears(benTone);
    await call.anna.do('hangUpCall', call.annas);
    await expect.poll(rows).toEqual([before[0] + 1, before[1] + 1]);
  });
});
