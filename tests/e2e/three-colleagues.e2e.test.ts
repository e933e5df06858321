/** Calls between three people at the real client, by what stands on their screens and what they hear. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Colleague } from './colleague.ts';
import { Office, tones } from './office.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(async () => {
  await office.close();
});

const button = ({ page }: Colleague, name: string) => page.getByRole('button', { name, exact: true }).first();

it('TEL-4 transfers a call from its tile to a number in the dial field', async () => {
  const [anna, ben, clara] = await Promise.all(['anna', 'ben', 'clara'].map((name) => office.colleague(name)));
  if (!anna || !ben || !clara) throw new Error('Somebody is missing');
  await anna.page.getByRole('combobox', { name: 'Number or name' }).fill('102');
  await anna.page.keyboard.press('Enter');
  await button(ben, 'Accept').click();
  await Promise.all([ben.hears(tones['anna'] ?? 0), anna.hears(tones['ben'] ?? 0)]);
  await button(ben, 'Transfer').click();
  await ben.page.getByText(/^Transfer .+ to …$/).waitFor();
  await anna.hearsNothingOf(tones['ben'] ?? 0);
  await ben.page.getByRole('combobox', { name: 'Number or name' }).fill('103');
  await ben.page.keyboard.press('Enter');
  await ben.page.getByText('Transferring …').first().waitFor();
  await button(clara, 'Accept').click();
  await ben.page.getByText('Transferred').first().waitFor();
  await Promise.all([anna.hears(tones['clara'] ?? 0), clara.hears(tones['anna'] ?? 0)]);
  await button(anna, 'Hang up').click();
  await expect.poll(async () => (await office.journal('ben')).map(({ result }) => result)).toEqual(['transferred']);
});
