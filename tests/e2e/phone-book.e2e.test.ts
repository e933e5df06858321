/** The phone book as people use it, in a real browser against the real server. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import type { Colleague } from './colleague.ts';
import { Office } from './office.ts';

let office: Office;
let anna: Colleague;
beforeAll(async () => {
  office = await Office.open();
  anna = await office.colleague('anna');
});
afterAll(() => office.close());

const openBook = async (page: Page, filter: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('button', { name: 'Phone book' }).click();
  await page.getByRole('searchbox', { name: 'Name, company or number' }).fill(filter);
};
const row = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Phone book' }).getByRole('listitem').filter({ hasText: name });
const dialog = (page: Page) => page.getByRole('dialog');

test('PHB-1 to PHB-3 an entry is written, favoured, deleted and brought back', async () => {
  const { page } = anna;
  await openBook(page, '');
  await page.getByRole('button', { name: 'New entry' }).click();
  await dialog(page).getByRole('textbox', { name: 'Name' }).fill('Zita Zebra');
  await dialog(page).getByRole('textbox', { name: 'Number 1' }).fill('no digits');
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await dialog(page).getByRole('alert').filter({ hasText: 'no digits' }).waitFor();
  await dialog(page).getByRole('textbox', { name: 'Number 1' }).fill('+49 30 99925 1');
  await dialog(page).getByRole('button', { name: 'Save', exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByRole('searchbox', { name: 'Name, company or number' }).fill('zita');
  await row(page, 'Zita Zebra').getByText('Private').waitFor();

  await row(page, 'Zita Zebra').getByRole('button', { name: 'Zita Zebra as favourite' }).click();
  await page.locator('[data-contact="Zita Zebra"]').waitFor();

  await row(page, 'Zita Zebra').locator('[data-open]').click();
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No matching entry').waitFor();
  await page.locator('[data-contact="Zita Zebra"]').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await row(page, 'Zita Zebra').waitFor();
  await page.locator('[data-contact="Zita Zebra"]').waitFor();
});
