import { afterEach, expect, test } from 'vitest';
import { header, type SipRequest, type SipResponse } from './message/message.ts';
import { MemoryStore, Phone, startServer, type TestServer } from './test-doubles.ts';

const servers: TestServer[] = [];
const start: typeof startServer = async (...options) => {
  const server = await startServer(...options);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Talk {
  anna: Phone;
  ben: Phone;
  invite: SipRequest;
  offered: SipRequest;
  ok: SipResponse;
  given: SipResponse;
}
const instance = (phone: Phone): { name: string; value: string }[] => [
  { name: 'Contact', value: `<${phone.contact}>;+sip.instance="<urn:uuid:${phone.device}>"` },
];
let clients = 0;
/** A client of the device; a second one of the same device takes the place of the first. */
const client = async (device: string, url: string): Promise<Phone> => {
  const phone = new Phone(device, undefined, `-${(clients += 1)}`);
  await phone.connect(url);
  await phone.register(instance(phone));
  return phone;
};
const talk = async ({ url }: TestServer): Promise<Talk> => {
  const [anna, ben] = [await client('anna-1', url), await client('ben-1', url)];
  const invite = anna.invite('102');
  const offered = await ben.next('INVITE');
  ben.reply(offered, 180);
  const given = ben.reply(offered, 200);
  const ok = await anna.final(invite);
  anna.inDialog('ACK', invite, ok);
  await ben.next('ACK');
  return { anna, ben, invite, offered, ok, given };
};
const tag = (value: string | undefined): string => /tag=([^;]+)/.exec(value ?? '')?.[1] ?? '';
/** Headers with which a party replaces the dialog of the message it has. */
const replacing = (message: SipRequest | SipResponse): { name: string; value: string }[] => [
  {
    name: 'Replaces',
    value: `${header(message, 'Call-ID')};to-tag=${tag(header(message, 'To'))};from-tag=${tag(header(message, 'From'))}`,
  },
  { name: 'Kontor-Replaced-Route', value: header(message, 'Record-Route') ?? '' },
];

test('TEL-14 a restarted client takes its call over, the old dialog ends without it, and both journals keep one row', async () => {
  const server = await start();
  const { anna, ben, offered, given, ok } = await talk(server);
  ben.drop();
  const fresh = await client('ben-1', server.url);
  const takeover = fresh.invite('101', replacing(given));
  const asked = await anna.next('INVITE');
  expect(header(asked, 'Replaces')).toContain(header(offered, 'Call-ID'));
  expect(header(asked, 'Kontor-Replaced-Route')).toBeUndefined();
  expect(header(asked, 'P-Asserted-Identity')).toBe('"Ben Muster" <sip:102@demo.kontor.internal>');
  const taken = anna.reply(asked, 200);
  const answer = await fresh.final(takeover);
  expect(answer.status).toBe(200);
  fresh.inDialog('ACK', takeover, answer);
  await anna.next('ACK');
  anna.inDialog('BYE', offered, ok);
  fresh.reply(await fresh.next('BYE'), 481);
  expect(server.service.status().dialogs).toBe(1);
  expect(server.store.ended).toEqual([]);
  const bye = anna.inDialog('BYE', asked, taken);
  fresh.reply(await fresh.next('BYE'), 200);
  expect((await anna.final(bye)).status).toBe(200);
  await server.store.until(() => server.store.ended.length === 2);
  expect(server.store.results()).toEqual(['anna:answered', 'ben:answered']);
});

test('TEL-14 a takeover works on a server that has been restarted, and keeps the beginning of the call', async () => {
  const first = await start();
  const { anna, given } = await talk(first);
  await first.store.until(() => [...first.store.running.values()].every(({ answeredAt }) => answeredAt !== null));
  const [before] = first.store.running.values();
  const store = new MemoryStore();
  for (const [key, row] of first.store.running) store.running.set(key, row);
  const second = await start({}, { store });
  await anna.connect(second.url);
  await anna.register(instance(anna));
  const fresh = await client('ben-1', second.url);
  const takeover = fresh.invite('101', replacing(given));
  const asked = await anna.next('INVITE');
  anna.reply(asked, 200);
  const answer = await fresh.final(takeover);
  fresh.inDialog('ACK', takeover, answer);
  await anna.next('ACK');
  const bye = fresh.inDialog('BYE', takeover, answer);
  anna.reply(await anna.next('BYE'), 200);
  expect((await fresh.final(bye)).status).toBe(200);
  await store.until(() => store.ended.length === 2);
  expect(store.ended.map(({ answeredAt }) => answeredAt)).toEqual([before?.answeredAt, before?.answeredAt]);
});

test('TEL-14 a stranger, a forged route and an ended call get nothing', async () => {
  const server = await start();
  const { anna, ben, invite, ok, given } = await talk(server);
  const clara = await client('clara-1', server.url);
  expect((await clara.final(clara.invite('101', replacing(given)))).status).toBe(403);
  const forged = replacing(given).map((one) =>
    one.name === 'Replaces' ? one : { ...one, value: one.value.replace('<sip:', '<sip:x') },
  );
  expect((await ben.final(ben.invite('101', forged))).status).toBe(400);
  const bye = anna.inDialog('BYE', invite, ok);
  ben.reply(await ben.next('BYE'), 200);
  await anna.final(bye);
  expect((await ben.final(ben.invite('101', replacing(given)))).status).toBe(481);
});

test('TEL-14 a takeover of a dialog that the other side does not have ends the call on both sides', async () => {
  const server = await start();
  const { anna, given } = await talk(server);
  const fresh = await client('ben-1', server.url);
  const takeover = fresh.invite('101', replacing(given));
  anna.reply(await anna.next('INVITE'), 481);
  expect((await fresh.final(takeover)).status).toBe(481);
  anna.reply(await anna.next('BYE'), 200);
  await server.store.until(() => server.store.ended.length === 2);
  expect(server.service.status().dialogs).toBe(0);
});

test('TEL-14 a client that comes back without its call ends it for the other side', async () => {
  const server = await start({ timing: { takeoverMs: 50 } });
  const { anna, ben } = await talk(server);
  ben.drop();
  await client('ben-1', server.url);
  anna.reply(await anna.next('BYE'), 200);
  await server.store.until(() => server.store.ended.length === 2);
});

test('TEL-14 what rang at a client that was restarted rings at the new one, and its refusal counts', async () => {
  const server = await start();
  const anna = await client('anna-1', server.url);
  const ben = await client('ben-1', server.url);
  const invite = anna.invite('102');
  ben.reply(await ben.next('INVITE'), 180);
  await anna.response(invite, 180);
  ben.drop();
  const fresh = await client('ben-1', server.url);
  fresh.reply(await fresh.next('INVITE'), 486);
  expect((await anna.final(invite)).status).toBe(486);
});

test('TEL-14 a caller whose client was restarted lets nobody ring on', async () => {
  const server = await start();
  const anna = await client('anna-1', server.url);
  const ben = await client('ben-1', server.url);
  anna.invite('102');
  const offered = await ben.next('INVITE');
  ben.reply(offered, 180);
  anna.drop();
  await client('anna-1', server.url);
  ben.reply(await ben.next('CANCEL'), 200);
  ben.reply(offered, 487);
  await server.store.until(() => server.store.ended.length === 2);
});

test('an answer that comes after the caller was told otherwise is acknowledged and ended', async () => {
  const server = await start({ timing: { cancelMs: 20 } });
  const anna = await client('anna-1', server.url);
  const ben = await client('ben-1', server.url);
  const invite = anna.invite('102');
  const offered = await ben.next('INVITE');
  ben.reply(offered, 180);
  await anna.response(invite, 180);
  const cancel: SipRequest = {
    ...invite,
    method: 'CANCEL',
    headers: invite.headers
      .filter(({ name }) => !name.startsWith('Content'))
      .map((one) => (one.name === 'CSeq' ? { ...one, value: one.value.replace('INVITE', 'CANCEL') } : one)),
    body: Buffer.alloc(0),
  };
  anna.send(cancel);
  ben.reply(await ben.next('CANCEL'), 200);
  expect((await anna.final(invite)).status).toBe(487);
  const late = ben.reply(offered, 200);
  expect(header(await ben.next('ACK'), 'To')).toBe(header(late, 'To'));
  ben.reply(await ben.next('BYE'), 200);
  expect(server.service.status().dialogs).toBe(0);
});
