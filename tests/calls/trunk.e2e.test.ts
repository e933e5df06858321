import { afterAll, beforeAll, expect, test } from 'vitest';
import { header } from '../../server/sip/message/message.ts';
import { TestProvider } from '../../server/sip/trunk/test-provider.ts';
import { startTestServer, type TestServer } from '../../server/test-server.ts';
import { Desk } from './desk.ts';
import { Outside } from './outside.ts';

let server: TestServer;
let provider: TestProvider;
let anna: Desk;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startTestServer();
  closers.push(() => server.close());
  provider = await TestProvider.start();
  closers.push(() => provider.stop());
  await server.numberAdministration.putTrunk('demo', 1, {
    id: 'provider',
    host: '127.0.0.1',
    port: provider.port,
    transport: 'tcp',
    account: { user: 'kontor1', password: 'pssst' },
  });
  await provider.next('REGISTER');
  anna = await Desk.of('anna', server.port, 440);
  closers.push(() => anna.close());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});
const outsideAt = async (frequency: number): Promise<Outside> => {
  const outside = await Outside.at(frequency);
  closers.push(() => outside.close());
  return outside;
};

test('TEL-1 a browser calls a telephone outside: both hear each other, digits arrive, hold is silent', async () => {
  const outside = await outsideAt(660);
  const dialled = await anna.dial('+49 (0)30 / 23125-100');
  if (!dialled.ok) throw new Error(dialled.failure.code);
  const invite = await provider.next('INVITE');
  expect(invite.uri).toBe('sip:+493023125100@127.0.0.1;user=phone');
  expect(header(invite, 'P-Asserted-Identity')).toBe('<sip:+498999998101@127.0.0.1>');
  provider.reply(invite, 200, 'OK', [], outside.sdp);
  outside.speaks(invite.body.toString());
  await anna.call({ state: 'active' });
  await Promise.all([anna.hears(660), outside.hears(440)]);
  await anna.do('sendDigit', dialled.callId, '7');
  await outside.hearsDigit(7);
  await anna.do('holdCall', dialled.callId);
  await anna.call({ hold: 'held' });
  await outside.hearsNothingOf(440);
  await anna.do('resumeCall', dialled.callId);
  await anna.call({ hold: 'none' });
  await Promise.all([anna.hears(660), outside.hears(440)]);
  provider.back('BYE', invite);
  expect(await anna.call({ state: 'ended' })).toMatchObject({ reason: 'remoteHungUp' });
});

test('TEL-2 a telephone outside calls a direct number: the browser rings, both hear each other', async () => {
  const outside = await outsideAt(880);
  const invite = provider.invite('+498999998101', '<sip:+493023125101@127.0.0.1>', outside.sdp);
  const ringing = await anna.call({ state: 'ringing' });
  // The phone book of the demo company knows this number.
  expect(ringing.party).toMatchObject({ number: '+493023125101' });
  await anna.do('answerCall', ringing.id);
  const ok = await provider.final(invite);
  provider.inDialog('ACK', invite, ok);
  outside.speaks(ok.body.toString());
  await Promise.all([anna.hears(880), outside.hears(440)]);
  await anna.do('hangUpCall', ringing.id);
  provider.reply(await provider.next('BYE'), 200);
});

test('SRV-7 TEL-18 a premium number is refused, and nothing leaves the house', async () => {
  const dialled = await anna.dial('0900 1 234567');
  if (!dialled.ok) throw new Error(dialled.failure.code);
  expect(await anna.call({ id: dialled.callId, state: 'ended' })).toMatchObject({ reason: 'forbidden' });
});
