/** The desktop starts without the server: what was last seen is there at once, and the connection comes by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Office } from '../e2e/office.ts';
import { contact, write } from './doing.ts';
import { Employee } from './employee.ts';

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

/** Resolves when the text has reached the archive's files. */
const isKept = async (text: string): Promise<void> => {
  const folder = path.join(anna.folders.userData, 'archive');
  const isThere = (): boolean =>
    readdirSync(folder).some((file) => readFileSync(path.join(folder, file)).includes(text));
  await expect.poll(isThere, { timeout: 10_000 }).toBe(true);
};

it('SES-2 SES-8 shows contacts and chats without the server, keeps what is written, and goes online by itself', async () => {
  await contact(anna, 'Ben Krüger').click();
  await write(anna, 'Ben Krüger', 'See you tomorrow');
  await anna.page.getByLabel('Sent', { exact: true }).first().waitFor({ state: 'attached' });
  await isKept('snapshot:directory');
  await anna.quitClient();
  await office.kill();

  await anna.startClient();
  await contact(anna, 'Clara').or(anna.page.locator('[data-contact^="Clara"]')).first().waitFor();
  await anna.page.locator('[data-connection="offline"]').waitFor({ state: 'attached' });
  await contact(anna, 'Ben Krüger').click();
  await anna.page.getByText('See you tomorrow').first().waitFor();
  await write(anna, 'Ben Krüger', 'Written without a network');
  await anna.page.locator('[data-delivery="queued"]').first().waitFor();

  await office.start();
  await anna.isOnline();
  await expect.poll(() => anna.page.locator('[data-delivery="queued"]').count()).toBe(0);
  const ben = await office.colleague('ben');
  await contact(ben, 'Anna Berger').click();
  await ben.page.getByText('Written without a network').first().waitFor();
});
