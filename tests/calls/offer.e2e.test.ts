import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, Office } from '../e2e/office.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(() => office?.close());

/** Runs in the page: keeps the INVITEs that are sent, and counts how often the microphone was opened. */
const listenIn = (): void => {
  const heard = { invites: [] as string[], microphones: 0 };
  Object.assign(window, { heard });
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
      if (typeof data === 'string' && data.startsWith('INVITE ')) heard.invites.push(data);
      super.send(data as string);
    }
  };
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (constraints) => {
    heard.microphones += 1;
    return open(constraints);
  };
};
type Heard = { heard: { invites: string[]; microphones: number } };

test('TEL-1 the offer names Opus, G.722, PCMU and PCMA in that order, and no microphone is open before', async () => {
  const anna = await office.visitor('anna');
  await anna.page.addInitScript(listenIn);
  await anna.page.reload();
  await logIn(anna);
  expect(await anna.page.evaluate(() => (window as unknown as Heard).heard.microphones)).toBe(0);
  const field = anna.page.getByLabel('Number or name');
  await field.fill('102');
  await field.press('Enter');
  const invite = await anna.page
    .waitForFunction(() => (window as unknown as Heard).heard.invites[0])
    .then((handle) => handle.jsonValue())
    .then(String);
  const types = (/^m=audio \d+ \S+ ([\d ]+)/m.exec(invite)?.[1] ?? '').split(' ');
  const maps = new Map([...invite.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm)].map(([, type, name]) => [type, name]));
  const names = types.map((type) => maps.get(type)?.toLowerCase());
  expect(names.filter((name) => name !== 'telephone-event')).toEqual(['opus', 'g722', 'pcmu', 'pcma']);
  expect(names).toContain('telephone-event');
  expect(invite).toMatch(/^a=candidate:/m);
});
