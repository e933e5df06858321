/** The main job, end to end: two people, two browsers, real sound and real messages. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Colleague } from './colleague.ts';
import { Office, tones } from './office.ts';

const anna = tones['anna'] ?? 0;
const ben = tones['ben'] ?? 0;
let office: Office;

beforeEach(async () => {
  office = await Office.open();
});
afterEach(async () => {
  await office.close();
});

const dial = async ({ page }: Colleague, number: string): Promise<void> => {
  const field = page.getByLabel('Number or name');
  await field.fill(number);
  await field.press('Enter');
};
const accept = ({ page }: Colleague): Promise<void> => page.getByRole('button', { name: 'Accept' }).first().click();
const call = async (caller: Colleague, callee: Colleague, number: string): Promise<void> => {
  await dial(caller, number);
  await accept(callee);
  await Promise.all([caller.hears(tones[callee.name] ?? 0), callee.hears(tones[caller.name] ?? 0)]);
};
const button = ({ page }: Colleague, name: string) => page.getByRole('button', { name, exact: true });
const contact = ({ page }: Colleague, name: string) => page.locator(`[data-contact="${name}"]`);
const write = async ({ page }: Colleague, to: string, text: string): Promise<void> => {
  const field = page.getByLabel(`Message ${to}`);
  await field.fill(text);
  await field.press('Enter');
};

describe('login and presence', () => {
  it('SES-3 tells a wrong password without saying which of both was wrong', async () => {
    const { page } = await office.visitor('anna');
    await page.getByLabel('User name').fill('anna');
    await page.getByLabel('Password', { exact: true }).fill('not-the-password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Wrong user name or password').waitFor();
  });

  it('CON-3 shows a colleague come, change and go', async () => {
    const a = await office.colleague('anna');
    await contact(a, 'Ben Krüger').and(a.page.locator('[data-availability="offline"]')).waitFor();
    const b = await office.colleague('ben');
    await contact(a, 'Ben Krüger').and(a.page.locator('[data-availability="available"]')).waitFor();
    await contact(a, 'Ben Krüger').and(a.page.locator('[data-phone="free"]')).waitFor();
    await b.page.goto('about:blank');
    await contact(a, 'Ben Krüger').and(a.page.locator('[data-availability="offline"]')).waitFor();
  });
});

describe('calls', () => {
  it('TEL-1 TEL-3 both hear each other, hold silences, hang-up ends, the journal has one row each', async () => {
    const [a, b] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
    await call(a, b, '102');
    await contact(a, 'Ben Krüger').and(a.page.locator('[data-phone="busy"]')).waitFor();

    await button(a, 'Hold').click();
    await b.hearsNothingOf(anna);
    await a.hearsNothingOf(ben);
    await button(a, 'Resume').click();
    await Promise.all([a.hears(ben), b.hears(anna)]);

    await button(a, 'Mute').click();
    await b.hearsNothingOf(anna);
    await button(a, 'Mute').click();
    await b.hears(anna);

    await button(b, 'Hang up').click();
    await a.page.getByText('The other side hung up').first().waitFor();
    await contact(a, 'Ben Krüger').and(a.page.locator('[data-phone="free"]')).waitFor();
    expect(await office.journal('anna')).toMatchObject([{ direction: 'outgoing', result: 'answered', number: '102' }]);
    expect(await office.journal('ben')).toMatchObject([{ direction: 'incoming', result: 'answered', number: '101' }]);
  });

  it('TEL-2 rejects a call', async () => {
    const [a, b] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
    await dial(a, '102');
    await button(b, 'Reject').first().click();
    await a.page.getByText('Rejected').first().waitFor();
    expect(await office.journal('ben')).toMatchObject([{ result: 'rejected' }]);
  });

  it('JOU-1 a call that was not answered in time is missed', async () => {
    const [a, b] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
    await dial(a, '102');
    await button(b, 'Accept').first().waitFor();
    await button(a, 'Hang up').click();
    await b.page.getByText('Missed call').first().waitFor();
    expect(await office.journal('ben')).toMatchObject([{ direction: 'incoming', result: 'missed' }]);
    expect(await office.journal('anna')).toMatchObject([{ direction: 'outgoing', result: 'cancelled' }]);
  });

  it('TEL-3 the echo test answers with one’s own voice', async () => {
    const a = await office.colleague('anna');
    await dial(a, '801');
    await a.hears(anna);
    await button(a, 'Hang up').click();
  });

  it('TEL-14 a call outlives a crash of the server', async () => {
    const [a, b] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
    await call(a, b, '102');
    await office.kill();
    await a.page.locator('[data-connection="reconnecting"]').waitFor({ state: 'attached' });
    await Promise.all([a.hears(ben), b.hears(anna)]);
    await office.start();
    await Promise.all(
      [a, b].map(({ page }) => page.locator('[data-connection="online"]').waitFor({ state: 'attached' })),
    );
    await Promise.all([a.hears(ben), b.hears(anna)]);
    await button(a, 'Hang up').click();
    await b.page.getByText('The other side hung up').first().waitFor();
    expect(await office.journal('anna')).toHaveLength(1);
    expect(await office.journal('ben')).toHaveLength(1);
  });
});

describe('chat', () => {
  it('CHA-1 CHA-3 writes both ways with delivery and read marks', async () => {
    const [a, b] = await Promise.all([office.colleague('anna'), office.colleague('ben')]);
    await contact(a, 'Ben Krüger').click();
    await write(a, 'Ben Krüger', 'Good morning, Ben');
    await contact(b, 'Anna Berger').click();
    await b.page.getByText('Good morning, Ben').first().waitFor();
    await write(b, 'Anna Berger', 'Good morning, Anna');
    await a.page.getByText('Good morning, Anna').first().waitFor();
    await a.page.getByLabel('Read', { exact: true }).first().waitFor({ state: 'attached' });
  });

  it('CHA-4 delivers to someone who was offline, and keeps the history over a restart of the server', async () => {
    const a = await office.colleague('anna');
    await contact(a, 'Ben Krüger').click();
    await write(a, 'Ben Krüger', 'For when you are back');
    await a.page.getByLabel('Sent', { exact: true }).first().waitFor({ state: 'attached' });
    await office.kill();
    await office.start();
    const b = await office.colleague('ben');
    await contact(b, 'Anna Berger').click();
    await b.page.getByText('For when you are back').first().waitFor();
  });
});
