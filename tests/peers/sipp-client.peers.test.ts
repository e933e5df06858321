/** Unusual but legal SIP between a foreign telephone (SIPp) and the real client in Chromium. */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { startServer, type RunningServer } from '../../server/server.ts';
import { Desk } from '../calls/desk.ts';
import {
  acknowledgeRefusal,
  expectStatus,
  freePort,
  headerHas,
  invite,
  receive,
  receiveInvite,
  reply,
  replyInDialog,
  replyToInvite,
  request,
  requestOfCallee,
  sdp,
  Sipp,
  wait,
} from './sipp.ts';
import { SipPhoneLine } from './sip-phone-line.ts';

let server: RunningServer;
const open: { close?: () => unknown; stop?: () => Promise<void> }[] = [];

beforeAll(async () => {
  server = await startServer({ demo: true, sipTcpPort: 0 });
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    await one.close?.();
    await one.stop?.();
  }
});
afterAll(async () => {
  await server.close();
});

const desk = async (name: string): Promise<Desk> => {
  const opened = await Desk.of(name, server.port, 440);
  open.push(opened);
  return opened;
};
const line = async (user: string): Promise<SipPhoneLine> => {
  const made = await SipPhoneLine.registered({ serverUrl: server.url, sipPort: server.sipTcpPort ?? 0, user });
  open.push(made);
  return made;
};
/** Ben's telephone, which is called. */
const ben = async (steps: string[]): Promise<Sipp> => {
  const its = await line('ben');
  const port = await freePort();
  const telephone = new Sipp(steps, { port });
  open.push(telephone);
  await its.reach(port);
  return telephone;
};
/** Ben's telephone, which calls Anna. */
const benCalls = async (steps: string[]): Promise<Sipp> => {
  const its = await line('ben');
  const telephone = new Sipp(steps, { to: its.port, service: '101', user: '102', domain: its.account.sip.realm });
  open.push(telephone);
  return telephone;
};

const trying = expectStatus(100, { optional: true });
const ring = reply('180 Ringing');
const answer = reply('200 OK', { body: sdp() });
const calling = [invite({ body: sdp('actpass') }), trying, expectStatus(180), expectStatus(200, { learn: true })];
const connected = [...calling, request('ACK', 1)];
const held = { ...sdp('actpass'), text: sdp('actpass').text.replace('a=sendrecv', 'a=sendonly') };
const hungUp = [receive('BYE'), replyInDialog('200 OK')];

/** Anna answers what rings at her desk. */
const answered = async (anna: Desk): Promise<string> => {
  const { id } = await anna.call({ state: 'ringing' });
  await anna.do('answerCall', id);
  await anna.call({ id, state: 'active' });
  return id;
};

describe('the client and a telephone with unusual but legal manners', () => {
  it('TEL-2 answers a call without an offer with one of its own', async () => {
    const anna = await desk('anna');
    const phone = await benCalls([
      invite(),
      trying,
      expectStatus(180),
      expectStatus(200, { learn: true, more: headerHas('Content-Type', 'application/sdp') }),
      request('ACK', 1, { body: sdp('active') }),
      ...hungUp,
    ]);
    await anna.do('hangUpCall', await answered(anna));
    await phone.finished();
  });

  it('TEL-2 takes early media, a late 180 after it, and three times the same answer', async () => {
    const anna = await desk('anna');
    const phone = await ben([
      receiveInvite,
      reply('183 Session Progress', { body: sdp() }),
      wait(500),
      ring,
      wait(500),
      answer,
      receive('ACK'),
      replyToInvite('200 OK', sdp()),
      receive('ACK'),
      replyToInvite('200 OK', sdp()),
      receive('ACK'),
      requestOfCallee('BYE', 1),
      expectStatus(200),
    ]);
    await anna.dial('102');
    await anna.call({ state: 'dialing', early: true });
    await anna.call({ state: 'active' });
    await phone.finished();
    await anna.call({ state: 'ended', reason: 'remoteHungUp' });
  });

  it('TEL-2 answers UPDATE, OPTIONS, strange bodies and strange methods in a call, and the call goes on', async () => {
    const anna = await desk('anna');
    const phone = await benCalls([
      ...connected,
      request('UPDATE', 2),
      expectStatus(200),
      request('OPTIONS', 3),
      expectStatus(200),
      request('INFO', 4, { body: { type: 'application/x-strange', text: 'what is this' } }),
      expectStatus(200),
      request('MESSAGE', 5, { body: { type: 'application/x-strange', text: 'what is this' } }),
      expectStatus(200),
      request('WHATEVER', 6),
      expectStatus(501),
      request('INVITE', 7, { body: held }),
      trying,
      expectStatus(200, { learn: true }),
      request('ACK', 7),
      request('BYE', 8),
      expectStatus(200),
    ]);
    await answered(anna);
    await phone.finished();
    await anna.call({ state: 'ended', reason: 'remoteHungUp' });
  });

  it('TEL-3 makes a new offer after glare instead of ending the call', async () => {
    const anna = await desk('anna');
    const phone = await ben([
      receiveInvite,
      ring,
      answer,
      receive('ACK'),
      receive('INVITE'),
      replyInDialog('491 Request Pending'),
      receive('ACK'),
      receive('INVITE', headerHas('CSeq', '[0-9]+ INVITE')),
      replyInDialog('200 OK', { body: { ...sdp(), text: sdp().text.replace('a=sendrecv', 'a=recvonly') } }),
      receive('ACK'),
      ...hungUp,
    ]);
    await anna.dial('102');
    const { id } = await anna.call({ state: 'active' });
    await anna.do('holdCall', id);
    await anna.call({ id, state: 'active', hold: 'held' });
    await anna.do('hangUpCall', id);
    await phone.finished();
  });

  it('TEL-2 refuses what it is required to know and does not (100rel), naming it', async () => {
    await desk('anna');
    const phone = await benCalls([
      invite({ body: sdp('actpass'), extra: ['Require: 100rel'] }),
      trying,
      expectStatus(420, { more: headerHas('Unsupported', '100rel') }),
      acknowledgeRefusal(1),
    ]);
    await phone.finished();
  });

  it('TEL-2 keeps one of two answers that crossed and hangs up the other', async () => {
    const anna = await desk('anna');
    // Answers at once, before it could be cancelled; the second one overlooks its CANCEL and answers all the same.
    const first = await ben([receiveInvite, ring, wait(500), answer, receive('ACK'), ...hungUp]);
    const second = await ben([
      receiveInvite,
      ring,
      receive('CANCEL'),
      replyToInvite('200 OK', sdp()),
      receive('ACK'),
      ...hungUp,
    ]);
    await anna.dial('102');
    const { id } = await anna.call({ state: 'active' });
    await second.finished();
    await anna.do('hangUpCall', id);
    await first.finished();
  });

  it('TEL-2 says that a redirected call was not put through', async () => {
    const anna = await desk('anna');
    const phone = await ben([
      receiveInvite,
      reply('302 Moved Temporarily', { contact: 'Contact: <sip:103@demo.kontor.internal>' }),
      receive('ACK'),
    ]);
    await anna.dial('102');
    await anna.call({ state: 'ended' });
    await phone.finished();
  });
});
