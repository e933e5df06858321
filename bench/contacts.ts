/** CON-12: 10,000 contacts with 100 presence changes a second, standing still and scrolling. */
import { chromium } from 'playwright-core';
import { browserArguments } from '../tests/e2e/colleague.ts';
import type { ListFigures } from './contact-list/main.tsx';
import { servePage } from './page-server.ts';
import { summarise, type Summary } from './statistics.ts';

export interface ContactFigures {
  frame: Summary;
  dispatch: Summary;
  /** Share of frames that took more than 25 ms, at 60 a second. */
  droppedShare: number;
}

const judge = ({ frames, dispatches }: ListFigures): ContactFigures => {
  const frame = summarise(frames);
  const late = frames.filter((interval) => interval > 25).length;
  return { frame, dispatch: summarise(dispatches), droppedShare: late / frames.length };
};

export const measureContacts = async (
  seconds: number,
): Promise<{ still: ContactFigures; scrolling: ContactFigures }> => {
  const { url, close } = await servePage('contact-list');
  const browser = await chromium.launch({
    executablePath: process.env.KONTOR_BROWSER ?? '/usr/bin/chromium',
    args: browserArguments,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 340, height: 740 } });
    await page.goto(url);
    await page.locator('[role="grid"]').waitFor();
    const run = (scrolls: boolean): Promise<ListFigures> =>
      page.evaluate(
        ([milliseconds, scroll]) =>
          (window as unknown as { run: (ms: number, scroll: boolean) => Promise<ListFigures> }).run(
            milliseconds,
            scroll,
          ),
        [seconds * 1000, scrolls] as const,
      );
    return { still: judge(await run(false)), scrolling: judge(await run(true)) };
  } finally {
    await browser.close();
    close();
  }
};
