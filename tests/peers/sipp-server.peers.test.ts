/** Unusual but legal SIP between two foreign telephones (SIPp) through the embedded server, over TCP. */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { startServer, type RunningServer } from '../../server/server.ts';
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
const open: { close?: () => void; stop?: () => Promise<void> }[] = [];

beforeAll(async () => {
  server = await startServer({ demo: true, sipTcpPort: 0 });
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    one.close?.();
    await one.stop?.();
  }
});
afterAll(async () => {
  await server.close();
});

const line = async (user: string, at = server, host = '127.0.0.1'): Promise<SipPhoneLine> => {
  const made = await SipPhoneLine.registered({ serverUrl: at.url, sipPort: at.sipTcpPort ?? 0, user, host });
  open.push(made);
  return made;
};
/** A telephone that answers as the steps say. */
const callee = async (user: string, steps: string[], at = server, host = '127.0.0.1'): Promise<Sipp> => {
  const its = await line(user, at, host);
  const port = await freePort(host);
  const telephone = new Sipp(steps, { port, host });
  open.push(telephone);
  await its.reach(port, host);
  return telephone;
};
const caller = async (user: string, to: string, steps: string[], at = server, host = '127.0.0.1'): Promise<Sipp> => {
  const its = await line(user, at, host);
  const { uri, realm } = its.account.sip;
  const telephone = new Sipp(steps, {
    to: its.port,
    host,
    service: to,
    user: uri.slice('sip:'.length, uri.indexOf('@')),
    domain: realm,
  });
  open.push(telephone);
  return telephone;
};
const both = async (calling: string[], called: string[]): Promise<void> => {
  const ben = await callee('ben', called);
  const anna = await caller('anna', '102', calling);
  await Promise.all([anna.finished(), ben.finished()]);
};

const trying = expectStatus(100, { optional: true });
const ringing = expectStatus(180);
const answered = expectStatus(200, { learn: true });
const acknowledged = request('ACK', 1);
const hungUp = [request('BYE', 2), expectStatus(200)];
const ring = reply('180 Ringing');
const answer = reply('200 OK', { body: sdp() });
const endOfCall = [receive('ACK'), receive('BYE'), replyInDialog('200 OK')];

describe('unusual but legal SIP through the server', () => {
  it('TEL-2 a late offer passes: the offer in the 200, the answer in the ACK', async () => {
    await both(
      [invite(), trying, ringing, answered, request('ACK', 1, { body: sdp('active') }), ...hungUp],
      [
        receiveInvite,
        ring,
        reply('200 OK', { body: sdp('actpass') }),
        receive('ACK', headerHas('Content-Type', 'application/sdp')),
        receive('BYE'),
        replyInDialog('200 OK'),
      ],
    );
  });

  it('TEL-2 early media passes in a 183, and a 180 after it', async () => {
    await both(
      [
        invite({ body: sdp('actpass') }),
        trying,
        expectStatus(183, { more: headerHas('Content-Type', 'application/sdp') }),
        ringing,
        answered,
        acknowledged,
        ...hungUp,
      ],
      [receiveInvite, reply('183 Session Progress', { body: sdp() }), ring, answer, ...endOfCall],
    );
  });

  it('TEL-2 reliable provisional responses pass with their PRACK (RFC 3262)', async () => {
    await both(
      [
        invite({ body: sdp('actpass'), extra: ['Require: 100rel', 'Supported: 100rel'] }),
        trying,
        expectStatus(183, { learn: true, more: headerHas('RSeq', '77') }),
        request('PRACK', 2, { extra: ['RAck: 77 1 INVITE'] }),
        expectStatus(200),
        answered,
        acknowledged,
        request('BYE', 3),
        expectStatus(200),
      ],
      [
        receiveInvite,
        reply('183 Session Progress', { body: sdp(), extra: ['Require: 100rel', 'RSeq: 77'] }),
        receive('PRACK', headerHas('RAck', '77 1 INVITE')),
        replyInDialog('200 OK'),
        replyToInvite('200 OK', sdp()),
        ...endOfCall,
      ],
    );
  });

  it('TEL-2 UPDATE passes both ways, also with a new address', async () => {
    await both(
      [
        invite({ body: sdp('actpass') }),
        trying,
        ringing,
        answered,
        acknowledged,
        request('UPDATE', 2),
        expectStatus(200),
        receive('UPDATE'),
        replyInDialog('200 OK'),
        request('BYE', 3),
        expectStatus(200),
      ],
      [
        receiveInvite,
        ring,
        answer,
        receive('ACK'),
        receive('UPDATE'),
        replyInDialog('200 OK'),
        requestOfCallee('UPDATE', 1),
        expectStatus(200),
        receive('BYE'),
        replyInDialog('200 OK'),
      ],
    );
  });

  it('TEL-3 glare is told to both as 491, and the call goes on', async () => {
    await both(
      [
        invite({ body: sdp('actpass') }),
        trying,
        ringing,
        answered,
        acknowledged,
        request('INVITE', 2, { body: sdp('actpass') }),
        expectStatus(100, { optional: true }),
        expectStatus(491),
        acknowledgeRefusal(2),
        request('INVITE', 3, { body: sdp('actpass') }),
        expectStatus(100, { optional: true }),
        expectStatus(200, { learn: true }),
        request('ACK', 3),
        request('BYE', 4),
        expectStatus(200),
      ],
      [
        receiveInvite,
        ring,
        answer,
        receive('ACK'),
        receive('INVITE'),
        replyInDialog('491 Request Pending'),
        receive('ACK'),
        receive('INVITE'),
        replyInDialog('200 OK', { body: sdp() }),
        receive('ACK'),
        receive('BYE'),
        replyInDialog('200 OK'),
      ],
    );
  });

  it('TEL-2 a 200 sent three times is acknowledged three times and is one call', async () => {
    await both(
      [
        invite({ body: sdp('actpass') }),
        trying,
        ringing,
        answered,
        acknowledged,
        expectStatus(200),
        acknowledged,
        expectStatus(200),
        acknowledged,
        ...hungUp,
      ],
      [
        receiveInvite,
        ring,
        answer,
        receive('ACK'),
        replyToInvite('200 OK', sdp()),
        receive('ACK'),
        replyToInvite('200 OK', sdp()),
        receive('ACK'),
        receive('BYE'),
        replyInDialog('200 OK'),
      ],
    );
  });

  it('TEL-2 an answer that takes three seconds is waited for', async () => {
    await both(
      [invite({ body: sdp('actpass') }), trying, ringing, answered, acknowledged, ...hungUp],
      [receiveInvite, wait(1500), ring, wait(1500), answer, ...endOfCall],
    );
  });

  it('TEL-2 a redirect reaches the caller, who decides', async () => {
    await both(
      [
        invite({ body: sdp('actpass') }),
        trying,
        expectStatus(302, { more: headerHas('Contact', 'sip:103@') }),
        acknowledgeRefusal(1),
      ],
      [
        receiveInvite,
        reply('302 Moved Temporarily', { contact: 'Contact: <sip:103@demo.kontor.internal>' }),
        receive('ACK'),
      ],
    );
  });

  it('TEL-2 unknown methods and bodies in a dialog are carried, outside it 501 names what is known', async () => {
    await both(
      [
        invite({ body: sdp('actpass') }),
        trying,
        ringing,
        answered,
        acknowledged,
        request('INFO', 2, { body: { type: 'application/x-strange', text: 'what is this' } }),
        expectStatus(415),
        request('WHATEVER', 3),
        expectStatus(501),
        request('BYE', 4),
        expectStatus(200),
      ],
      [
        receiveInvite,
        ring,
        answer,
        receive('ACK'),
        receive('INFO', headerHas('Content-Type', 'application/x-strange')),
        replyInDialog('415 Unsupported Media Type'),
        receive('WHATEVER'),
        replyInDialog('501 Not Implemented'),
        receive('BYE'),
        replyInDialog('200 OK'),
      ],
    );
    const anna = await caller('anna', '102', [
      request('WHATEVER', 1).replace('[next_url]', 'sip:[service]@[domain]').replace('[peer_tag_param]', ''),
      expectStatus(501, { more: headerHas('Allow', 'INVITE') }),
    ]);
    await anna.finished();
  });

  it('TEL-2 compact header names are understood', async () => {
    const compact = (step: string): string =>
      step
        .replace('Via:', 'v:')
        .replace('From:', 'f:')
        .replace('To:', 't:')
        .replace('Call-ID:', 'i:')
        .replace('Contact:', 'm:')
        .replace('Content-Type:', 'c:')
        .replace('Content-Length:', 'l:');
    await both(
      [compact(invite({ body: sdp('actpass') })), trying, ringing, answered, acknowledged, ...hungUp],
      [receiveInvite, ring, answer, ...endOfCall],
    );
  });

  it('TEL-2 of two telephones that ring, the other is cancelled when one answers', async () => {
    const first = await callee('ben', [receiveInvite, ring, wait(300), answer, ...endOfCall]);
    const second = await callee('ben', [
      receiveInvite,
      ring,
      receive('CANCEL', headerHas('Reason', 'cause=200')),
      replyInDialog('200 OK'),
      replyToInvite('487 Request Terminated'),
      receive('ACK'),
    ]);
    const anna = await caller('anna', '102', [
      invite({ body: sdp('actpass') }),
      trying,
      ringing,
      expectStatus(180, { optional: true }),
      answered,
      acknowledged,
      ...hungUp,
    ]);
    await Promise.all([anna.finished(), first.finished(), second.finished()]);
  });

  it('TEL-2 telephones on IPv6 call each other', async () => {
    const six = await startServer({ demo: true, sipTcpPort: 0, host: '::1' });
    open.push({ stop: () => six.close() });
    const ben = await callee('ben', [receiveInvite, ring, answer, ...endOfCall], six, '::1');
    const anna = await caller(
      'anna',
      '102',
      [invite({ body: sdp('actpass') }), trying, ringing, answered, acknowledged, ...hungUp],
      six,
      '::1',
    );
    await Promise.all([anna.finished(), ben.finished()]);
  });
});
