/** What the desktop client tells while its window is closed or behind others. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Office } from '../e2e/office.ts';
import { accept, button, contact, dial, write } from './doing.ts';
import { Employee } from './employee.ts';

const popupAddress = 'app://kontor/popup.html';
let office: Office;
let anna: Employee;

beforeEach(async () => {
  office = await Office.open();
  anna = await Employee.works('anna', office.url);
});
afterEach(async () => {
  await anna.leave();
  await office.close();
});

const popup = (): Page => {
  const page = anna.app.windows().find((window) => window.url() === popupAddress);
  if (page === undefined) throw new Error('The pop-up was not built');
  return page;
};
const isShown = (address: string): Promise<boolean> =>
  anna.app.evaluate(
    ({ BrowserWindow }, wanted) =>
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL() === wanted)
        ?.isVisible() ?? false,
    address,
  );

it('NOT-1 NOT-2 a message pops up, is answered in place and leads to its conversation', async () => {
  const ben = await office.colleague('ben');
  await anna.closeWindow();
  await contact(ben, 'Anna Berger').click();
  await write(ben, 'Anna Berger', 'Lunch at noon?');
  const card = popup().locator('[data-notice="message"]');
  await card.getByText('Lunch at noon?').waitFor();
  await expect.poll(() => isShown(popupAddress)).toBe(true);
  expect(await isShown('app://kontor/')).toBe(false);

  const reply = card.getByLabel('Reply to Ben Krüger');
  await reply.fill('Gladly');
  await reply.press('Enter');
  await ben.page.getByText('Gladly').first().waitFor();
  await expect.poll(() => isShown(popupAddress)).toBe(false);

  await write(ben, 'Anna Berger', 'At the Greek place');
  await card.getByText('At the Greek place').click();
  await expect.poll(() => isShown('app://kontor/')).toBe(true);
  await anna.page.getByLabel('Message Ben Krüger').waitFor();
  await expect.poll(() => isShown(popupAddress)).toBe(false);
});

it('NOT-1 a running call can be held and ended from its pop-up', async () => {
  const ben = await office.colleague('ben');
  await dial(anna, '102');
  await accept(ben);
  await anna.page.getByRole('timer').first().waitFor();
  await anna.closeWindow();
  const card = popup().locator('[data-notice="runningCall"]');
  await card.getByRole('button', { name: 'Hold' }).click();
  await card.getByRole('button', { name: 'Resume' }).waitFor();
  await ben.page.getByText('The other side put you on hold').first().waitFor();
  await card.getByRole('button', { name: 'Hang up' }).click();
  await ben.page.getByText('The other side hung up').first().waitFor();
});

it('CON-8 says when a busy colleague is free, and calls on a click', async () => {
  const ben = await office.colleague('ben');
  const clara = await office.colleague('clara');
  await dial(ben, '103');
  await accept(clara);
  const row = contact(anna, 'Ben Krüger');
  await row.and(anna.page.locator('[data-phone="busy"]')).waitFor();
  await row.click({ button: 'right' });
  await anna.page.getByRole('menuitem', { name: 'Call back when free' }).click();
  await button(ben, 'Hang up').click();
  // Where no window manager gives the window the focus, the card is in the pop-up.
  const card = async (): Promise<Page | undefined> => {
    for (const page of [anna.page, popup()])
      if ((await page.locator('[data-notice="callBack"]').count()) > 0) return page;
    return undefined;
  };
  await expect.poll(async () => (await card()) !== undefined).toBe(true);
  await (await card())?.locator('[data-notice="callBack"]').getByRole('button', { name: 'Call', exact: true }).click();
  await button(ben, 'Accept').first().waitFor();
});
