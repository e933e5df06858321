/** The mailbox with real browsers: what the caller hears, what is stored, what the owner hears and sees. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { soundOfWav } from '../../server/media/wav.ts';
import { levelOf } from '../../server/media/test-tones.ts';
import type { Colleague } from '../e2e/colleague.ts';
import { Office, password, tones } from '../e2e/office.ts';

const anna = tones['anna'] ?? 0;
/** Of the greeting of the house, its beep, the prompt for the PIN, and the sound for a wrong one. */
const sounds = { greeting: 783.99, beep: 1_000, pin: 880, wrong: 262 };
let office: Office;

beforeEach(async () => {
  office = await Office.open();
});
afterEach(async () => {
  await office.close();
});

const button = ({ page }: Colleague, name: string) => page.getByRole('button', { name, exact: true });
/** On the pad of the running call. */
const press = async (colleague: Colleague, digits: string): Promise<void> => {
  for (const digit of digits) await button(colleague, digit).click();
};
const dial = async ({ page }: Colleague, number: string): Promise<void> => {
  const field = page.getByLabel('Number or name');
  await field.fill(number);
  await field.press('Enter');
};

/** The API as a program uses it, as this user. */
const apiOf = async (name: string) => {
  const session = await fetch(`${office.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: name, password, device: { name: 'test', kind: 'other' } }),
  });
  const { token } = (await session.json()) as { token: string };
  return async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${office.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.status === 204 ? null : answer.json();
  };
};
type Api = Awaited<ReturnType<typeof apiOf>>;
const turnOn = (api: Api, noAnswerSeconds = 25): Promise<unknown> =>
  api('PUT', '/voicemail/settings', { enabled: true, noAnswerSeconds, keepDays: 30 });
/** Resolves once there are so many messages. */
const messages = async (api: Api, count: number): Promise<{ id: string; durationSeconds: number }[]> => {
  for (;;) {
    const { entries } = (await api('GET', '/voicemail/messages')) as {
      entries: { id: string; durationSeconds: number }[];
    };
    if (entries.length === count) return entries;
    await new Promise((again) => setTimeout(again, 100)); // Asks at a pace that the server allows.
  }
};
const storedSound = async (api: Api, id: string): Promise<Int16Array> => {
  const { path } = (await api('POST', `/voicemail/audio/${id}/link`)) as { path: string };
  const file = await fetch(`${office.url}${path}`);
  return soundOfWav(Buffer.from(await file.arrayBuffer())) ?? new Int16Array(0);
};
/** Hears the mailbox, speaks for a while and hangs up. */
const leaveMessage = async (caller: Colleague, milliseconds = 2_500): Promise<void> => {
  await caller.hears(sounds.beep);
  await caller.hearsNothingOf(sounds.beep);
  await caller.page.waitForTimeout(milliseconds); // The length of the message is what is tested.
  await button(caller, 'Hang up').click();
};

/** Taps what audio elements play in the page; resolves with a function that waits for a tone in it. */
const listenToPlayer = async ({ page }: Colleague): Promise<(hertz: number) => Promise<void>> => {
  await page.evaluate(() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    analyser.connect(context.destination);
    const tapped = new WeakSet<HTMLMediaElement>();
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
      if (this.src.includes('/voicemail/') && !tapped.has(this)) {
        tapped.add(this);
        context.createMediaElementSource(this).connect(analyser);
      }
      void context.resume();
      return play.call(this);
    };
    Object.assign(window, {
      playerLevel: (hertz: number): number => {
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        const width = context.sampleRate / analyser.fftSize;
        const from = Math.floor((hertz - 20) / width);
        return Math.max(...bins.subarray(from, from + Math.ceil(40 / width) + 1));
      },
    });
  });
  return async (hertz) => {
    await page.waitForFunction(
      (wanted) => (window as never as { playerLevel(hertz: number): number }).playerLevel(wanted) > -45,
      hertz,
      { polling: 50 },
    );
  };
};

// Greeting, beep, message and listening take their time, each.
describe('voicemail', { timeout: 120_000 }, () => {
  it('VOI-1 TEL-12 an offline colleague finds the message: counted, heard, removed, brought back; it outlives a crash', async () => {
    const ben = await apiOf('ben');
    await turnOn(ben);
    const a = await office.colleague('anna');
    await dial(a, '102');
    await a.hears(sounds.greeting);
    await leaveMessage(a);
    const [message] = await messages(ben, 1);
    // What is listed has been acknowledged: from here on nothing may lose it.
    await office.kill();
    await office.start();
    const again = await apiOf('ben');
    expect(await messages(again, 1)).toEqual([message]);
    const sound = await storedSound(again, message!.id);
    expect(message!.durationSeconds).toBeGreaterThanOrEqual(2);
    expect(levelOf(sound.subarray(4_000, 16_000), anna)).toBeGreaterThan(-30);
    expect(levelOf(sound.subarray(4_000, 16_000), sounds.beep)).toBeLessThan(-50);

    const b = await office.colleague('ben');
    const { page } = b;
    await page.getByRole('button', { name: 'Voicemail, 1 new message' }).click();
    await page.getByText('Anna Berger').first().waitFor();
    const hears = await listenToPlayer(b);
    await page.getByRole('button', { name: 'Play message from Anna Berger' }).click();
    await hears(anna);
    await button(b, 'Voicemail').waitFor();
    await page.getByRole('button', { name: 'Delete message from Anna Berger' }).click();
    await page.getByText('No messages').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Play message from Anna Berger' }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download message from Anna Berger' }).click();
    expect((await download).suggestedFilename()).toMatch(/^Anna Berger [\d-]+T[\d-]+\.wav$/);
    expect(await office.journal('anna')).toMatchObject([{ direction: 'outgoing', result: 'voicemail', number: '102' }]);
    expect(await office.journal('ben')).toMatchObject([{ direction: 'incoming', result: 'voicemail', number: '101' }]);
  });

  it('VOI-1 TEL-12 who does not answer hears of the message at once, and listens by telephone', async () => {
    await turnOn(await apiOf('ben'), 5);
    const [a, b] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
    await dial(a, '102');
    await button(b, 'Accept').first().waitFor();
    await leaveMessage(a);
    await b.page.getByRole('button', { name: 'Voicemail, 1 new message' }).waitFor();
    await b.page.getByRole('button', { name: 'Call voicemail (1)' }).first().click();
    await b.hears(anna);
    await button(b, 'Keypad').click();
    await press(b, '3');
    await button(b, 'Voicemail').waitFor();
    await messages(await apiOf('ben'), 0);
    await button(b, 'Hang up').click();
  });

  it('VOI-1 a wrong PIN three times ends the call to the mailbox', async () => {
    await (
      await apiOf('ben')
    )('PUT', '/voicemail/pin', { pin: '2580' });
    const b = await office.colleague('ben');
    await button(b, 'Call voicemail').first().click();
    await b.hears(sounds.pin);
    await button(b, 'Keypad').click();
    for (let tries = 0; tries < 3; tries += 1) {
      await press(b, '9999#');
      await b.hears(sounds.wrong);
    }
    await b.page.getByText('The other side hung up').first().waitFor();
  });

  it('VOI-1 SET-1 the mailbox is turned on and greeted in the settings, and callers hear that greeting', async () => {
    const b = await office.colleague('ben');
    const { page } = b;
    await button(b, 'Settings').click();
    await page.getByText('Take calls that I do not answer').click();
    await button(b, 'Record').click();
    await page.getByText('Recording – speak now').waitFor();
    await page.waitForTimeout(2_000); // The length of the greeting.
    await button(b, 'Done').click();
    await page.getByText(/Your own recording, 0:0[1-3]/).waitFor();
    const hears = await listenToPlayer(b);
    await button(b, 'Listen').click();
    await hears(tones['ben'] ?? 0);
    await page.goto('about:blank');
    const a = await office.colleague('anna');
    await dial(a, '102');
    await a.hears(tones['ben'] ?? 0);
    await a.hears(sounds.beep);
    await button(a, 'Hang up').click();
  });
});
