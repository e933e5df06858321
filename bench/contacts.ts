/** CON-12: 10,000 contacts with 100 presence changes a second, standing still and scrolling. */
import { chromium } from 'playwright-core';
import { browserArguments } from '../tests/e2e/colleague.ts';
import { installRenderCounts } from '../tests/e2e/render-counts.ts';
import type { ListFigures, RunOptions } from './contact-list/main.tsx';
import { servePage } from './page-server.ts';
import { summarise, type Summary } from './statistics.ts';

export interface ContactFigures {
  frame: Summary;
  dispatch: Summary;
  /** Share of frames that took more than 25 ms, at 60 a second. */
  droppedShare: number;
  /** How often list and rows rendered. */
  renders: { list: number; rows: number };
}

const judge = ({ frames, dispatches, renders }: ListFigures): ContactFigures => {
  const frame = summarise(frames);
  const late = frames.filter((interval) => interval > 25).length;
  return {
    frame,
    dispatch: summarise(dispatches),
    droppedShare: late / frames.length,
    renders: { list: renders['ContactList'] ?? 0, rows: renders['ContactRow'] ?? 0 },
  };
};

export const measureContacts = async (
  seconds: number,
): Promise<Record<'floor' | 'floorScrolling' | 'still' | 'scrolling' | 'sortedByAvailability', ContactFigures>> => {
  const { url, close } = await servePage('contact-list');
  const browser = await chromium.launch({
    executablePath: process.env.KONTOR_BROWSER ?? '/usr/bin/chromium',
    args: browserArguments,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 340, height: 740 } });
    await page.addInitScript(installRenderCounts);
    await page.goto(url);
    await page.locator('[role="grid"]').waitFor();
    const run = (options: Omit<RunOptions, 'milliseconds'>): Promise<ListFigures> =>
      page.evaluate((how) => (window as unknown as { run: (how: RunOptions) => Promise<ListFigures> }).run(how), {
        ...options,
        milliseconds: seconds * 1000,
      });
    return {
      floor: judge(await run({ changes: false, scrolls: false, sort: 'name' })),
      floorScrolling: judge(await run({ changes: false, scrolls: true, sort: 'name' })),
      still: judge(await run({ changes: true, scrolls: false, sort: 'name' })),
      scrolling: judge(await run({ changes: true, scrolls: true, sort: 'name' })),
      sortedByAvailability: judge(await run({ changes: true, scrolls: false, sort: 'availability' })),
    };
  } finally {
    await browser.close();
    close();
  }
};
