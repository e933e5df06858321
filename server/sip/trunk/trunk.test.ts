import { afterEach, expect, test } from 'vitest';
import { header, type SipRequest, type SipResponse } from '../message/message.ts';
import { Phone, startServer, type TestServer } from '../test-doubles.ts';
import { callingRulesSchema, plainNumbers, type CallingRules, type Numbers } from '../../numbers/numbers.ts';
import { decode, encode } from '../../media/g711.ts';
import { dialPlanSchema } from '../../../protocol/numbers.ts';
import { generate } from 'selfsigned';
import { openPlainSide } from '../../media/plain-side.ts';
import { TestProvider, TestSound } from './test-provider.ts';
import { trunkSettingsSchema, type TrunkSettings } from './trunk-settings.ts';
import type { z } from 'zod';

type TrunkInput = Partial<z.input<typeof trunkSettingsSchema>>;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const domain = 'demo.kontor.internal';
const plan = dialPlanSchema.parse({
  country: 'DE',
  areaCode: '991',
  longestInternal: 3,
  ownNumbers: [{ prefix: '+4999199000', main: '101' }],
});
const account = { user: 'kontor1', password: 'pssst' };
const far = { address: '127.0.0.1', signalling: '', encrypted: true, silenceMs: 60_000 };
const quick = { firstRetryMs: 20, longestRetryMs: 40, answerMs: 1_000, patienceMs: 150, connectMs: 1_000 };

const settings = (provider: TestProvider, more: TrunkInput = {}): TrunkSettings =>
  trunkSettingsSchema.parse({
    id: 'provider',
    host: '127.0.0.1',
    port: provider.port,
    transport: 'tcp',
    domain: 'provider.example',
    account: { ...account },
    mainNumber: '+4999199000',
    ...more,
  });

/** Trunk settings that a test can change while the server runs. */
const numbersWith = (
  trunks: TrunkSettings[],
  rules: Partial<CallingRules> = {},
): Numbers & { change(next: TrunkSettings[]): void } => {
  let listener = (): void => undefined;
  let current = trunks;
  return {
    ...plainNumbers,
    planOf: async () => plan,
    rulesOf: async () => callingRulesSchema.parse(rules),
    numberOf: async ({ extension }) => `+4999199000${extension}`,
    dialStringOf: async (_instance, number) => (number === '+49991555' ? '103' : null),
    trunks: async () => current.map((one) => ({ instanceId: 'demo', domain, settings: one })),
    onTrunksChanged: (changed) => {
      listener = changed;
      return () => undefined;
    },
    change: (next) => {
      current = next;
      listener();
    },
  };
};
const start = async (numbers: Numbers, trunkTiming: object = {}): Promise<TestServer> => {
  const server = await startServer({ numbers, trunkTiming: { ...quick, ...trunkTiming } });
  closers.push(() => server.stop());
  return server;
};
const provide = async (
  options: Parameters<typeof TestProvider.start>[0] = { account },
  port = 0,
): Promise<TestProvider> => {
  const provider = await TestProvider.start(options, port);
  closers.push(() => provider.stop());
  return provider;
};
const sound = async (value: number): Promise<TestSound> => {
  const opened = await TestSound.open(value);
  closers.push(() => opened.close());
  return opened;
};
const up = async ({ service }: TestServer, id = 'provider', state = 'up'): Promise<void> => {
  while (service.status().trunks.find((trunk) => trunk.id === id)?.state !== state)
    await new Promise((next) => setTimeout(next, 5));
};
const dial = (
  phone: Phone,
  number: string,
  from: TestSound,
  extra: { name: string; value: string }[] = [],
): SipRequest => {
  const uri = `sip:${number.replaceAll('#', '%23')}@${domain}`;
  const invite = phone.request(
    'INVITE',
    uri,
    `<${uri}>`,
    [{ name: 'Content-Type', value: 'application/sdp' }, ...extra],
    from.sdp(),
  );
  phone.send(invite);
  return invite;
};
interface Talk {
  provider: TestProvider;
  anna: Phone;
  invite: SipRequest;
  ok: SipResponse;
  offered: SipRequest;
  inside: TestSound;
  outside: TestSound;
}
const talk = async (server: TestServer, provider: TestProvider, types?: number[]): Promise<Talk> => {
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  const [inside, outside] = [await sound(0x11), await sound(0x22)];
  const invite = dial(anna, '030 23125100'.replace(' ', ''), inside);
  const offered = await provider.challenged(await provider.next('INVITE'));
  provider.reply(offered, 180, 'Ringing');
  await anna.response(invite, 180);
  provider.reply(offered, 200, 'OK', [], outside.sdp('sendrecv', types));
  await provider.next('ACK');
  const ok = await anna.final(invite);
  anna.inDialog('ACK', invite, ok);
  inside.speak(ok.body.toString());
  outside.speak(offered.body.toString());
  return { provider, anna, invite, ok, offered, inside, outside };
};

test('a user calls out over a registered trunk, both hear each other, and the journal has one row', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const { anna, invite, ok, offered, inside, outside } = await talk(server, provider);
  expect(ok.status).toBe(200);
  expect(offered.uri).toBe('sip:+493023125100@provider.example;user=phone');
  expect(header(offered, 'P-Asserted-Identity')).toBe('<sip:+4999199000101@provider.example>');
  expect(header(offered, 'From')).toContain('"Anna Muster" <sip:kontor1@provider.example>');
  await Promise.all([inside.hears(0x22), outside.hears(0x11)]);
  inside.press(ok.body.toString(), 5);
  await outside.hearsDigit(5);
  anna.inDialog('BYE', invite, ok);
  provider.reply(await provider.next('BYE'), 200);
  await server.store.until(() => server.store.ended.length === 1);
  expect(server.store.ended[0]).toMatchObject({
    userId: 'u-anna',
    direction: 'outgoing',
    result: 'answered',
    number: '+493023125100',
  });
});

test('the other side hangs up, and the laws of both sides are turned into each other', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const { anna, offered, inside, outside } = await talk(server, provider, [0, 101]);
  await inside.hears(encode('PCMA', decode('PCMU', Buffer.from([0x22])))[0]!);
  await outside.hears(encode('PCMU', decode('PCMA', Buffer.from([0x11])))[0]!);
  provider.back('BYE', offered);
  anna.reply(await anna.next('BYE'), 200);
  await server.store.until(() => server.store.ended.length === 1);
});

test('a call comes in for an extension behind the main number, with its caller in national writing', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  await up(server);
  const ben = await Phone.registered('ben-1', server.url);
  const [outside, inside] = [await sound(0x22), await sound(0x11)];
  const invite = provider.invite('4999199000102', '"Meyer" <sip:03023125100@provider.example>', outside.sdp());
  const ringing = await ben.next('INVITE');
  expect(header(ringing, 'P-Asserted-Identity')).toBe('"Meyer" <sip:+493023125100@demo.kontor.internal>');
  ben.reply(ringing, 180);
  await provider.response(invite, 180);
  expect(ringing.body.toString()).toContain('UDP/TLS/RTP/SAVPF');
  expect(inside.port).toBeGreaterThan(0);
  ben.reply(ringing, 486);
  expect((await provider.final(invite)).status).toBe(486);
  await server.store.until(() => server.store.ended.length === 1);
  expect(server.store.ended[0]).toMatchObject({
    userId: 'u-ben',
    direction: 'incoming',
    result: 'missed',
    number: '+493023125100',
    partyName: 'Meyer',
  });
});

test('numbers of the house go where they are sent; others, and callers who hide, are told apart', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  await up(server);
  const clara = await Phone.registered('clara-1', server.url);
  const outside = await sound(0x22);
  const hidden = provider.invite('0991555', '<sip:anonymous@anonymous.invalid>', outside.sdp());
  const ringing = await clara.next('INVITE');
  expect(header(ringing, 'From')).toContain('<sip:anonymous@');
  provider.request(
    'CANCEL',
    hidden.uri,
    header(hidden, 'From')!,
    header(hidden, 'To')!,
    [],
    '',
    header(hidden, 'Call-ID'),
    1,
  );
  expect(provider.received.length).toBeGreaterThan(0);
  const strange = provider.invite('+4989123456', '<sip:+493023125100@provider.example>', outside.sdp());
  expect((await provider.final(strange)).status).toBe(404);
});

test('TEL-18 SRV-7 foreign and premium numbers are barred by default, and dial nothing', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  const inside = await sound(1);
  for (const number of ['+4315123456', '004315123456', '09001234567', '11833', '+88213123456', '+19002345678']) {
    const refused = await anna.final(dial(anna, number, inside));
    expect([number, refused.status]).toEqual([number, 403]);
    expect(header(refused, 'Reason')).toContain('Q.850;cause=52');
  }
  for (const number of ['0991', '+49', '*99', '999'])
    expect((await anna.final(dial(anna, number, inside))).status).toBeGreaterThanOrEqual(404);
  expect(provider.received.filter((one) => one.kind === 'request' && one.method === 'INVITE')).toEqual([]);
});

test('SRV-7 a role opens countries, and limits calls at a time and by the hour', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)], { foreign: ['AT'], concurrent: 1, perHour: 2 }));
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  const inside = await sound(1);
  expect((await anna.final(dial(anna, '+41443123456', inside))).status).toBe(403);
  const first = dial(anna, '+4315123456', inside);
  const invite = await provider.next('INVITE');
  const second = await anna.final(dial(anna, '+4315123456', inside));
  expect([second.status, header(second, 'Reason')]).toEqual([403, 'Q.850;cause=34;text="Too many calls at a time"']);
  provider.reply(invite, 486);
  expect((await anna.final(first)).status).toBe(486);
  const third = dial(anna, '+4315123456', inside);
  provider.reply(await provider.next('INVITE'), 404);
  expect((await anna.final(third)).status).toBe(404);
  const fourth = await anna.final(dial(anna, '+4315123456', inside));
  expect(header(fourth, 'Reason')).toBe('Q.850;cause=34;text="Too many calls within an hour"');
  const help = dial(anna, '112', inside, [{ name: 'Privacy', value: 'id' }]);
  const emergency = await provider.next('INVITE');
  expect(emergency.uri).toBe('sip:112@provider.example;user=phone');
  expect(header(emergency, 'Privacy')).toBeUndefined();
  provider.reply(emergency, 486);
  await anna.final(help);
});

test('emergency numbers go out by a trunk whose rules do not know them, unchanged', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider, { rules: [{ prefix: '+4989', strip: 3, add: '0' }] })]));
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  const inside = await sound(1);
  const munich = dial(anna, '089123456', inside);
  const invite = await provider.next('INVITE');
  expect(invite.uri).toBe('sip:089123456@provider.example;user=phone');
  provider.reply(invite, 486);
  await anna.final(munich);
  const elsewhere = await anna.final(dial(anna, '03023125100', inside));
  expect([elsewhere.status, header(elsewhere, 'Reason')]).toEqual([500, 'Q.850;cause=38;text="Network out of order"']);
  dial(anna, '110', inside);
  const emergency = await provider.next('INVITE');
  expect(emergency.uri).toBe('sip:110@provider.example;user=phone');
});

test('a caller who does not want to be shown is not', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider, { identity: 'from' })]));
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  dial(anna, '03023125100', await sound(1), [{ name: 'Privacy', value: 'id' }]);
  const invite = await provider.next('INVITE');
  expect(header(invite, 'From')).toContain('"Anonymous" <sip:anonymous@anonymous.invalid>');
  expect(header(invite, 'Privacy')).toBe('id');
});

test('a trunk in trouble is followed by the next; without any, the caller is told that there is no line', async () => {
  const [first, second] = [await provide(), await provide()];
  const server = await start(numbersWith([settings(first), settings(second, { id: 'second' })]));
  await Promise.all([up(server), up(server, 'second')]);
  const anna = await Phone.registered('anna-1', server.url);
  const inside = await sound(1);
  const call = dial(anna, '03023125100', inside);
  first.reply(await first.next('INVITE'), 503);
  second.reply(await second.next('INVITE'), 486);
  expect((await anna.final(call)).status).toBe(486);

  // Silent: not even a 100.
  const silent = dial(anna, '03023125100', inside);
  await first.next('INVITE');
  second.reply(await second.next('INVITE'), 404);
  expect((await anna.final(silent)).status).toBe(404);

  await Promise.all([first.stop(), second.stop()]);
  closers.length = 1;
  await Promise.all([up(server, 'provider', 'down'), up(server, 'second', 'down')]);
  const lineless = await anna.final(dial(anna, '03023125100', inside));
  expect([lineless.status, header(lineless, 'Reason')]).toEqual([500, 'Q.850;cause=38;text="Network out of order"']);
  const revived = await provide({ account }, first.port);
  await up(server);
  dial(anna, '03023125100', inside);
  await revived.next('INVITE');
});

test('a trunk that dies while it rings is followed by the next', async () => {
  const [first, second] = [await provide(), await provide()];
  const server = await start(numbersWith([settings(first), settings(second, { id: 'second' })]));
  await Promise.all([up(server), up(server, 'second')]);
  const anna = await Phone.registered('anna-1', server.url);
  const call = dial(anna, '03023125100', await sound(1));
  first.reply(await first.next('INVITE'), 100);
  first.drop();
  second.reply(await second.next('INVITE'), 603);
  expect((await anna.final(call)).status).toBe(603);
});

test('a trunk without sign of life goes down and comes back', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]), { keepAliveMs: 30, answerMs: 60 });
  await up(server);
  provider.alive = false;
  await up(server, 'provider', 'down');
  provider.alive = true;
  await up(server);
  expect(provider.connections).toBeGreaterThan(1);
});

test('a wrong password keeps the trunk down', async () => {
  const provider = await provide({ account: { ...account, password: 'other' } });
  const server = await start(numbersWith([settings(provider)]));
  await up(server, 'provider', 'down');
  expect(server.service.status().trunks).toEqual([{ id: 'provider', state: 'down' }]);
});

test('the trunks follow the settings while the server runs', async () => {
  const provider = await provide();
  const numbers = numbersWith([]);
  const server = await start(numbers);
  numbers.change([settings(provider)]);
  await up(server);
  numbers.change([]);
  while (server.service.status().trunks.length > 0) await new Promise((next) => setTimeout(next, 5));
});

const refer = (talking: Talk, target: string): SipRequest =>
  talking.anna.inDialog('REFER', talking.invite, talking.ok, [{ name: 'Refer-To', value: `<${target}>` }]);
/** The last status that the transferor is told of. */
const outcome = async ({ anna }: Talk): Promise<string> => {
  for (;;) {
    const notify = await anna.next('NOTIFY');
    anna.reply(notify, 200);
    if (header(notify, 'Subscription-State')?.startsWith('terminated') === true) return notify.body.toString().trim();
  }
};

test('SRV-7 a REFER to a premium or foreign number is refused, dials nothing, and the call goes on', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const talking = await talk(server, provider);
  for (const number of ['09001234567', '+4315123456', '11833']) {
    const refused = await talking.anna.final(refer(talking, `sip:${number}@${domain}`));
    expect([number, refused.status, header(refused, 'Reason')?.slice(0, 14)]).toEqual([number, 403, 'Q.850;cause=52']);
  }
  await Promise.all([talking.inside.hears(0x22), talking.outside.hears(0x11)]);
  // All that was ever dialled is the call itself, with and without its digest.
  expect(provider.received.filter((one) => one.kind === 'request' && one.method === 'INVITE')).toHaveLength(2);
});

test('TEL-4 a party outside is handed on to another number outside: the two hear each other', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const talking = await talk(server, provider);
  const third = await sound(0x33);
  expect((await talking.anna.final(refer(talking, `sip:089123456@${domain}`))).status).toBe(202);
  const offered = await provider.challenged(await provider.next('INVITE'));
  expect(offered.uri).toBe('sip:+4989123456@provider.example;user=phone');
  provider.reply(offered, 200, 'OK', [], third.sdp(), 'third');
  expect(await outcome(talking)).toBe('SIP/2.0 200 OK');
  third.speak(offered.body.toString());
  await Promise.all([talking.outside.hears(0x33), third.hears(0x22)]);
  talking.anna.inDialog('BYE', talking.invite, talking.ok);
  await server.store.until(() => server.store.ended.length === 1);
  await Promise.all([talking.outside.hears(0x33), third.hears(0x22)]);
  provider.back('BYE', talking.offered);
  expect(header(await provider.next('BYE'), 'Call-ID')).toBe(header(offered, 'Call-ID'));
});

test('TEL-4 a transfer that fails leaves the call with the one who tried', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const talking = await talk(server, provider);
  expect((await talking.anna.final(refer(talking, `sip:089123456@${domain}`))).status).toBe(202);
  provider.reply(await provider.challenged(await provider.next('INVITE')), 486, 'Busy', [], '', 'third');
  expect(await outcome(talking)).toBe('SIP/2.0 486 Busy Here');
  await Promise.all([talking.inside.hears(0x22), talking.outside.hears(0x11)]);
});

test('TEL-5 two calls outside are joined; the one between them leaves', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const first = await talk(server, provider);
  const third = await sound(0x33);
  const invite = dial(first.anna, '089123456', await sound(0x44));
  const offered = await provider.challenged(await provider.next('INVITE'));
  provider.reply(offered, 200, 'OK', [], third.sdp(), 'third');
  const ok = await first.anna.final(invite);
  first.anna.inDialog('ACK', invite, ok);
  third.speak(offered.body.toString());
  const tag = (value: string | undefined): string => /tag=([^;]+)/.exec(value ?? '')?.[1] ?? '';
  const replaces = `${header(ok, 'Call-ID')};to-tag=${tag(header(ok, 'To'))};from-tag=${tag(header(ok, 'From'))}`;
  const target = `sip:+4989123456@${domain}?Replaces=${encodeURIComponent(replaces)}`;
  expect((await first.anna.final(refer(first, target))).status).toBe(202);
  expect(await outcome(first)).toBe('SIP/2.0 200 OK');
  await Promise.all([first.outside.hears(0x33), third.hears(0x22)]);
  first.anna.reply(await first.anna.next('BYE'), 200);
});

test('another device takes a running call over with Replaces', async () => {
  const provider = await provide();
  const server = await start(numbersWith([settings(provider)]));
  const talking = await talk(server, provider);
  const other = await Phone.registered('anna-2', server.url);
  const tag = (value: string | undefined): string => /tag=([^;]+)/.exec(value ?? '')?.[1] ?? '';
  const replaces = `${header(talking.ok, 'Call-ID')};to-tag=${tag(header(talking.ok, 'To'))};from-tag=${tag(header(talking.ok, 'From'))}`;
  const second = await sound(0x55);
  const invite = dial(other, '+493023125100', second, [{ name: 'Replaces', value: replaces }]);
  const ok = await other.final(invite);
  expect(ok.status).toBe(200);
  second.speak(ok.body.toString());
  await Promise.all([second.hears(0x22), talking.outside.hears(0x55)]);
  talking.anna.reply(await talking.anna.next('BYE'), 200);
});

test('a trunk over TLS with SRTP: the certificate is checked, sound is encrypted both ways', async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'provider.example' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'provider.example' }] }],
  });
  const provider = await provide({ account, tls: { cert, key } });
  const secure: TrunkInput = { transport: 'tls', media: 'srtp' };
  const stranger = await start(numbersWith([settings(provider, secure)]));
  await up(stranger, 'provider', 'down');
  const server = await start(numbersWith([settings(provider, { ...secure, certificateAuthority: cert })]));
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  const [inside, outside] = [await sound(0x11), await openPlainSide(far, () => undefined)];
  closers.push(() => outside.close());
  const invite = dial(anna, '03023125100', inside);
  const offered = await provider.challenged(await provider.next('INVITE'));
  expect(offered.body.toString()).toMatch(/RTP\/SAVP 8 0 101[^]*a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/);
  const heard = new Promise<void>((hears) =>
    outside.heardBy((packet) => {
      if (packet.payload[0] === 0x11) hears();
    }),
  );
  provider.reply(offered, 200, 'OK', [], await outside.answer(offered.body.toString()));
  const ok = await anna.final(invite);
  inside.speak(ok.body.toString());
  await heard;
  const speaking = setInterval(
    () =>
      outside.send(
        {
          kind: 'PCMA',
          marker: false,
          sequence: (count += 1),
          timestamp: count * 160,
          payload: Buffer.alloc(160, 0x22),
        },
        outside,
      ),
    20,
  );
  let count = 0;
  closers.push(() => clearInterval(speaking));
  await inside.hears(0x22);
});

test('an answer without encryption is not taken where encryption was offered', async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'provider.example' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'provider.example' }] }],
  });
  const provider = await provide({ account, tls: { cert, key } });
  const server = await start(
    numbersWith([settings(provider, { transport: 'tls', media: 'srtp', certificateAuthority: cert })]),
  );
  await up(server);
  const anna = await Phone.registered('anna-1', server.url);
  const call = dial(anna, '03023125100', await sound(1));
  provider.reply(await provider.challenged(await provider.next('INVITE')), 200, 'OK', [], (await sound(2)).sdp());
  expect((await anna.final(call)).status).toBe(488);
  await provider.next('BYE');
});
