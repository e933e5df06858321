import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeFolders, startDesktop, type Desktop, type Folders } from './desktop.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let data = '';
let server: ChildProcess;
let address = '';
let folders: Folders;
let desktop: Desktop | null = null;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'kontor-server-'));
  server = spawn(process.execPath, ['server/main.ts', '--demo', '--port', '0', '--data', data], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  address = await new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`The server ended with ${String(code)}`)));
    server.stdout?.once('data', (chunk: Buffer) => resolve(/https?:\/\/[^\s/]+/.exec(chunk.toString())?.[0] ?? ''));
  });
});
afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true, force: true });
});
beforeEach(() => {
  folders = makeFolders('client');
});
afterEach(async () => {
  await desktop?.app.close();
  desktop = null;
  folders.remove();
});

it('logs in to the server it was started with and shows the contacts (SES-1)', async () => {
  desktop = await startDesktop(folders, [`--server=${address}`, '--lang=en']);
  const { page } = desktop;
  const violations: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  await page.getByLabel('User name').fill('anna');
  await page.getByLabel('Password', { exact: true }).fill('demo1234');
  expect(await page.getByRole('textbox', { name: 'Server' }).inputValue()).toBe(address);
  await page.getByText('Save login').click();
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText(/^Ben/).first().waitFor({ timeout: 20_000 });
  expect(violations).toEqual([]);
});
