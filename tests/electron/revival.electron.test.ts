/** The process of the client window dies; the window comes back by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Office } from '../e2e/office.ts';
import { windowState } from './desktop.ts';
import { button, contact, write } from './doing.ts';
import { Employee } from './employee.ts';

let office: Office;
let anna: Employee;

beforeEach(async () => {
  office = await Office.open();
  anna = await Employee.works('anna', office.url, { saved: false });
});
afterEach(async () => {
  await anna.leave();
  await office.close();
});

/** Resolves when the text has reached the archive's files. */
const isKept = async (text: string): Promise<void> => {
  const folder = path.join(anna.folders.userData, 'archive');
  const isThere = (): boolean =>
    readdirSync(folder).some((file) => readFileSync(path.join(folder, file)).includes(text));
  await expect.poll(isThere).toBe(true);
};
const width = async (): Promise<number | undefined> => (await windowState(anna.app, 'app://kontor/'))?.bounds.width;

it('TEL-14 SES-8 comes back logged in and where it was, with history and draft', async () => {
  const ben = await office.colleague('ben');
  await contact(ben, 'Anna Berger').click();
  await write(ben, 'Anna Berger', 'Did you see the plan?');
  await contact(anna, 'Ben Krüger').click();
  await anna.page.getByText('Did you see the plan?').first().waitFor();
  await anna.page.keyboard.press('Control+2');
  await expect.poll(width).toBe(900);
  await anna.page.getByLabel('Message Ben Krüger').fill('I was about to write');
  await isKept('I was about to write');

  await anna.crash();
  await anna.isOnline();
  expect(await width()).toBe(900);
  const chat = anna.page.locator('[data-area="conversations"]');
  await chat.getByText('Did you see the plan?', { exact: true }).waitFor();
  const field = chat.getByLabel('Message Ben Krüger');
  await expect.poll(() => field.inputValue()).toBe('I was about to write');
  await field.press('Enter');
  await ben.page.getByText('I was about to write').first().waitFor();

  await button(anna, 'Journal').click();
  await anna.crash();
  await anna.isOnline();
  await anna.page.locator('[data-area="journal"]').waitFor();
});
