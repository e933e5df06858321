/** Real key presses and mouse clicks on the desktop client while another program is in front. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Office, tones } from '../e2e/office.ts';
import { startAgain, windowState } from './desktop.ts';
import { accept, bothHear, button, dial } from './doing.ts';
import { Employee } from './employee.ts';
import { keysOfAnother, Session } from './session.ts';

const annasTone = tones['anna'] ?? 0;
const bensTone = tones['ben'] ?? 0;
const client = 'app://kontor/';
const popup = 'app://kontor/popup.html';
let office: Office;
let session: Session;
let anna: Employee;

beforeEach(async () => {
  [session, office] = await Promise.all([Session.open(), Office.open()]);
  anna = await Employee.works('anna', office.url);
});
afterEach(async () => {
  await anna.leave();
  await session.close();
  await office.close();
});

const isVisible = async (address: string): Promise<boolean> => (await windowState(anna.app, address))?.visible ?? false;
const isFocused = async (address: string): Promise<boolean> => (await windowState(anna.app, address))?.focused ?? false;
const dialField = () => anna.page.getByLabel('Number or name');

describe('smart off-hook', () => {
  it('DSK-1 Ctrl+Alt+P answers without focus, which stays where it was', async () => {
    const ben = await office.colleague('ben');
    await session.otherProgram('Notes of the morning');
    const inFront = session.focused();
    await dial(ben, '101');
    await expect.poll(() => isVisible(popup)).toBe(true);
    session.press('ctrl+alt+p');
    await bothHear(anna, annasTone, ben, bensTone);
    expect(session.focused()).toBe(inFront);
    await expect.poll(() => isVisible(popup)).toBe(false);
  });

  it('DSK-1 Ctrl+Alt+P ends an own call that nobody has answered, and leaves a running one alone', async () => {
    const ben = await office.colleague('ben');
    await dial(anna, '102');
    await button(ben, 'Accept').first().waitFor();
    await session.otherProgram('Notes of the morning');
    session.press('ctrl+alt+p');
    await button(ben, 'Accept').first().waitFor({ state: 'detached' });

    await dial(anna, '102');
    await accept(ben);
    await bothHear(anna, annasTone, ben, bensTone);
    session.press('ctrl+alt+p');
    // The next keys having worked, the first have been dealt with.
    session.press('ctrl+alt+s');
    await expect.poll(() => isFocused(client)).toBe(true);
    await bothHear(anna, annasTone, ben, bensTone);
    // The running one has no row before its end.
    expect(await office.journal('anna')).toMatchObject([{ direction: 'outgoing', result: 'cancelled' }]);
  });
});

describe('click to dial', () => {
  it('DSK-1 TEL-18 Ctrl+Shift+D puts the number marked in another program into the dial field and dials nothing', async () => {
    await anna.closeWindow();
    const other = await session.otherProgram('Ben Krueger, Tel. 1 02, Fax 1 03');
    other.markLine();
    session.press('ctrl+shift+d');
    await expect.poll(() => isFocused(client)).toBe(true);
    await expect.poll(() => dialField().inputValue()).toBe('1 02');
    expect(await office.journal('anna')).toEqual([]);
    const ben = await office.colleague('ben');
    await dialField().press('Enter');
    await button(ben, 'Accept').first().waitFor();
  });

  it('TEL-18 dials at once where the user turned that on, and leaves the other program in front', async () => {
    const ben = await office.colleague('ben');
    await anna.page.keyboard.press('Alt+S');
    await anna.page.getByText('Call phone links and marked numbers at once').click();
    const other = await session.otherProgram('Ben: 102');
    other.markLine();
    const inFront = session.focused();
    session.press('ctrl+shift+d');
    await accept(ben);
    await bothHear(anna, annasTone, ben, bensTone);
    expect(session.focused()).toBe(inFront);
  });

  it('DSK-1 DSK-4 shows an empty dial field where no number is marked', async () => {
    const other = await session.otherProgram('Nothing to dial here');
    other.markLine();
    session.press('ctrl+shift+d');
    await expect.poll(() => isFocused(client)).toBe(true);
    await expect.poll(() => dialField().evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await dialField().inputValue()).toBe('');
  });
});

it('DSK-1 Ctrl+Alt+S hides the window and shows it in front again', async () => {
  await expect.poll(() => isFocused(client)).toBe(true);
  session.press('ctrl+alt+s');
  await expect.poll(() => isVisible(client)).toBe(false);
  await session.otherProgram('Notes of the morning');
  session.press('ctrl+alt+s');
  await expect.poll(() => isFocused(client)).toBe(true);
});

describe('shortcut settings', () => {
  const row = (name: string) => anna.page.locator(`[data-shortcut="${name}"]`);
  const record = async (name: string, keys: string): Promise<void> => {
    await row(name).locator('button[aria-pressed]').click();
    await row(name).getByText('Press keys').waitFor();
    session.press(keys);
  };

  it('DSK-3 records other keys with real presses, turns off and resets', async () => {
    await anna.page.keyboard.press('Alt+S');
    await record('toggleWindow', 'ctrl+alt+m');
    await row('toggleWindow').getByText('M', { exact: true }).waitFor();
    session.press('ctrl+alt+s');
    session.press('ctrl+alt+m');
    await expect.poll(() => isVisible(client)).toBe(false);
    session.press('ctrl+alt+m');
    await expect.poll(() => isFocused(client)).toBe(true);

    await record('search', 'alt+g');
    await row('search').getByText('G', { exact: true }).waitFor();
    session.press('alt+g');
    await anna.page.locator('[data-area="search"]').waitFor();
    session.press('alt+s');
    await button(anna, 'Turn off: Search').click();
    await row('search').getByText('Off').waitFor();
    await button(anna, 'Reset all shortcuts').click();
    await row('search').getByText('F', { exact: true }).waitFor();
    session.press('ctrl+alt+s');
    await expect.poll(() => isVisible(client)).toBe(false);
  });

  it('DSK-3 says which keys Kontor has itself and which another program has', async () => {
    await anna.page.keyboard.press('Alt+S');
    await record('offHook', 'ctrl+d');
    await row('offHook').getByText('Already in use for “Dial field”').waitFor();
    session.press('Escape');
    await row('offHook').getByText('P', { exact: true }).waitFor();
    await record('offHook', 'ctrl+alt+j');
    await row('offHook').getByText('J', { exact: true }).waitFor();
    expect(await row('offHook').getByRole('status').textContent()).toBe('');
    await anna.page.evaluate(
      (shortcuts) =>
        (window as unknown as { kontor: { invoke: (...words: unknown[]) => Promise<unknown> } }).kontor.invoke(
          'settings.update',
          { shortcuts },
        ),
      { offHook: 'Mod+Alt+K' },
    );
    expect(keysOfAnother).toBe('ctrl+alt+k');
    await row('offHook').getByText('Another program uses these keys').waitFor();
    await button(anna, 'Reset: Answer (smart off-hook)').click();
    await expect.poll(() => row('offHook').getByRole('status').textContent()).toBe('');
  });
});

describe('links', () => {
  it('DSK-4 TEL-18 a second start with a link fills the dial field of the running client, in every layout', async () => {
    await anna.page.keyboard.press('Control+1');
    await anna.page.locator('[data-layout="mini"][data-connection]').waitFor();
    await anna.closeWindow();
    expect(await startAgain(anna.folders, ['tel:+49-991-12345'])).toBe(0);
    await expect.poll(() => isFocused(client)).toBe(true);
    await expect.poll(() => dialField().inputValue()).toBe('+4999112345');
    expect(await startAgain(anna.folders, ['callto:102;x=y'])).toBe(0);
    await expect.poll(() => dialField().inputValue()).toBe('102');
    expect(await office.journal('anna')).toEqual([]);
  });

  it('DSK-4 a link at cold start fills the dial field once the saved login is up', async () => {
    await anna.quitClient();
    await anna.startClient(['sip:102@demo.kontor.internal']);
    await anna.isOnline();
    await expect.poll(() => dialField().inputValue()).toBe('102@demo.kontor.internal');
    expect(await office.journal('anna')).toEqual([]);
  });
});

describe('the pop-up of a call', () => {
  const popupPage = () => {
    const page = anna.app.windows().find((each) => each.url() === popup);
    if (page === undefined) throw new Error('There is no pop-up');
    return page;
  };
  const ringBehind = async () => {
    const ben = await office.colleague('ben');
    await session.otherProgram('Notes of the morning');
    await dial(ben, '101');
    await expect.poll(() => isVisible(popup)).toBe(true);
    return ben;
  };

  it('NOT-1 answers by mouse', async () => {
    const ben = await ringBehind();
    const button = await popupPage().getByRole('button', { name: 'Accept' }).boundingBox();
    const bounds = (await windowState(anna.app, popup))?.bounds;
    if (!button || !bounds) throw new Error('The pop-up shows no button');
    session.click(bounds.x + button.x + button.width / 2, bounds.y + button.y + button.height / 2);
    await bothHear(anna, annasTone, ben, bensTone);
    await expect.poll(() => isVisible(popup)).toBe(false);
  });

  it('NOT-1 rejects by keyboard', async () => {
    const ben = await ringBehind();
    session.focusWindow('Kontor', (await windowState(anna.app, popup))?.bounds.width ?? 0);
    session.press('Tab');
    session.press('Return');
    await ben.page.getByText('Rejected').first().waitFor();
    await expect.poll(() => isVisible(popup)).toBe(false);
  });
});
