/** Networks that go away and tabs that are closed: what was written is neither lost nor doubled (CHA-8). */
import { setTimeout as passed } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Colleague } from './colleague.ts';
import { Network } from './network.ts';
import { logIn, Office, tones } from './office.ts';

/** Tall enough for everything that is written here. */
const size = { width: 1320, height: 2600 };
let office: Office;
let network: Network;
let anna: Colleague;

beforeEach(async () => {
  office = await Office.open();
  network = await Network.to(office.url);
  anna = await Colleague.at(network.url, { name: 'anna', frequency: tones['anna'] ?? 0, locale: 'en-GB', ...size });
});
afterEach(async () => {
  await anna.close();
  await network.close();
  await office.close();
});

const chatWith = async (page: Page, name: string): Promise<void> => {
  await page.locator(`[data-contact="${name}"]`).click();
  await page.getByLabel(`Message ${name}`).waitFor();
};
const write = async (page: Page, to: string, text: string): Promise<void> => {
  const field = page.getByLabel(`Message ${to}`);
  await field.fill(text);
  await field.press('Enter');
};
/** What this side wrote or got, in the order on screen. */
const texts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll<HTMLElement>('[role="listitem"][data-index]')];
    rows.sort((one, other) => Number(one.dataset.index) - Number(other.dataset.index));
    return rows.flatMap((row) => /(Anna|Ben) says \d+\./.exec(row.textContent)?.[0] ?? []);
  });
const numbersOf = (all: string[], name: string): number[] =>
  all.filter((text) => text.startsWith(name)).map((text) => Number(/\d+/.exec(text)?.[0]));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const online = (page: Page): Promise<void> =>
  page.locator('[data-connection="online"]').waitFor({ state: 'attached', timeout: 60_000 });

describe('a network that goes away', () => {
  it.each(['reset'] as const)(
    'CHA-8 loses, doubles and mixes nothing when it is %s for ten seconds',
    async (way) => {
      await logIn(anna);
      const ben = await office.colleague('ben', size);
      await Promise.all([chatWith(anna.page, 'Ben Krüger'), chatWith(ben.page, 'Anna Berger')]);
      await write(anna.page, 'Ben Krüger', 'Anna says 1.');
      await ben.page.getByText('Anna says 1.').first().waitFor();

      network.cut(way);
      const over = passed(10_000);
      let isCut = true;
      void over.then(() => (isCut = false));
      let annaSaid = 1;
      let benSaid = 0;
      while (isCut && annaSaid < 16) {
        annaSaid += 1;
        benSaid += 1;
        await write(anna.page, 'Ben Krüger', `Anna says ${annaSaid}.`);
        await write(ben.page, 'Anna Berger', `Ben says ${benSaid}.`);
        await anna.page.getByText(`Anna says ${annaSaid}.`).first().waitFor();
      }
      await over;
      network.mend();
      // What a system tells its browsers when it has found a network again.
      await anna.page.evaluate(() => dispatchEvent(new Event('online')));

      const complete = async (page: Page): Promise<void> => {
        await page.getByText(`Anna says ${annaSaid}.`).first().waitFor({ timeout: 60_000 });
        await page.getByText(`Ben says ${benSaid}.`).first().waitFor({ timeout: 60_000 });
        const shown = await texts(page);
        expect(numbersOf(shown, 'Anna')).toEqual(upTo(annaSaid));
        expect(numbersOf(shown, 'Ben')).toEqual(upTo(benSaid));
      };
      await Promise.all([complete(anna.page), complete(ben.page)]);
      await anna.page.locator('[data-delivery="queued"]').first().waitFor({ state: 'detached' });
      await Promise.all([anna.page.reload(), ben.page.reload()]);
      await Promise.all([chatWith(anna.page, 'Ben Krüger'), chatWith(ben.page, 'Anna Berger')]);
      await Promise.all([complete(anna.page), complete(ben.page)]);
      expect(await texts(anna.page)).toEqual(await texts(ben.page));
    },
    150_000,
  );

  it('CHA-8 sends what was written without a connection, also after the page was loaded again', async () => {
    await logIn(anna);
    const ben = await office.colleague('ben', size);
    await Promise.all([chatWith(anna.page, 'Ben Krüger'), chatWith(ben.page, 'Anna Berger')]);
    network.cut('noSockets');
    await anna.page.locator('[data-connection="reconnecting"]').waitFor({ state: 'attached' });
    for (const number of [1, 2, 3]) await write(anna.page, 'Ben Krüger', `Anna says ${number}.`);
    await anna.page.getByText('Anna says 3.').first().waitFor();
    expect(await anna.page.locator('[data-delivery="queued"]').count()).toBe(3);
    await anna.page.reload();
    await anna.page
      .locator('[data-connection="connecting"], [data-connection="offline"]')
      .first()
      .waitFor({ state: 'attached' });
    network.mend();
    await ben.page.getByText('Anna says 3.').first().waitFor({ timeout: 60_000 });
    expect(await texts(ben.page)).toEqual(['Anna says 1.', 'Anna says 2.', 'Anna says 3.']);
    await chatWith(anna.page, 'Ben Krüger');
    await expect.poll(() => anna.page.locator('[data-delivery="queued"]').count(), { timeout: 20_000 }).toBe(0);
    expect(await texts(anna.page)).toEqual(['Anna says 1.', 'Anna says 2.', 'Anna says 3.']);
  });
});

describe('a tab that goes away', () => {
  const draftOf = (page: Page) => page.getByLabel('Message Ben Krüger');

  it('CHA-2 has the draft again when it was loaded again at once', async () => {
    await logIn(anna);
    await chatWith(anna.page, 'Ben Krüger');
    await draftOf(anna.page).fill('I was about to write');
    await anna.page.reload();
    await online(anna.page);
    await chatWith(anna.page, 'Ben Krüger');
    await expect.poll(() => draftOf(anna.page).inputValue()).toBe('I was about to write');
  });
});
