/** Memory of the server after its start beside PGlite alone, and how long a login takes until all is connected. */
import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { browserArguments, installToneAndEar } from '../tests/e2e/colleague.ts';
import { password, type Office } from '../tests/e2e/office.ts';
import { summarise, type Summary } from './statistics.ts';

/** Memory of a process in MB (Linux): `resident` once it rests, `peak` the most since its start. */
export interface MemoryFigures {
  resident: number;
  peak: number;
}

const megabytes = (pid: number, field: 'VmRSS' | 'VmHWM'): number => {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(field));
  return Math.round(Number(line?.replace(/\D/g, '')) / 1024);
};

/** Waits until the process has not changed its size for two seconds: V8 optimises PGlite's code after the start. */
export const restingMemory = async (pid: number): Promise<MemoryFigures> => {
  let resident = megabytes(pid, 'VmRSS');
  for (let still = 0; still < 4;) {
    await sleep(500);
    const now = megabytes(pid, 'VmRSS');
    still = Math.abs(now - resident) <= 2 ? still + 1 : 0;
    resident = now;
  }
  return { resident, peak: megabytes(pid, 'VmHWM') };
};

/** The floor: a process that has only opened PGlite. */
export const measurePgliteAlone = (): Promise<MemoryFigures> =>
  new Promise((resolve, reject) => {
    const script =
      "const { PGlite } = await import('@electric-sql/pglite'); const db = new PGlite(); await db.query('select 1'); console.log('open'); setInterval(() => {}, 1000);";
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.on('exit', () => reject(new Error('PGlite alone did not stay')));
    child.stdout.once('data', () => {
      void restingMemory(child.pid ?? 0).then((figures) => {
        child.removeAllListeners('exit');
        child.kill();
        resolve(figures);
      }, reject);
    });
  });

export interface LoginFigures {
  clickToConnected: Summary;
  /** Opening the page with a saved session until the contacts are on screen. */
  coldStartToContacts: Summary;
}

export const measureLogin = async (office: Office, rounds: number): Promise<LoginFigures> => {
  const logins: number[] = [];
  const starts: number[] = [];
  const browser = await chromium.launch({
    executablePath: process.env.KONTOR_BROWSER ?? '/usr/bin/chromium',
    args: browserArguments,
  });
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1320, height: 820 } });
    await context.addInitScript(installToneAndEar, 440);
    const page = await context.newPage();
    await page.goto(office.url);
    await page.getByLabel('User name').fill('anna');
    await page.getByLabel('Password', { exact: true }).fill(password);
    const button = page.getByRole('button', { name: 'Log in' });
    await button.evaluate((element) =>
      element.addEventListener('click', () => ((window as unknown as { at: number }).at = performance.now()), true),
    );
    await button.click();
    logins.push(
      await page
        .waitForFunction(
          () =>
            document.querySelector('[data-connection="online"]') &&
            performance.now() - (window as unknown as { at: number }).at,
          undefined,
          { polling: 'raf' },
        )
        .then((handle) => handle.jsonValue())
        .then(Number),
    );
    await page.reload();
    starts.push(
      await page
        .waitForFunction(() => document.querySelector('[data-contact]') && performance.now(), undefined, {
          polling: 'raf',
        })
        .then((handle) => handle.jsonValue())
        .then(Number),
    );
    await context.close();
  }
  await browser.close();
  return { clickToConnected: summarise(logins.slice(1)), coldStartToContacts: summarise(starts.slice(1)) };
};
