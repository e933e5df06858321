import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  clientPage,
  firstComplaint,
  logOf,
  makeFolders,
  messagesOf,
  startAgain,
  startDesktop,
  windowState,
  type Desktop,
  type Folders,
  type TestWindow,
} from './desktop.ts';

declare const window: TestWindow;

const start = 'app://kontor/';
const popup = 'app://kontor/popup.html';
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
const open = async (words: string[] = []): Promise<Desktop> => {
  desktop = await startDesktop(folders, words);
  return desktop;
};

it('shows its page without Node, without frames and without a way out', async () => {
  const { app, page } = await open();
  await expect.poll(async () => (await windowState(app, start))?.visible).toBe(true);
  expect(
    await page.evaluate(() => ({
      node:
        typeof (globalThis as Record<string, unknown>).process + typeof (globalThis as Record<string, unknown>).require,
      bridge: Object.keys(window.kontor).sort(),
      origin: window.location.origin,
    })),
  ).toEqual({ node: 'undefinedundefined', bridge: ['invoke', 'on'], origin: 'app://kontor' });

  const policy = await page.evaluate(async () => (await fetch('/')).headers.get('Content-Security-Policy'));
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain('connect-src');
  expect(await page.evaluate(async () => (await fetch('/%2e%2e%2fpackage.json')).status)).toBe(404);
  expect(await page.evaluate(() => fetch('http://192.0.2.1/').then(String, () => 'refused'))).toBe('refused');

  await page.evaluate(() => {
    window.location.href = 'https://example.invalid/';
  });
  expect(await page.evaluate(() => window.open('/index.html', 'other'))).toBeNull();
  expect(page.url()).toBe(start);
  expect(
    await page.evaluate(
      () =>
        navigator.geolocation &&
        new Promise((resolve) => {
          navigator.geolocation.getCurrentPosition(
            () => resolve('granted'),
            ({ code }) => resolve(code),
          );
        }),
    ),
  ).toBe(1);
});

it('refuses requests that are not in the contract', async () => {
  const { page } = await open();
  const answers = await page.evaluate(async () => {
    const invoke = window.kontor.invoke as (channel: string, request: unknown) => Promise<unknown>;
    const failed = (channel: string, request: unknown): Promise<boolean> =>
      invoke(channel, request).then(
        () => false,
        () => true,
      );
    return [
      await failed('app.remove', null),
      await failed('constructor', null),
      await failed('window.setLayout', 'huge'),
      await failed('settings.update', { theme: 'pink' }),
      await failed('settings.update', { theme: 'dark' }),
    ];
  });
  expect(answers).toEqual([true, true, true, true, false]);
});

it('hides when closed, and a second start brings it back (SES-4)', async () => {
  const { app, page } = await open();
  await expect.poll(async () => (await windowState(app, start))?.visible).toBe(true);
  await app.evaluate(({ BrowserWindow }, address) => {
    BrowserWindow.getAllWindows()
      .find(({ webContents }) => webContents.getURL() === address)
      ?.close();
  }, start);
  await expect.poll(async () => (await windowState(app, start))?.visible).toBe(false);
  expect(await page.evaluate(() => document.title)).toBe('Test page');

  expect(await startAgain(folders, [])).toBe(0);
  await expect.poll(async () => (await windowState(app, start))?.visible).toBe(true);
  expect(app.windows()).toHaveLength(2);
});

it('takes a link of a second start to the dial field and never dials (DSK-4)', async () => {
  const { page } = await open(['tel:+49-30-1234']);
  expect(await page.evaluate(() => window.kontor.invoke('link.take', null))).toBe('+49301234');
  expect(await page.evaluate(() => window.kontor.invoke('link.take', null))).toBeNull();
  await startAgain(folders, ['tel:0815']);
  await expect
    .poll(() => page.evaluate(() => window.told.filter(({ event }) => event === 'link.opened')))
    .toEqual([{ event: 'link.opened', payload: '0815' }]);
});

it('refuses a password on the command line (SES-7)', async () => {
  expect(await startAgain(folders, ['--password=demo1234'])).toBe(2);
});

it('starts minimised without a window on screen (SES-4)', async () => {
  const { app } = await open(['--minimized']);
  expect((await windowState(app, start))?.visible).toBe(false);
});

it('keeps going with the defaults when its settings are damaged, and says where the file is (SET-1)', async () => {
  writeFileSync(path.join(folders.userData, 'settings.json'), '{"theme": "da');
  const { app, page } = await open(['--lang=en']);
  await expect.poll(() => messagesOf(app)).toHaveLength(1);
  expect((await messagesOf(app))[0]).toMatch(/settings could not be read.*settings\.json\.damaged-\d+/);
  expect(await page.evaluate(() => window.kontor.invoke('settings.read', null))).toMatchObject({ theme: 'system' });
  expect(readdirSync(folders.userData).some((name) => name.startsWith('settings.json.damaged-'))).toBe(true);
  await page.evaluate(() => window.kontor.invoke('settings.update', { theme: 'dark' }));
  await expect
    .poll(() => page.evaluate(() => window.told.some(({ event }) => event === 'settings.changed')))
    .toBe(true);
});

it('says in one line that its data folder cannot be written to, and does not start', async () => {
  writeFileSync(path.join(folders.userData, 'file'), '');
  const folder = path.join(folders.userData, 'file', 'data');
  expect(await firstComplaint(folders, folder)).toBe(
    `Kontor cannot start: the data folder ${folder} cannot be written to (ENOTDIR)`,
  );
});

it('resizes to the layouts and remembers each place (LAY-4)', async () => {
  const { app, page } = await open();
  const width = async (): Promise<number | undefined> => (await windowState(app, start))?.bounds.width;
  for (const [layout, expected] of [
    ['mini', 380],
    ['expanded', 1340],
    ['normal', 900],
  ] as const) {
    await page.evaluate((wanted) => window.kontor.invoke('window.setLayout', wanted), layout);
    await expect.poll(width).toBe(expected);
  }
  await app.close();
  const again = await open();
  expect((await windowState(again.app, start))?.bounds.width).toBe(900);
});

it('shows the call pop-up in the corner without taking the focus (NOT-2)', async () => {
  const { app, page } = await open();
  await expect.poll(async () => (await windowState(app, popup))?.visible).toBe(false);
  await expect.poll(async () => (await windowState(app, start))?.visible).toBe(true);
  const before = (await windowState(app, start))?.focused;
  await page.evaluate(() => window.kontor.invoke('popup.show', { name: 'call', width: 340, height: 150 }));
  const shown = await windowState(app, popup);
  expect(shown).toMatchObject({ visible: true, focused: false, bounds: { x: 1244, y: 834, width: 340, height: 150 } });
  expect((await windowState(app, start))?.focused).toBe(before);
  await page.evaluate(() => window.kontor.invoke('popup.hide', { name: 'call' }));
  expect((await windowState(app, popup))?.visible).toBe(false);
});

it('loads the page again when it crashes, and hands it the running calls (TEL-14)', async () => {
  const { app, page } = await open();
  const call = {
    callId: 'c1',
    dialogId: { callId: 'd1', localTag: 'l', remoteTag: 'r' },
    account: 'device',
    route: '<sip:token@demo;lr>',
    direction: 'incoming' as const,
    remoteUri: 'sip:102@demo',
    party: { name: 'Ben', number: '102', userId: null },
    startedAt: 3,
    answeredAt: 5,
    held: false,
    muted: true,
  };
  await page.evaluate((entry) => window.kontor.invoke('ledger.write', [entry]), call);
  const pid = await app.evaluate(({ BrowserWindow }, address) => {
    const contents = BrowserWindow.getAllWindows().find(
      ({ webContents }) => webContents.getURL() === address,
    )?.webContents;
    const crashed = contents?.getOSProcessId() ?? 0;
    process.kill(crashed, 'SIGKILL');
    return crashed;
  }, start);
  const kept = (): Promise<unknown> =>
    app.evaluate(
      async ({ BrowserWindow }, [address, dead]) => {
        const contents = BrowserWindow.getAllWindows().find(
          ({ webContents }) => webContents.getURL() === address,
        )?.webContents;
        if (contents === undefined || contents.isLoading() || [0, dead].includes(contents.getOSProcessId()))
          return null;
        return contents.executeJavaScript("window.kontor.invoke('ledger.read', null)") as Promise<unknown>;
      },
      [start, pid] as const,
    );
  await expect.poll(kept, { timeout: 15_000 }).toEqual([call]);
  await expect.poll(async () => (await windowState(app, popup))?.visible).toBe(false);
  expect(logOf(folders)).toContain('window.crashed');
  expect(clientPage(app)).toBeDefined();
});

it('quits from the page and ends with all its processes (SES-4)', async () => {
  const { app, page } = await open();
  const closed = app.waitForEvent('close');
  await page.evaluate(() => void window.kontor.invoke('app.quit', null));
  await closed;
  expect(logOf(folders)).toContain('desktop.quit');
});
