/** What a call in the desktop client outlives: its window being closed, and the server going down. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Colleague } from '../e2e/colleague.ts';
import { Office, tones } from '../e2e/office.ts';
import { startAgain, windowState } from './desktop.ts';
import { accept, bothHear, button, contact, dial } from './doing.ts';
import { Employee } from './employee.ts';

const annasTone = tones['anna'] ?? 0;
const bensTone = tones['ben'] ?? 0;
let office: Office;
let anna: Employee;
let ben: Colleague;

beforeEach(async () => {
  office = await Office.open();
  [anna, ben] = [await Employee.works('anna', office.url), await office.colleague('ben')];
  await dial(anna, '102');
  await accept(ben);
  await bothHear(anna, annasTone, ben, bensTone);
});
afterEach(async () => {
  await anna.leave();
  await office.close();
});

const isShown = async (): Promise<boolean | undefined> => (await windowState(anna.app, 'app://kontor/'))?.visible;
/** Seconds on the clock of the running call. */
const clock = async (): Promise<number> => {
  const text = (await anna.page.getByRole('timer').first().textContent()) ?? '';
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
};

it('SES-4 TEL-3 closing the window leaves the call alone; opened again, it shows the call with its time running', async () => {
  const before = await clock();
  await anna.closeWindow();
  await expect.poll(isShown).toBe(false);
  // What still arrives could be left over: held and resumed, the sound has to come anew.
  await button(ben, 'Hold').click();
  await Promise.all([ben.hearsNothingOf(annasTone), anna.hearsNothingOf(bensTone)]);
  await button(ben, 'Resume').click();
  await bothHear(anna, annasTone, ben, bensTone);

  expect(await startAgain(anna.folders, [])).toBe(0);
  await expect.poll(isShown).toBe(true);
  await bothHear(anna, annasTone, ben, bensTone);
  await expect.poll(clock).toBeGreaterThan(before);
  await button(anna, 'Hang up').click();
  await ben.page.getByText('The other side hung up').first().waitFor();
  await contact(anna, 'Ben Krüger').and(anna.page.locator('[data-phone="free"]')).waitFor();
});

it('TEL-14 a call outlives five seconds without a server, can be ended, and leaves one row each', async () => {
  await office.kill();
  await anna.page.locator('[data-connection="reconnecting"]').waitFor({ state: 'attached' });
  await new Promise((resolve) => setTimeout(resolve, 5000)); // The length of the outage is what is tested.
  // An analyser shows the last of a stream that stopped, so each side has to fall silent and speak again.
  await button(anna, 'Mute').click();
  await ben.hearsNothingOf(annasTone);
  await button(anna, 'Mute').click();
  await button(ben, 'Mute').click();
  await anna.hearsNothingOf(bensTone);
  await button(ben, 'Mute').click();
  await bothHear(anna, annasTone, ben, bensTone);

  await office.start();
  await anna.isOnline();
  await ben.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  await bothHear(anna, annasTone, ben, bensTone);
  await button(anna, 'Hang up').click();
  await ben.page.getByText('The other side hung up').first().waitFor();
  expect(await office.journal('anna')).toMatchObject([{ direction: 'outgoing', number: '102' }]);
  expect(await office.journal('ben')).toMatchObject([{ direction: 'incoming', number: '101' }]);
});
