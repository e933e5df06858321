/**
 * `node tests/gallery/shoot.ts [part of a name …]`: pictures of every screen in themes, layouts and languages,
 * written to a folder under the system's temporary one. Says which of them ran wider than the window.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { startGallery } from './server.ts';

interface Shot {
  name: string;
  query: Record<string, string>;
  width: number;
  height: number;
}
const sizes = { mini: [360, 720], normal: [860, 720], expanded: [1320, 820] } as const;
const shots: Shot[] = [];
const add = (name: string, size: readonly [number, number], query: Record<string, string>): void =>
  void shots.push({ name, query, width: size[0], height: size[1] });

for (const theme of ['light', 'dark'])
  for (const [layout, size] of Object.entries(sizes))
    for (const language of ['de', 'fr'])
      for (const area of [
        'contacts',
        'conversations',
        'journal',
        'voicemail',
        'telephony',
        'phoneBook',
        'search',
        'settings',
      ])
        add(`${layout}-${area}-${theme}-${language}`, size, { theme, language, area });
for (const [name, width] of [
  ['320', 320],
  ['2560', 2560],
] as const)
  for (const area of ['contacts', 'conversations', 'telephony', 'settings'])
    add(`width-${name}-${area}`, [width, 800], { theme: 'light', language: 'fr', area });
for (const scene of ['notices', 'quiet', 'incoming', 'offline', 'telephonyDown', 'empty', 'crowd', 'loggedOut'])
  for (const [layout, size] of Object.entries(sizes))
    add(`scene-${scene}-${layout}`, size, { theme: 'light', language: 'de', scene, area: 'contacts', peers: '' });
add('style-list', sizes.expanded, { theme: 'dark', language: 'de', contactStyle: 'list' });
for (const language of ['en', 'nl', 'bar', 'sr'])
  add(`language-${language}`, sizes.expanded, { language, area: 'settings' });

const wanted = process.argv.slice(2);
const chosen = shots.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const folder = path.join(tmpdir(), 'kontor-gallery');
mkdirSync(folder, { recursive: true });

const { url, server } = await startGallery();
const browser = await chromium.launch({
  executablePath: process.env['KONTOR_BROWSER'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage();
page.on('pageerror', (error) => console.log(`  page error: ${error.message}`));
page.on('console', (line) => line.type() === 'error' && console.log(`  console: ${line.text()}`));
for (const { name, query, width, height } of chosen) {
  await page.setViewportSize({ width, height });
  await page.goto(`${url}?${new URLSearchParams(query).toString()}`);
  await page.locator('#root > *').first().waitFor();
  await page.waitForFunction(() => document.fonts.status === 'loaded');
  // The banner and the spinner wait a moment before they show.
  if (/offline|Down/.test(name)) await page.locator('[role="status"] svg').waitFor();
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 0) console.log(`${name}: ${overflow} px wider than the window`);
}
await browser.close();
await server.close();
console.log(`${chosen.length} pictures in ${folder}`);
