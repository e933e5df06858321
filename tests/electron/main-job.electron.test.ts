/** The main job in the desktop client: Anna at the desktop, Ben in a browser, real sound and real messages. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logIn, Office, tones } from '../e2e/office.ts';
import { accept, bothHear, button, contact, dial, write } from './doing.ts';
import { Employee } from './employee.ts';

const annasTone = tones['anna'] ?? 0;
const bensTone = tones['ben'] ?? 0;
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

describe('login and presence', () => {
  it('SES-2 CON-3 a saved login logs in by itself, and a colleague is seen to come and go', async () => {
    await contact(anna, 'Ben Krüger').and(anna.page.locator('[data-availability="offline"]')).waitFor();
    const ben = await office.colleague('ben');
    await contact(anna, 'Ben Krüger').and(anna.page.locator('[data-availability="available"]')).waitFor();
    await contact(ben, 'Anna Berger').and(ben.page.locator('[data-availability="available"]')).waitFor();

    await anna.quitClient();
    await contact(ben, 'Anna Berger').and(ben.page.locator('[data-availability="offline"]')).waitFor();
    await anna.startClient();
    await anna.isOnline();
    await contact(ben, 'Anna Berger').and(ben.page.locator('[data-availability="available"]')).waitFor();
    await ben.page.goto('about:blank');
    await contact(anna, 'Ben Krüger').and(anna.page.locator('[data-availability="offline"]')).waitFor();
  });
});

describe('calls', () => {
  it('TEL-1 TEL-3 the desktop calls: both hear each other, hold silences, hanging up ends both sides', async () => {
    const ben = await office.colleague('ben');
    await dial(anna, '102');
    await accept(ben);
    await bothHear(anna, annasTone, ben, bensTone);
    await button(anna, 'Hold').click();
    await Promise.all([ben.hearsNothingOf(annasTone), anna.hearsNothingOf(bensTone)]);
    await button(anna, 'Resume').click();
    await bothHear(anna, annasTone, ben, bensTone);
    await button(anna, 'Hang up').click();
    await ben.page.getByText('The other side hung up').first().waitFor();
    expect(await office.journal('anna')).toMatchObject([{ direction: 'outgoing', result: 'answered', number: '102' }]);
    expect(await office.journal('ben')).toMatchObject([{ direction: 'incoming', result: 'answered', number: '101' }]);
  });

  it('TEL-2 TEL-3 the desktop is called: both hear each other, the colleague hangs up', async () => {
    const ben = await office.colleague('ben');
    await dial(ben, '101');
    await accept(anna);
    await bothHear(anna, annasTone, ben, bensTone);
    await button(ben, 'Hold').click();
    await Promise.all([ben.hearsNothingOf(annasTone), anna.hearsNothingOf(bensTone)]);
    await button(ben, 'Resume').click();
    await bothHear(anna, annasTone, ben, bensTone);
    await button(ben, 'Hang up').click();
    await anna.page.getByText('The other side hung up').first().waitFor();
    expect(await office.journal('anna')).toMatchObject([{ direction: 'incoming', result: 'answered', number: '102' }]);
  });

  it('TEL-2 rejects, and says when the other side rejects or is busy', async () => {
    const ben = await office.visitor('ben');
    let busy = false;
    // His telephone declines for him; while `busy` it says what a telephone in a call says.
    await ben.page.routeWebSocket(/\/sip$/, (near) => {
      const far = near.connectToServer();
      near.onMessage((message) =>
        far.send(busy ? String(message).replace('SIP/2.0 603 Decline', 'SIP/2.0 486 Busy Here') : message),
      );
    });
    await ben.page.reload();
    await logIn(ben);

    await dial(ben, '101');
    await button(anna, 'Reject').first().click();
    await ben.page.getByText('Rejected').first().waitFor();
    await dial(anna, '102');
    await button(ben, 'Reject').first().click();
    await anna.page.getByText('Rejected').first().waitFor();
    busy = true;
    await dial(anna, '102');
    await button(ben, 'Reject').first().click();
    await anna.page.getByText('Busy').first().waitFor();
    expect(await office.journal('anna')).toMatchObject([
      { direction: 'outgoing', result: 'busy' },
      { direction: 'outgoing', result: 'rejected' },
      { direction: 'incoming', result: 'rejected' },
    ]);
  });

  it('JOU-1 a call that the desktop missed stands in its journal', async () => {
    const ben = await office.colleague('ben');
    await dial(ben, '101');
    await button(anna, 'Accept').first().waitFor();
    await button(ben, 'Hang up').click();
    await button(anna, 'Accept').first().waitFor({ state: 'detached' });
    expect(await office.journal('anna')).toMatchObject([{ direction: 'incoming', result: 'missed', number: '102' }]);
    await anna.page.getByRole('button', { name: /^Journal/ }).click();
    const row = anna.page.locator('[data-area="journal"]').getByText('Ben Krüger');
    await row.first().waitFor();
    expect(await row.count()).toBe(1);
  });
});

describe('chat', () => {
  it('CHA-1 CHA-4 writes both ways, also to someone who is away, and has the history after a restart', async () => {
    await contact(anna, 'Ben Krüger').click();
    await write(anna, 'Ben Krüger', 'For when you are back');
    await anna.page.getByLabel('Sent', { exact: true }).first().waitFor({ state: 'attached' });
    const ben = await office.colleague('ben');
    await contact(ben, 'Anna Berger').click();
    await ben.page.getByText('For when you are back').first().waitFor();
    await write(ben, 'Anna Berger', 'Thank you, Anna');
    await anna.page.getByText('Thank you, Anna').first().waitFor();
    await anna.page.getByLabel('Read', { exact: true }).first().waitFor({ state: 'attached' });

    await anna.quitClient();
    await write(ben, 'Anna Berger', 'Written while you were away');
    await anna.startClient();
    await anna.isOnline();
    await contact(anna, 'Ben Krüger').click();
    const texts = ['For when you are back', 'Thank you, Anna', 'Written while you were away'];
    const chat = anna.page.locator('[data-area="conversations"]');
    for (const text of texts) await chat.getByText(text, { exact: true }).first().waitFor();
    for (const text of texts) expect(await chat.getByText(text, { exact: true }).count()).toBe(1);
  });
});
