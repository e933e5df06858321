import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import { installRenderCounts, type RenderCounts } from '../e2e/render-counts.ts';
import { startGallery } from './server.ts';

let gallery: Awaited<ReturnType<typeof startGallery>>;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  gallery = await startGallery();
  browser = await chromium.launch({
    executablePath: process.env['KONTOR_BROWSER'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  page = await browser.newPage({ viewport: { width: 1320, height: 820 } });
  await page.addInitScript(installRenderCounts);
});
afterAll(async () => {
  await browser?.close();
  await gallery?.server.close();
});

/** Shows 10,000 contacts, changes the presence of all of them but the own, and gives the renders of list and rows. */
const rendersOfChanges = async (sort: string, jids: (all: readonly string[]) => readonly string[]) => {
  await page.goto(`${gallery.url}?language=de&scene=crowd&area=conversations&contactSort=${sort}`);
  await page.locator('[data-contact]').first().waitFor();
  const all = await page.evaluate(() => window.store.getState().contacts.rows.map(({ jid }) => jid));
  const drawn = await page.locator('[data-contact]').count();
  const renders = await page.evaluate(async (changed) => {
    const { takeRenders } = window as unknown as RenderCounts;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    takeRenders();
    for (const jid of changed) {
      const change = { jid, availability: 'dnd', statusText: 'Im Gespräch', deviceKind: 'mobile' };
      window.store.dispatch({ type: 'contacts/presencesChanged', payload: [change] });
      await frame();
    }
    const { ContactList: list = 0, ContactRow: rows = 0 } = takeRenders();
    return { list, rows };
  }, jids(all));
  return { ...renders, drawn };
};

test('CON-12 presence renders the rows that are drawn, once each, and never the list', async () => {
  const every = (all: readonly string[]) => all.filter((_jid, at) => at % 100 === 0 || at < 60);
  const { list, rows, drawn } = await rendersOfChanges('name', every);
  expect(list).toBe(0);
  expect(rows).toBeGreaterThan(0);
  expect(rows).toBeLessThanOrEqual(drawn);
});

test('CON-5 sorted by availability the list renders when somebody moves', async () => {
  const { list } = await rendersOfChanges('availability', (all) => all.slice(-3));
  expect(list).toBeGreaterThan(0);
});
