/** The client in Chromium and desk phones that others wrote, through Kamailio and rtpengine. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Desk, sipPorts } from '../calls/desk.ts';
import { Baresip } from './baresip.ts';
import { startEdge, type Edge } from './edge.ts';

const annaTone = 440;
const benTone = 700;
let edge: Edge;
const open: (() => Promise<void>)[] = [];

beforeAll(async () => {
  edge = await startEdge();
  sipPorts.set(edge.server.port, edge.kamailio.ports.web);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});
afterAll(async () => {
  await edge.close();
});

const desk = async (name: string, tone: number): Promise<Desk> => {
  const opened = await Desk.of(name, edge.server.port, tone);
  open.push(() => opened.close());
  return opened;
};
const telephone = async (user: string, frequency: number, answers = true): Promise<Baresip> => {
  const { url } = edge.server;
  const made = await Baresip.registered({ serverUrl: url, sipPort: edge.kamailio.ports.sip, user, frequency, answers });
  open.push(() => made.stop());
  return made;
};
const api = async (user: string, path: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ user, password: 'demo1234', device: { name: 'Test', kind: 'other' } });
  const session = await fetch(`${edge.server.url}/api/v1/session`, { method: 'POST', headers, body });
  const { token } = (await session.json()) as { token: string };
  const answer = await fetch(`${edge.server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  return answer.json();
};
const journal = async (user: string): Promise<{ result: string; number: string }[]> =>
  ((await api(user, '/journal')) as { entries: { result: string; number: string }[] }).entries;
/** Rows are written a moment after the end. */
const rows = async (user: string, count: number): Promise<{ result: string; number: string }[]> => {
  for (;;) {
    const entries = await journal(user);
    if (entries.length >= count) return entries;
    await new Promise((later) => setTimeout(later, 50));
  }
};

describe('the client and a desk phone on UDP', () => {
  it('TEL-3 hear each other, hold falls silent, digits arrive, and both have one journal row', async () => {
    const anna = await desk('anna', annaTone);
    const ben = await telephone('ben', benTone);
    await anna.dial('102');
    const { id } = await anna.call({ state: 'active' });
    await Promise.all([anna.hears(benTone), ben.hears(annaTone)]);
    await anna.do('holdCall', id);
    await anna.call({ state: 'active', hold: 'held' });
    await Promise.all([anna.hearsNothingOf(benTone), ben.hearsNothingOf(annaTone)]);
    await anna.do('resumeCall', id);
    await anna.call({ state: 'active', hold: 'none' });
    await Promise.all([anna.hears(benTone), ben.hears(annaTone)]);
    await anna.do('sendDigit', id, '5');
    expect((await ben.event('CALL_DTMF_START')).param).toBe('5');
    await anna.do('hangUpCall', id);
    await ben.event('CALL_CLOSED');
    expect(await rows('anna', 1)).toMatchObject([{ result: 'answered', number: '102' }]);
    expect(await rows('ben', 1)).toMatchObject([{ result: 'answered', number: '101' }]);
  });

  it('TEL-2 a desk phone calls the client, which shows who it is, and hangs up', async () => {
    const anna = await desk('anna', annaTone);
    const ben = await telephone('ben', benTone);
    ben.do('dial', 'sip:101@demo.kontor.internal');
    const { id, party } = await anna.call({ state: 'ringing' });
    expect(party).toMatchObject({ number: '102' });
    await anna.do('answerCall', id);
    await Promise.all([anna.hears(benTone), ben.hears(annaTone)]);
    ben.do('hangup');
    await anna.call({ state: 'ended', reason: 'remoteHungUp' });
  });
});

describe('Kamailio dies in a call', () => {
  it('TEL-14 the sound goes on, the client comes back by itself, and hanging up ends both sides with one row each', async () => {
    const [david, emma] = await Promise.all([desk('david', 480), desk('emma', 600)]);
    await david.dial('105');
    const { id: emmas } = await emma.call({ state: 'ringing' });
    await emma.do('answerCall', emmas);
    const { id } = await david.call({ state: 'active' });
    await Promise.all([david.hears(600), emma.hears(480)]);
    await edge.kamailio.kill();
    await david.call({ link: 'reconnecting' });
    await Promise.all([david.hears(600), emma.hears(480)]);
    await edge.kamailio.restart();
    await Promise.all([david.call({ state: 'active', link: 'good' }), emma.call({ state: 'active', link: 'good' })]);
    await david.do('hangUpCall', id);
    await emma.call({ state: 'ended', reason: 'remoteHungUp' });
    expect(await rows('david', 1)).toMatchObject([{ result: 'answered', number: '105' }]);
    expect(await rows('emma', 1)).toMatchObject([{ result: 'answered', number: '104' }]);
  });
});
