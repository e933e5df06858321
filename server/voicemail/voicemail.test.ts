import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry, VoicemailMessage, VoicemailPreferences, VoicemailSettings } from '../../protocol/rest.ts';
import { sampleRate } from '../media/g711.ts';
import { tone } from '../media/sounds.ts';
import { levelOf } from '../media/test-tones.ts';
import { soundOfWav, wavOf } from '../media/wav.ts';
import { header } from '../sip/message/message.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { Telephone } from './test-telephone.ts';

const beepHertz = 1_000;
const firstNote = 659.25;
const greetingHertz = 783.99;
let server: TestServer;
const telephones: Telephone[] = [];
const telephone = async (name: string): Promise<Telephone> => {
  const opened = await Telephone.of(name, server);
  telephones.push(opened);
  return opened;
};

beforeAll(async () => {
  server = await startTestServer({
    mailboxLimits: { messages: 3 },
    mailboxTiming: { silenceMs: 600, shortestMs: 300, digitMs: 300, greetingSilenceMs: 600 },
  });
});
afterEach(() => {
  for (const one of telephones.splice(0)) one.close();
});
afterAll(async () => {
  await server.close();
});

const preferences: VoicemailPreferences = { enabled: true, noAnswerSeconds: 5, keepDays: 30 };
const turnOn = async (name: string): Promise<string> => {
  const token = await server.logIn(name);
  const answer = await server.api('PUT', '/voicemail/settings', { token, body: preferences });
  expect(answer.body).toMatchObject(preferences);
  return token;
};
const messages = async (token: string): Promise<VoicemailMessage[]> =>
  ((await server.api('GET', '/voicemail/messages', { token })).body as { entries: VoicemailMessage[] }).entries;
/** The results of the newest calls in a journal; waits until there is one more than `before`. */
const journal = async (token: string, before = 0): Promise<JournalEntry[]> => {
  for (;;) {
    const { body } = await server.api('GET', '/journal', { token });
    const { entries } = body as { entries: JournalEntry[] };
    if (entries.length > before) return entries;
  }
};
const count = async (token: string): Promise<number> =>
  ((await server.api('GET', '/journal', { token })).body as { entries: unknown[] }).entries.length;
const soundOf = async (token: string, id: string, headers: Record<string, string> = {}): Promise<Response> => {
  const { body } = await server.api('POST', `/voicemail/audio/${id}/link`, { token });
  return fetch(`${server.url}${(body as { path: string }).path}`, { headers });
};
/** Leaves a message of so many packets of 20 ms and hangs up. */
const leave = async (caller: Telephone, number: string, hertz: number, packets = 60): Promise<void> => {
  const invite = caller.dial(number);
  const ok = await caller.talk(invite);
  await caller.hears(firstNote);
  caller.press('#');
  await caller.hears(beepHertz);
  await caller.hearsNothing();
  caller.speak(hertz);
  await caller.packets(packets);
  expect((await caller.phone.final(caller.phone.inDialog('BYE', invite, ok))).status).toBe(200);
  caller.speak(0);
};

describe('a call that nobody takes', () => {
  it('VOI-1 goes to the mailbox of who is offline: greeting, beep, recording; the message is there when the BYE is answered', async () => {
    const greta = await turnOn('greta');
    const anna = await telephone('anna');
    const invite = anna.dial('107');
    const ok = await anna.talk(invite);
    await anna.hears(greetingHertz);
    await anna.hears(beepHertz);
    await anna.hearsNothing();
    anna.speak(620);
    await anna.packets(75);
    expect((await anna.phone.final(anna.phone.inDialog('BYE', invite, ok))).status).toBe(200);
    const [message, ...others] = await messages(greta);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      party: { name: 'Anna Berger', userId: 'demo-anna' },
      number: '101',
      heard: false,
    });
    const file = Buffer.from(await (await soundOf(greta, message!.id)).arrayBuffer());
    const sound = soundOfWav(file)!;
    expect(sound.length / sampleRate).toBeGreaterThan(1);
    expect(levelOf(sound.subarray(4_000, 10_000), 620)).toBeGreaterThan(-20);
    expect(levelOf(sound.subarray(4_000, 10_000), beepHertz)).toBeLessThan(-40);
    const own = await journal(anna.token);
    expect(own.map(({ direction, result, number }) => [direction, result, number])).toEqual([
      ['outgoing', 'voicemail', '107'],
    ]);
    const hers = await journal(greta);
    expect(hers.map(({ direction, result, durationSeconds }) => [direction, result, durationSeconds])).toEqual([
      ['incoming', 'voicemail', 0],
    ]);
    const states = (await server.api('GET', '/phone-states', { token: greta })).body as {
      entries: { userId: string; state: string }[];
    };
    expect(states.entries.find(({ userId }) => userId === 'demo-greta')?.state).toBe('offline');
  });

  it('VOI-1 goes there when it was not answered in time or the telephone is busy, and the owner stays free', async () => {
    const ben = await telephone('ben');
    await server.api('PUT', '/voicemail/settings', { token: ben.token, body: preferences });
    await server.database.query("UPDATE mailboxes SET no_answer_seconds = 1 WHERE user_id = 'demo-ben'");
    const anna = await telephone('anna');
    for (const isBusy of [false, true]) {
      const before = await count(ben.token);
      const invite = anna.dial('102');
      const ringing = await ben.phone.next('INVITE');
      if (isBusy) ben.phone.reply(ringing, 486);
      else {
        ben.phone.reply(ringing, 180);
        const cancel = await ben.phone.next('CANCEL');
        ben.phone.reply(cancel, 200);
        ben.phone.reply(ringing, 487);
      }
      await anna.talk(invite);
      await anna.hears(firstNote);
      anna.press('#');
      await anna.hears(beepHertz);
      const states = (await server.api('GET', '/phone-states', { token: ben.token })).body as {
        entries: { userId: string; state: string }[];
      };
      expect(states.entries.find(({ userId }) => userId === 'demo-ben')?.state).toBe('free');
      await anna.hearsNothing();
      anna.speak(700);
      await anna.packets(40);
      anna.speak(0);
      // Silence ends it: confirmation, and the mailbox hangs up.
      anna.phone.reply(await anna.phone.next('BYE'), 200);
      const [row, ...others] = await journal(ben.token, before);
      expect(row?.result).toBe('voicemail');
      expect(others).toHaveLength(before);
    }
    expect(await messages(ben.token)).toHaveLength(2);
  });

  it('VOI-1 who hangs up during the greeting or says nothing leaves no message and a missed call', async () => {
    const david = await turnOn('david');
    const anna = await telephone('anna');
    const invite = anna.dial('104');
    const ok = await anna.talk(invite);
    await anna.hears(greetingHertz);
    expect((await anna.phone.final(anna.phone.inDialog('BYE', invite, ok))).status).toBe(200);
    expect((await journal(david)).map(({ result }) => result)).toEqual(['missed']);
    const silent = anna.dial('104');
    await anna.talk(silent);
    anna.phone.reply(await anna.phone.next('BYE'), 200);
    expect((await journal(david, 1)).map(({ result }) => result)).toEqual(['missed', 'missed']);
    expect(await messages(david)).toEqual([]);
  });

  it('VOI-1 is refused as before where the mailbox is off or full, and where the codec is missing', async () => {
    const anna = await telephone('anna');
    expect((await anna.phone.final(anna.dial('106'))).status).toBe(480);
    const emma = await turnOn('emma');
    for (const hertz of [500, 600, 700]) await leave(anna, '105', hertz, 30);
    expect((await server.api('GET', '/voicemail/settings', { token: emma })).body).toMatchObject({ full: true });
    expect((await anna.phone.final(anna.dial('105'))).status).toBe(480);
    const [newest] = await messages(emma);
    expect((await server.api('DELETE', `/voicemail/messages/${newest!.id}`, { token: emma })).status).toBe(204);
    expect((await server.api('GET', '/voicemail/settings', { token: emma })).body).toMatchObject({ full: false });
    const strange = anna.phone.invite('105', [], 'v=0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 speex/8000\r\n');
    expect((await anna.phone.final(strange)).status).toBe(480);
  });

  it('VOI-1 the own greeting is what callers hear; # skips it', async () => {
    const felix = await turnOn('felix');
    const upload = (bytes: Buffer, type = 'audio/wav') =>
      fetch(`${server.url}/api/v1/voicemail/greeting`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${felix}`, 'content-type': type },
        body: new Uint8Array(bytes),
      });
    expect((await upload(Buffer.from('RIFFnonsense'))).status).toBe(400);
    expect((await upload(wavOf(new Int16Array(0)))).status).toBe(400);
    expect((await upload(Buffer.alloc(1_100_000))).status).toBe(413);
    expect((await upload(wavOf(tone([440], 100)), 'audio/mpeg')).status).toBe(415);
    const uploaded = await upload(wavOf(tone([440], 20_000)));
    expect([uploaded.status, ((await uploaded.json()) as VoicemailSettings).greetingSeconds]).toEqual([200, 20]);
    const anna = await telephone('anna');
    const invite = anna.dial('106');
    const ok = await anna.talk(invite);
    await anna.hears(440);
    anna.press('#');
    await anna.hears(beepHertz);
    await anna.phone.final(anna.phone.inDialog('BYE', invite, ok));
    const gone = await server.api('DELETE', '/voicemail/greeting', { token: felix });
    expect(gone.body).toMatchObject({ greetingSeconds: null });
  });
});

describe('hearing messages by telephone', () => {
  it('TEL-12 VOI-1 the owner hears, goes on and deletes by digits, in step with the list', async () => {
    const token = await turnOn('hugo');
    const anna = await telephone('anna');
    await leave(anna, '108', 500);
    await leave(anna, '108', 800);
    const hugo = await telephone('hugo');
    await hugo.talk(hugo.dial('800'));
    await hugo.hears(740);
    await hugo.hears(500);
    hugo.press('2');
    await hugo.hears(800);
    expect((await messages(token)).map(({ heard }) => heard)).toContain(true);
    hugo.press('3');
    await hugo.hears(1_047);
    expect(await messages(token)).toHaveLength(1);
    hugo.press('9');
    await hugo.hears(beepHertz);
    await hugo.hearsNothing();
    hugo.speak(350);
    await hugo.packets(50);
    hugo.speak(0);
    hugo.press('#');
    await hugo.hears(1_047);
    const settings = (await server.api('GET', '/voicemail/settings', { token })).body as VoicemailSettings;
    expect(settings.greetingSeconds).toBeGreaterThan(0.9);
    const greeting = soundOfWav(Buffer.from(await (await soundOf(token, 'greeting')).arrayBuffer()))!;
    expect(levelOf(greeting.subarray(2_000, 6_000), 350)).toBeGreaterThan(-20);
  });

  it('VOI-1 a PIN is asked for, three wrong ones end the call, and more are not even looked at', async () => {
    const token = await turnOn('clara');
    expect((await server.api('PUT', '/voicemail/pin', { token, body: { pin: '12a4' } })).status).toBe(400);
    expect((await server.api('PUT', '/voicemail/pin', { token, body: { pin: '2580' } })).body).toMatchObject({
      hasPin: true,
    });
    const clara = await telephone('clara');
    const wrongPins = async (): Promise<void> => {
      await clara.talk(clara.dial('800'));
      for (let tries = 0; tries < 3; tries += 1) {
        await clara.hears(880);
        clara.press('1111#');
        await clara.hears(262);
      }
      clara.phone.reply(await clara.phone.next('BYE'), 200);
    };
    await wrongPins();
    // From a colleague's telephone: * and the extension first.
    const anna = await telephone('anna');
    const from = anna.dial('800');
    const ok = await anna.talk(from);
    anna.press('*103#');
    await anna.hears(880);
    anna.press('2580#');
    await anna.hears(440);
    await anna.phone.final(anna.phone.inDialog('BYE', from, ok));
    await wrongPins();
    // Six wrong ones: from now on even the right PIN has to wait.
    await clara.talk(clara.dial('800'));
    clara.press('2580#');
    await clara.hears(262);
    clara.phone.reply(await clara.phone.next('BYE'), 200);
  });
});

describe('the list of messages', () => {
  it('VOI-1 marks, removes and restores, each for its owner only and told to all devices', async () => {
    const [emma, anna] = [await server.logIn('emma'), await server.logIn('anna')];
    const [message] = await messages(emma);
    const path = `/voicemail/messages/${message!.id}`;
    for (const [method, where, body] of [
      ['PUT', path, { heard: true }],
      ['DELETE', path, undefined],
      ['POST', `${path}/restore`, undefined],
      ['POST', `/voicemail/audio/${message!.id}/link`, undefined],
    ] as const)
      expect((await server.api(method, where, { token: anna, body })).status).toBe(404);
    const socket = server.socket('/events');
    const frames: { type: string; event?: { type: string } }[] = [];
    const ready = new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => {
        frames.push(JSON.parse(data.toString()) as { type: string });
        if (frames.some(({ type }) => type === 'ready')) resolve();
      }),
    );
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token: emma })));
    await ready;
    expect((await server.api('PUT', path, { token: emma, body: { heard: true } })).status).toBe(204);
    expect((await server.api('DELETE', path, { token: emma })).status).toBe(204);
    expect((await server.api('DELETE', path, { token: emma })).status).toBe(404);
    expect((await messages(emma)).map(({ id }) => id)).not.toContain(message!.id);
    const link = await server.api('POST', `/voicemail/audio/${message!.id}/link`, { token: emma });
    expect(link.status).toBe(404);
    expect((await server.api('POST', `${path}/restore`, { token: emma })).status).toBe(204);
    expect((await messages(emma))[0]).toEqual({ ...message, heard: true });
    while (frames.filter(({ event }) => event?.type.startsWith('voicemailMessage')).length < 3)
      await new Promise((again) => socket.once('message', again));
    expect(frames.flatMap(({ event }) => (event === undefined ? [] : [event.type]))).toEqual(
      expect.arrayContaining(['voicemailMessageChanged', 'voicemailMessageRemoved']),
    );
    socket.close();
  });

  it('VOI-1 plays by a link that allows ranges, is cached by nobody, and ends with the device', async () => {
    const emma = await server.logIn('emma');
    const [message] = await messages(emma);
    const whole = await soundOf(emma, message!.id);
    expect(whole.headers.get('cache-control')).toBe('private, no-store');
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const part = await soundOf(emma, message!.id, { range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
    const tail = await soundOf(emma, message!.id, { range: 'bytes=-10' });
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(bytes.subarray(-10));
    expect((await soundOf(emma, message!.id, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    const { body } = await server.api('POST', `/voicemail/audio/${message!.id}/link`, { token: emma });
    const { path } = body as { path: string };
    const download = await fetch(`${server.url}${path}&download=true`);
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename="voicemail-[\d-]+\.wav"$/);
    const [, other] = await messages(emma);
    expect((await fetch(`${server.url}${path.replace(message!.id, other!.id)}`)).status).toBe(401);
    expect((await fetch(`${server.url}${path}x`)).status).toBe(401);
    await server.api('DELETE', '/session', { token: emma });
    expect((await fetch(`${server.url}${path}`)).status).toBe(401);
  });
});

describe('message waiting', () => {
  it('VOI-1 TEL-12 lights the lamp of telephones: subscribed, and unasked when they register or something changes', async () => {
    const token = await turnOn('felix');
    const felix = await telephone('felix');
    const anna = await telephone('anna');
    const leaving = leave(anna, '106', 500, 30);
    felix.phone.reply(await felix.phone.next('INVITE'), 486);
    await leaving;
    const lamp = await felix.phone.next('NOTIFY');
    felix.phone.reply(lamp, 200);
    expect([header(lamp, 'Event'), header(lamp, 'Subscription-State')]).toEqual([
      'message-summary',
      'terminated;reason=noresource',
    ]);
    expect(lamp.body.toString()).toBe(
      'Messages-Waiting: yes\r\nMessage-Account: sip:800@demo.kontor.internal\r\nVoice-Message: 1/0 (0/0)\r\n',
    );
    const again = await telephone('felix');
    again.phone.reply(await again.phone.next('NOTIFY'), 200);

    const uri = 'sip:106@demo.kontor.internal';
    const subscribe = (to = `<${uri}>`, extra: { name: string; value: string }[] = []) => {
      const request = felix.phone.request('SUBSCRIBE', uri, to, [
        { name: 'Event', value: 'message-summary' },
        { name: 'Expires', value: '600' },
        { name: 'Accept', value: 'application/simple-message-summary' },
        ...extra,
      ]);
      felix.phone.send(request);
      return request;
    };
    const first = subscribe();
    const ok = await felix.phone.final(first);
    expect([ok.status, header(ok, 'Expires')]).toEqual([200, '600']);
    const told = await felix.phone.next('NOTIFY');
    felix.phone.reply(told, 200);
    expect(header(told, 'Subscription-State')).toMatch(/^active;expires=(600|599)$/);
    expect(header(told, 'Call-ID')).toBe(header(first, 'Call-ID'));
    const [newest] = await messages(token);
    await server.api('PUT', `/voicemail/messages/${newest!.id}`, { token, body: { heard: true } });
    const changed = await felix.phone.next('NOTIFY');
    felix.phone.reply(changed, 200);
    expect(changed.body.toString()).toContain('Voice-Message: 0/1');
    expect(header(changed, 'CSeq')).toBe('2 NOTIFY');
    const dialog = (expires: string) => {
      const request = felix.phone.request('SUBSCRIBE', uri, header(ok, 'To') ?? '', [
        { name: 'From', value: header(first, 'From') ?? '' },
        { name: 'Call-ID', value: header(first, 'Call-ID') ?? '' },
        { name: 'Event', value: 'message-summary' },
        { name: 'Expires', value: expires },
      ]);
      felix.phone.send(request);
      return request;
    };
    expect((await felix.phone.final(dialog('5'))).status).toBe(423);
    expect((await felix.phone.final(dialog('0'))).status).toBe(200);
    const last = await felix.phone.next('NOTIFY');
    felix.phone.reply(last, 200);
    expect(header(last, 'Subscription-State')).toBe('terminated;reason=timeout');
    expect((await felix.phone.final(dialog('600'))).status).toBe(481);
    const foreign = felix.phone.request('SUBSCRIBE', 'sip:101@demo.kontor.internal', '<sip:101@demo.kontor.internal>', [
      { name: 'Event', value: 'message-summary' },
    ]);
    felix.phone.send(foreign);
    expect((await felix.phone.final(foreign)).status).toBe(403);
  });
});
