import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { header, serialize, type SipRequest, type SipResponse } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
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
  /** As ben received it. */
  offered: SipRequest;
  ok: SipResponse;
  /** As ben sent it. */
  given: SipResponse;
}

const talk = async ({ url }: TestServer): Promise<Talk> => {
  const [anna, ben] = [await Phone.registered('anna-1', url), await Phone.registered('ben-1', url)];
  const invite = anna.invite('102');
  const offered = await ben.next('INVITE');
  ben.reply(offered, 180);
  await anna.response(invite, 180);
  const given = ben.reply(offered, 200);
  const ok = await anna.final(invite);
  anna.inDialog('ACK', invite, ok);
  await ben.next('ACK');
  return { anna, ben, invite, offered, ok, given };
};

test('TEL-1 TEL-2 two telephones call each other and both journals have one row', async () => {
  const server = await start();
  const { anna, ben, invite, ok } = await talk(server);
  expect(server.service.phoneStateOf('u-anna')).toBe('busy');
  expect(header(ok, 'P-Asserted-Identity')).toBe('"Ben Muster" <sip:102@demo.kontor.internal>');
  const bye = anna.inDialog('BYE', invite, ok);
  ben.reply(await ben.next('BYE'), 200);
  expect((await anna.final(bye)).status).toBe(200);
  await server.store.until(() => server.store.ended.length === 2);
  expect(server.store.results()).toEqual(['anna:answered', 'ben:answered']);
  await server.store.until(() => server.store.states('u-ben').length === 4);
  expect(server.store.states('u-ben')).toEqual(['free', 'ringing', 'busy', 'free']);
});

test('a foreign From, a foreign identity and an unknown number get nowhere', async () => {
  const { url } = await start();
  const anna = await Phone.registered('anna-1', url);
  const ben = await Phone.registered('ben-1', url);
  const forged = anna.invite('102', [{ name: 'From', value: '<sip:clara@demo.kontor.internal>;tag=1' }]);
  expect((await anna.final(forged)).status).toBe(403);
  expect((await anna.final(anna.invite('999'))).status).toBe(404);
  anna.invite('102', [
    { name: 'From', value: '"The Boss" <sip:anna@demo.kontor.internal>;tag=2' },
    { name: 'P-Asserted-Identity', value: '"The Boss" <sip:104@demo.kontor.internal>' },
  ]);
  const offered = await ben.next('INVITE');
  expect(header(offered, 'P-Asserted-Identity')).toBe('"Anna Muster" <sip:101@demo.kontor.internal>');
  expect(header(offered, 'From')).toContain('"Anna Muster" <sip:anna@');
});

test('a wrong password, a replayed count and a stranger are refused', async () => {
  const { url } = await start();
  const anna = new Phone('anna-1');
  await anna.connect(url);
  expect((await anna.final(anna.invite('102'))).status).toBe(407);
  expect((await anna.register(undefined, 'wrong')).status).toBe(401);
  const ask = anna.request('REGISTER', 'sip:demo.kontor.internal', '<sip:anna@demo.kontor.internal>');
  anna.send(ask);
  const credentials = anna.credentials(await anna.final(ask), 'REGISTER', 'sip:demo.kontor.internal');
  const withIt = (phone: Phone): SipRequest =>
    phone.request('REGISTER', 'sip:demo.kontor.internal', '<sip:anna@demo.kontor.internal>', [
      { name: 'Authorization', value: credentials },
    ]);
  const right = withIt(anna);
  anna.send(right);
  expect((await anna.final(right)).status).toBe(200);
  const thief = new Phone('anna-1');
  await thief.connect(url);
  const replay = withIt(thief);
  thief.send(replay);
  const refused = await thief.final(replay);
  expect(refused.status).toBe(401);
  expect(header(refused, 'WWW-Authenticate')).toContain('stale=true');
});

test('TEL-2 all telephones ring, the first answer wins and the others are told so', async () => {
  const server = await start();
  const anna = await Phone.registered('anna-1', server.url);
  const desk = await Phone.registered('ben-1', server.url);
  const mobile = await Phone.registered('ben-2', server.url);
  const invite = anna.invite('ben');
  const [atDesk, atMobile] = [await desk.next('INVITE'), await mobile.next('INVITE')];
  desk.reply(atDesk, 180);
  mobile.reply(atMobile, 180);
  desk.reply(atDesk, 200);
  expect((await anna.final(invite)).status).toBe(200);
  const cancel = await mobile.next('CANCEL');
  expect(header(cancel, 'Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
  mobile.reply(cancel, 200);
  mobile.reply(atMobile, 487);
  await mobile.next('ACK');
  expect(server.service.status().dialogs).toBe(1);
});

test('each way a call can fail has its result in both journals', async () => {
  const server = await start({ noAnswerSeconds: 0.2, timing: { cancelMs: 50 } });
  const { store } = server;
  const anna = await Phone.registered('anna-1', server.url);
  const ben = await Phone.registered('ben-1', server.url);
  const finish = async (expected: string[]): Promise<void> => {
    await store.until(() => store.ended.length === 2);
    expect(store.results()).toEqual(expected);
    store.ended.length = 0;
  };
  for (const [status, expected] of [
    [486, ['anna:busy', 'ben:missed']],
    [603, ['anna:rejected', 'ben:rejected']],
    [488, ['anna:failed', 'ben:missed']],
  ] as const) {
    const invite = anna.invite('102');
    ben.reply(await ben.next('INVITE'), status);
    expect((await anna.final(invite)).status).toBe(status);
    await finish([...expected]);
  }
  const cancelled = anna.invite('102');
  const ringing = await ben.next('INVITE');
  ben.reply(ringing, 180);
  await anna.response(cancelled, 180);
  const via = cancelled.headers.filter(({ name }) => ['Via', 'From', 'To', 'Call-ID'].includes(name));
  const number = header(cancelled, 'CSeq')?.split(' ')[0];
  anna.send({
    ...cancelled,
    method: 'CANCEL',
    headers: [...via, { name: 'CSeq', value: `${number} CANCEL` }],
    body: Buffer.alloc(0),
  });
  ben.reply(await ben.next('CANCEL'), 200);
  ben.reply(ringing, 487);
  expect((await anna.final(cancelled)).status).toBe(487);
  await finish(['anna:cancelled', 'ben:missed']);

  const unanswered = anna.invite('102');
  ben.reply(await ben.next('INVITE'), 180);
  expect((await anna.final(unanswered)).status).toBe(408);
  await finish(['anna:missed', 'ben:missed']);
  expect((await anna.final(anna.invite('103'))).status).toBe(480);
  await store.until(() => store.ended.length === 2);
});

test('TEL-14 a dialog goes on after the server was restarted, and nobody else may speak in it', async () => {
  const first = await start();
  const { anna, ben, invite, ok } = await talk(first);
  await first.stop();
  servers.length = 0;
  expect(first.store.ended).toEqual([]);
  const second = await start({}, { store: first.store });
  await anna.connect(second.url);
  await anna.register();
  const intruder = await Phone.registered('clara-1', second.url);
  expect((await intruder.final(intruder.inDialog('BYE', invite, ok))).status).toBe(481);
  const info = anna.inDialog('INFO', invite, ok);
  await ben.connect(second.url);
  await ben.register();
  ben.reply(await ben.next('INFO'), 200);
  expect((await anna.final(info)).status).toBe(200);
  anna.inDialog('BYE', invite, ok);
  ben.reply(await ben.next('BYE'), 200);
  await second.store.until(() => second.store.ended.length === 2);
  expect(second.store.results()).toEqual(['anna:answered', 'ben:answered']);
});

test('calls of a former run that nobody takes up again are closed', async () => {
  const store = new MemoryStore();
  const first = await start({}, { store });
  await talk(first);
  await first.stop();
  servers.length = 0;
  await start({ timing: { orphanMs: 20 } }, { store });
  await store.until(() => store.ended.length === 2);
  expect(store.results()).toEqual(['anna:answered', 'ben:answered']);
});

test('a call whose one party stays away is closed, and the other is told', async () => {
  const server = await start({ timing: { goneMs: 60, graceMs: 40 } });
  const { anna, ben } = await talk(server);
  ben.drop();
  const bye = await anna.next('BYE');
  expect(header(bye, 'Reason')).toContain('gone');
  anna.reply(bye, 200);
  await server.store.until(() => server.store.states('u-ben').at(-1) === 'offline');
  expect(server.store.results()).toEqual(['anna:answered', 'ben:answered']);
});

test('a short break of the connection does not show, and a request waits for the party to come back', async () => {
  const server = await start();
  const { anna, ben, invite, ok } = await talk(server);
  ben.drop();
  await ben.dropped();
  const update = anna.inDialog('UPDATE', invite, ok);
  await ben.connect(server.url);
  await ben.register();
  ben.reply(await ben.next('UPDATE'), 200);
  expect((await anna.final(update)).status).toBe(200);
  expect(server.store.states('u-ben')).not.toContain('offline');
});

test('a revoked device is cut off at once and its call ends', async () => {
  const server = await start();
  const { anna, ben } = await talk(server);
  server.accounts.revoke('ben-1');
  await anna.next('BYE');
  await ben.dropped();
  expect(server.store.results()).toEqual(['anna:answered', 'ben:answered']);
});

test('a telephone that comes late rings as well', async () => {
  const { url } = await start();
  const anna = await Phone.registered('anna-1', url);
  const desk = await Phone.registered('ben-1', url);
  const invite = anna.invite('102');
  desk.reply(await desk.next('INVITE'), 180);
  await anna.response(invite, 180);
  const mobile = await Phone.registered('ben-2', url);
  mobile.reply(await mobile.next('INVITE'), 200);
  expect((await anna.final(invite)).status).toBe(200);
  await desk.next('CANCEL');
});

test('the server answers OPTIONS itself and knows what it does not know', async () => {
  const { url } = await start();
  const anna = await Phone.registered('anna-1', url);
  const ask = async (method: string, extra: { name: string; value: string }[] = []): Promise<number> => {
    const uri = method === 'OPTIONS' ? 'sip:demo.kontor.internal' : 'sip:102@demo.kontor.internal';
    const request = anna.request(method, uri, `<${uri}>`, extra);
    anna.send(request);
    return (await anna.final(request)).status;
  };
  expect(await ask('OPTIONS')).toBe(200);
  expect(await ask('NEWMETHOD')).toBe(501);
  expect(await ask('PUBLISH')).toBe(405);
  expect(await ask('MESSAGE')).toBe(480);
  expect(await ask('MESSAGE', [{ name: 'Max-Forwards', value: '0' }])).toBe(483);
  expect(await ask('MESSAGE', [{ name: 'Proxy-Require', value: 'nothing' }])).toBe(420);
});

test('a telephone that loses its connection while it rings can still answer', async () => {
  const server = await start();
  const anna = await Phone.registered('anna-1', server.url);
  const ben = await Phone.registered('ben-1', server.url);
  const invite = anna.invite('102');
  const offered = await ben.next('INVITE');
  ben.reply(offered, 180);
  await anna.response(invite, 180);
  ben.drop();
  await ben.dropped();
  await ben.connect(server.url);
  await ben.register();
  await ben.next('INVITE');
  ben.reply(offered, 200);
  expect((await anna.final(invite)).status).toBe(200);
  expect(server.service.phoneStateOf('u-ben')).toBe('busy');
});

test('telephones over TCP register, with messages split and joined as the network likes', async () => {
  const server = await start();
  const port = await server.service.listenTcp(0, '127.0.0.1');
  const socket = connect(port, '127.0.0.1');
  const phone = new Phone('ben-1');
  const aor = '<sip:ben@demo.kontor.internal>';
  const ask = (extra: { name: string; value: string }[] = []): Buffer =>
    serialize(
      phone.request('REGISTER', 'sip:demo.kontor.internal', aor, [
        { name: 'Contact', value: '<sip:ben@127.0.0.1:5999;transport=tcp>' },
        ...extra,
      ]),
    );
  const answered = async (wanted: string): Promise<string> => {
    let text = '';
    while (!(text.includes(wanted) && text.includes('\r\n\r\n'))) text += String((await once(socket, 'data'))[0]);
    return text;
  };
  const first = ask();
  socket.write(first.subarray(0, 50));
  socket.write(first.subarray(50));
  const refused = parseMessage(Buffer.from(await answered('SIP/2.0 401')), { headers: 100 });
  if (refused.kind !== 'message' || refused.message.kind !== 'response') throw new Error('no challenge');
  const credentials = phone.credentials(refused.message, 'REGISTER', 'sip:demo.kontor.internal');
  socket.write(Buffer.concat([Buffer.from('\r\n\r\n'), ask([{ name: 'Authorization', value: credentials }])]));
  await answered('SIP/2.0 200');
  const anna = await Phone.registered('anna-1', server.url);
  anna.invite('102');
  expect(await answered('INVITE')).toContain('INVITE sip:ben@127.0.0.1:5999;transport=tcp SIP/2.0');
  socket.destroy();
});

test('several contacts, replacement by instance, unregistering of one and of all', async () => {
  const server = await start();
  const ben = await Phone.registered('ben-1', server.url);
  const other = await Phone.registered('ben-2', server.url);
  expect(server.service.status().registrations).toBe(2);
  const contact = (uri: string): { name: string; value: string }[] => [
    { name: 'Contact', value: `<${uri}>;+sip.instance="<urn:uuid:1>";expires=60` },
  ];
  await ben.register(contact('sip:one@a.invalid'));
  const two = await ben.register(contact('sip:two@a.invalid'));
  expect(two.headers.filter(({ name }) => name === 'Contact')).toHaveLength(3);
  await ben.register([{ name: 'Contact', value: '<sip:two@a.invalid>;expires=0' }]);
  expect(server.service.status().registrations).toBe(2);
  await ben.register([
    { name: 'Contact', value: '*' },
    { name: 'Expires', value: '0' },
  ]);
  await other.register([
    { name: 'Contact', value: '*' },
    { name: 'Expires', value: '0' },
  ]);
  expect(server.service.status().registrations).toBe(0);
  expect(server.service.phoneStateOf('u-ben')).toBe('offline');
  expect((await ben.register([{ name: 'Contact', value: '<sip:x@a.invalid>;expires=1' }])).status).toBe(423);
});

test('too many messages and too many connections are cut off', async () => {
  const server = await start({
    limits: { messageBytes: 4096, headers: 50, connectionsPerAccount: 2, messagesPerSecond: 20 },
  });
  const [first, second] = [await Phone.registered('anna-1', server.url), await Phone.registered('anna-1', server.url)];
  const third = await Phone.registered('anna-2', server.url);
  await first.dropped();
  expect(second.connected && third.connected).toBe(true);
  for (let count = 0; count < 100; count += 1) third.raw('\0');
  await third.dropped();
  second.raw('x'.repeat(5000));
  await second.dropped();
});

test('a request that comes back to the server is a loop', async () => {
  const { url } = await start();
  const [anna, ben] = [await Phone.registered('anna-1', url), await Phone.registered('ben-1', url)];
  const uri = 'sip:102@demo.kontor.internal';
  anna.send(anna.request('MESSAGE', uri, `<${uri}>`));
  const received = await ben.next('MESSAGE');
  const back = { ...received, uri };
  ben.send(back);
  expect((await ben.final(back)).status).toBe(482);
});
