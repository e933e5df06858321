import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logOf, makeFolders, startDesktop, type Desktop, type Folders, type TestWindow } from './desktop.ts';

declare const window: TestWindow;

let folders: Folders;
let desktop: Desktop | null = null;

beforeEach(() => {
  folders = makeFolders();
});
afterEach(async () => {
  await desktop?.app.close();
  desktop = null;
  folders.remove();
});
const open = async (): Promise<Desktop> => {
  desktop = await startDesktop(folders);
  await desktop.page.evaluate(() => window.kontor.invoke('archive.connect', null));
  await expect.poll(() => desktop?.page.evaluate(() => window.ports)).toBe(1);
  return desktop;
};
const openAccount = (page: Page): Promise<unknown> =>
  page.evaluate(async () => (await window.archive('open', { account: 'anna@demo' })).result);

it('keeps messages in a process of its own, also when that process is killed (CHA-4)', async () => {
  const { app, page } = await open();
  expect(await openAccount(page)).toEqual({ recovered: false });
  const message = {
    id: 'a',
    archiveId: null,
    peer: 'ben@demo',
    direction: 'in',
    body: 'Hello',
    timestamp: 1,
    delivery: 'received',
  };
  await page.evaluate((sent) => window.archive('putMessages', { messages: [sent] }), message);

  await app.evaluate(({ app: electron }) => {
    const archive = electron.getAppMetrics().find(({ type, name }) => type === 'Utility' && name === 'Kontor archive');
    if (archive) process.kill(archive.pid, 'SIGKILL');
  });
  await expect.poll(() => page.evaluate(() => window.ports)).toBe(2);
  expect(await openAccount(page)).toEqual({ recovered: false });
  expect(await page.evaluate(async () => (await window.archive('conversations', null)).result)).toEqual([
    { peer: 'ben@demo', lastMessage: message, unread: 1 },
  ]);
  expect(logOf(folders)).toContain('archive.died');
});

it('begins a damaged archive anew, keeps the damaged file and says so', async () => {
  const { app, page } = await open();
  await openAccount(page);
  await app.close();
  const archive = path.join(folders.userData, 'archive');
  const files = readdirSync(archive);
  expect(files).toHaveLength(1);
  writeFileSync(path.join(archive, files[0]!), 'no database at all'.repeat(1000));

  const again = await open();
  expect(await openAccount(again.page)).toEqual({ recovered: true });
  expect(readdirSync(archive).some((name) => name.includes('.damaged-'))).toBe(true);
});

it('saves a login only as well as the system can, and says how well (SES-2)', async () => {
  const { app, page } = await open();
  const login = { server: 'https://kontor.example', user: 'anna', token: 'a-token-worth-hiding' };
  expect(['strong', 'weak', 'none']).toContain(
    await page.evaluate(() => window.kontor.invoke('secrets.strength', null)),
  );
  const saved = await page.evaluate((entry) => window.kontor.invoke('secrets.save', entry), login);
  await app.close();
  desktop = null;
  if (!saved) return;
  const again = await open();
  expect(await again.page.evaluate(() => window.kontor.invoke('secrets.load', null))).toEqual(login);
  await again.page.evaluate(() => window.kontor.invoke('secrets.clear', null));
  expect(await again.page.evaluate(() => window.kontor.invoke('secrets.load', null))).toBeNull();
  expect(logOf(folders)).not.toContain(login.token);
});
