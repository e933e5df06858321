import { afterEach, expect, test } from 'vitest';
import { plainNumbers } from '../numbers/numbers.ts';
import { header } from './message/message.ts';
import { Phone, startServer, type TestServer } from './test-doubles.ts';

let server: TestServer;
afterEach(() => server.stop());

/** Clara may pick up ben's calls; nobody else anybody's. */
const start = async (): Promise<{ anna: Phone; ben: Phone; clara: Phone }> => {
  server = await startServer({
    numbers: {
      ...plainNumbers,
      mayPickUp: async (userId, other) => userId === 'u-clara' && other === 'u-ben',
      pickersOf: async (userId) => (userId === 'u-ben' ? ['u-clara'] : []),
    },
  });
  const [anna, ben, clara] = await Promise.all(
    ['anna-1', 'ben-1', 'clara-1'].map((one) => Phone.registered(one, server.url)),
  );
  return { anna: anna!, ben: ben!, clara: clara! };
};
const clara = async () => (await server.accounts.sipDevice('clara-1'))!.device;

test('TEL-11 JOU-1 a colleague takes the ringing call, the caller sees who, and each journal has one row', async () => {
  const phones = await start();
  const invite = phones.anna.invite('102');
  const atBen = await phones.ben.next('INVITE');
  phones.ben.reply(atBen, 180);
  await phones.anna.response(invite, 180);
  expect(await server.service.pickUp(await clara(), 'u-ben')).toBe('offered');
  const atClara = await phones.clara.next('INVITE');
  expect(header(atClara, 'Answer-Mode')).toBe('Auto');
  expect(header(atClara, 'P-Asserted-Identity')).toBe('"Anna Muster" <sip:101@demo.kontor.internal>');
  const given = phones.clara.reply(atClara, 200);
  const ok = await phones.anna.final(invite);
  expect(header(ok, 'P-Asserted-Identity')).toBe('"Clara Muster" <sip:103@demo.kontor.internal>');
  phones.anna.inDialog('ACK', invite, ok);
  const cancel = await phones.ben.next('CANCEL');
  expect(header(cancel, 'Reason')).toContain('cause=200');
  phones.ben.reply(cancel, 200);
  phones.ben.reply(atBen, 487);
  await server.store.until(() => server.store.ended.length === 1);
  expect(server.service.phoneStateOf('u-ben')).toBe('free');
  expect(server.service.phoneStateOf('u-clara')).toBe('busy');
  phones.clara.inDialog('BYE', atClara, given);
  phones.anna.reply(await phones.anna.next('BYE'), 200);
  await server.store.until(() => server.store.ended.length === 3);
  expect(server.store.results()).toEqual(['anna:answered', 'ben:takenByColleague', 'clara:answered']);
  expect(server.store.ended.find(({ userId }) => userId === 'u-clara')).toMatchObject({
    direction: 'incoming',
    number: '101',
  });
});

test('TEL-11 a telephone takes it with *8 and the extension', async () => {
  const phones = await start();
  phones.anna.invite('102');
  phones.ben.reply(await phones.ben.next('INVITE'), 180);
  await server.store.until(() => server.store.states('u-ben').includes('ringing'));
  expect((await phones.clara.final(phones.clara.invite('*8102'))).status).toBe(480);
  expect(header(await phones.clara.next('INVITE'), 'Call-Info')).toContain('answer-after=0');
});

test('TEL-11 SRV-3 the role decides, and there must be something that rings', async () => {
  const phones = await start();
  expect((await phones.clara.final(phones.clara.invite('*8102'))).status).toBe(404);
  expect(await server.service.pickUp(await clara(), 'u-ben')).toBe('nothingRings');
  const invite = phones.anna.invite('102');
  phones.ben.reply(await phones.ben.next('INVITE'), 180);
  await phones.anna.response(invite, 180);
  const david = await Phone.registered('david-1', server.url);
  expect((await david.final(david.invite('*8102'))).status).toBe(403);
  expect(await server.service.pickUp({ ...(await clara()), deviceId: 'clara-2' }, 'u-ben')).toBe('noTelephone');
});

test('NOT-1 who may pick up is told what rings, until it no longer does', async () => {
  const phones = await start();
  const invite = phones.anna.invite('102');
  const atBen = await phones.ben.next('INVITE');
  phones.ben.reply(atBen, 180);
  const told = (type: string) => server.store.events.find((event) => event.type === type);
  await server.store.until(() => told('pickUpOffered') !== undefined);
  expect(told('pickUpOffered')).toMatchObject({
    offer: { userId: 'u-ben', caller: { name: 'Anna Muster', number: '101' } },
  });
  expect(server.service.pickUpsFor('u-clara')).toHaveLength(1);
  expect(server.service.pickUpsFor('u-anna')).toEqual([]);
  phones.ben.reply(atBen, 486);
  await phones.anna.final(invite);
  await server.store.until(() => told('pickUpEnded') !== undefined);
  expect(server.service.pickUpsFor('u-clara')).toEqual([]);
});

test('nobody can make another telephone answer by itself', async () => {
  const phones = await start();
  phones.anna.invite('102', [
    { name: 'Answer-Mode', value: 'Auto' },
    { name: 'Alert-Info', value: '<http://127.0.0.1>;info=alert-autoanswer' },
    { name: 'Call-Info', value: '<sip:x>;answer-after=0' },
  ]);
  const offered = await phones.ben.next('INVITE');
  expect(['Answer-Mode', 'Alert-Info', 'Call-Info'].map((name) => header(offered, name))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
