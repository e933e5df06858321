import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startGallery } from './server.ts';

let gallery: Awaited<ReturnType<typeof startGallery>>;
let browser: Browser;
let page: Page;

/** Puts messages before (`historyLoaded`) or behind (`messagesArrived`) those that are shown. */
const load = (from: number, count: number, type: 'historyLoaded' | 'messagesArrived') =>
  page.evaluate(
    ([first, length, action]) => {
      const peer = Object.keys(window.store.getState().conversations.byPeer).find((jid) => jid.startsWith('ben')) ?? '';
      const messages = Array.from({ length }, (_, index) => ({
        id: `load ${first + index}`,
        archiveId: `load ${first + index}`,
        peer,
        direction: 'in' as const,
        body: `Zeile ${first + index}. ${'wort '.repeat(((first + index) * 7) % 40)}`,
        timestamp: action === 'messagesArrived' ? Date.now() : 1_700_000_000_000 + (first + index) * 60_000,
        delivery: 'received' as const,
      }));
      const payload = action === 'messagesArrived' ? messages : { peer, messages, history: 'complete' };
      window.store.dispatch({ type: `conversations/${action}`, payload });
    },
    [from, count, type] as const,
  );
const list = () => page.getByRole('list', { name: 'Nachrichten' });
const toEnd = () =>
  list().evaluate(({ parentElement: box }) => (box ? box.scrollHeight - box.scrollTop - box.clientHeight : -1));
const placeOf = async (text: string) => Math.round((await page.getByText(text).boundingBox())?.y ?? -1);

beforeAll(async () => {
  gallery = await startGallery();
  browser = await chromium.launch({
    executablePath: process.env['KONTOR_BROWSER'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  page = await browser.newPage({ viewport: { width: 1320, height: 820 } });
  await page.goto(`${gallery.url}?language=de&area=conversations`);
  await list().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await gallery?.server.close();
});

test('CHA-3 stays at the end when messages arrive there, and draws only what is seen', async () => {
  await load(1000, 2000, 'historyLoaded');
  await load(9000, 3, 'messagesArrived');
  await page.getByText('Zeile 9002.').last().waitFor();
  await expect.poll(toEnd).toBeLessThan(8);
  expect(await list().getByRole('listitem').count()).toBeLessThan(80);
});

test('CHA-3 keeps the place of what is read when older messages come in above', async () => {
  await list().evaluate(({ parentElement }) => parentElement?.scrollTo({ top: 0 }));
  await page.getByText('Zeile 1003.').waitFor();
  const before = await placeOf('Zeile 1003.');
  await load(500, 500, 'historyLoaded');
  await expect.poll(() => list().evaluate(({ parentElement }) => parentElement?.scrollTop ?? 0)).toBeGreaterThan(1000);
  // The day's separator above it has gone; more than its height nothing may move.
  await expect.poll(async () => Math.abs((await placeOf('Zeile 1003.')) - before)).toBeLessThanOrEqual(64);
});

test('CHA-2 writing does not draw the messages again', async () => {
  await list().evaluate((element) => {
    const watched = element as HTMLElement & { changes?: number };
    watched.changes = 0;
    new MutationObserver((changes) => (watched.changes = (watched.changes ?? 0) + changes.length)).observe(element, {
      subtree: true,
      childList: true,
      attributes: true,
    });
  });
  await page.getByRole('textbox', { name: /^Nachricht an/ }).pressSequentially('Guten Tag');
  expect(await list().evaluate((element) => (element as HTMLElement & { changes?: number }).changes)).toBe(0);
});
