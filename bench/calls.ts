/** Call set-up through the real client in two browsers, beside a bare JsSIP page on the same server in the same run. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserArguments, installToneAndEar } from '../tests/e2e/colleague.ts';
import { password, type Office } from '../tests/e2e/office.ts';
import { summarise, type Summary } from './statistics.ts';
import { installWireNotes, type WireNotes } from './wire.ts';

export interface CallFigures {
  clickToInvite: Summary;
  inviteToRingingOnScreen: Summary;
  inviteToRingingSent: Summary;
  clickToTwoWayAudio: Summary;
}

interface Phone {
  page: Page;
  browser: Browser;
}

const open = async (url: string, own: number, other: number, answers: boolean): Promise<Phone> => {
  const browser = await chromium.launch({
    executablePath: process.env.KONTOR_BROWSER ?? '/usr/bin/chromium',
    args: browserArguments,
  });
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1320, height: 820 } });
  await context.addInitScript(installToneAndEar, own);
  await context.addInitScript(installWireNotes, { answers, tone: other });
  const page = await context.newPage();
  await page.goto(url);
  return { page, browser };
};

const notesOf = ({ page }: Phone): Promise<WireNotes> =>
  page.evaluate(() => ({ ...(window as unknown as { kontorWire: WireNotes }).kontorWire }));
const heard = ({ page }: Phone): Promise<unknown> =>
  page.waitForFunction(() => (window as unknown as { kontorWire: WireNotes }).kontorWire.heardAt > 0);

const measure = async (
  caller: Phone,
  callee: Phone,
  hangUp: () => Promise<void>,
  rounds: number,
): Promise<CallFigures> => {
  const series = { invite: [] as number[], screen: [] as number[], sent: [] as number[], audio: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const field = caller.page.getByLabel('Number or name');
    await field.fill('102');
    await field.press('Enter');
    await Promise.all([heard(caller), heard(callee)]);
    const [out, into] = await Promise.all([notesOf(caller), notesOf(callee)]);
    await hangUp();
    if (round === 0) continue; // The first call of a page warms both up.
    series.invite.push(out.inviteSentAt - out.pressedAt);
    if (into.acceptShownAt) series.screen.push(into.acceptShownAt - into.inviteReceivedAt);
    series.sent.push(into.ringingSentAt - into.inviteReceivedAt);
    series.audio.push(Math.max(out.heardAt, into.heardAt) - out.pressedAt);
  }
  return {
    clickToInvite: summarise(series.invite),
    inviteToRingingOnScreen: summarise(series.screen),
    inviteToRingingSent: summarise(series.sent),
    clickToTwoWayAudio: summarise(series.audio),
  };
};

/** The real client: `rounds` calls from Anna to Ben, who accepts as soon as the button is on screen. */
export const measureClient = async (office: Office, rounds: number): Promise<CallFigures> => {
  const [caller, callee] = await Promise.all([open(office.url, 440, 660, false), open(office.url, 660, 440, true)]);
  try {
    for (const [name, { page }] of [['anna', caller] as const, ['ben', callee] as const]) {
      await page.getByLabel('User name').fill(name);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    }
    const hangUp = async (): Promise<void> => {
      await caller.page.getByRole('button', { name: 'Hang up', exact: true }).first().click();
      for (const { page } of [caller, callee])
        await page.getByRole('button', { name: 'Hang up', exact: true }).waitFor({ state: 'detached' });
    };
    return await measure(caller, callee, hangUp, rounds);
  } finally {
    await Promise.all([caller.browser.close(), callee.browser.close()]);
  }
};

const provision = async (office: Office, user: string): Promise<string> => {
  const session = await fetch(`${office.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password, device: { name: 'bench', kind: 'other' } }),
  });
  const { token } = (await session.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${office.url}/api/v1/provisioning`, { headers })).text();
};

/** The floor: the same calls between two pages with nothing but JsSIP. */
export const measureBarePhones = async (office: Office, rounds: number): Promise<CallFigures> => {
  // Beside the client on the same server: its sockets take no page of another origin.
  const folder = fileURLToPath(new URL('../dist/renderer/bench', import.meta.url));
  await build({
    root: fileURLToPath(new URL('bare-phone', import.meta.url)),
    base: '/bench/',
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'chrome130', modulePreload: { polyfill: false } },
  });
  const url = `${office.url}/bench/index.html`;
  const address = async (user: string): Promise<string> =>
    `${url}#provisioning=${encodeURIComponent(await provision(office, user))}`;
  const [caller, callee] = await Promise.all([
    open(await address('anna'), 440, 660, false),
    open(await address('ben'), 660, 440, false),
  ]);
  try {
    for (const { page } of [caller, callee]) await page.locator('[data-connection="online"]').waitFor();
    const hangUp = async (): Promise<void> => {
      await caller.page.evaluate(() => (window as unknown as { hangUp: () => void }).hangUp());
    };
    return await measure(caller, callee, hangUp, rounds);
  } finally {
    await Promise.all([caller.browser.close(), callee.browser.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
};
