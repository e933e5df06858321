import { app } from 'electron';
import { z } from 'zod';
import { parseCommandLine } from '../command-line/command-line.ts';
import { dialTextOfLink } from '../links/link.ts';

/** What other starts and opened links bring to the running program. */
export interface LaterStarts {
  /** Told about each; what came before it was set is told at once. `dialText`: what a link brought, if any. */
  onStart(listener: (dialText: string | null) => void): void;
}

const startSchema = z.object({ words: z.array(z.string().max(4096)).max(100) });

const dialTextOfWords = (data: unknown): string | null => {
  const start = startSchema.safeParse(data);
  const read = start.success ? parseCommandLine(start.data.words) : null;
  return read?.ok ? read.commandLine.dialText : null;
};

/**
 * Claims the data folder for this process; `null`: another one has it and was handed our words (SES-4). The words
 * travel on their own, because Chromium reorders the command line that it passes on.
 */
export const claimSingleInstance = (words: string[]): LaterStarts | null => {
  if (!app.requestSingleInstanceLock({ words })) return null;
  let listener: ((dialText: string | null) => void) | null = null;
  let early: { dialText: string | null } | null = null;
  const tell = (dialText: string | null): void => {
    if (listener === null) early = { dialText };
    else listener(dialText);
  };
  app.on('second-instance', (_event, _words, _folder, data) => tell(dialTextOfWords(data)));
  app.on('open-url', (event, link) => {
    event.preventDefault();
    const dialText = dialTextOfLink(link);
    if (dialText !== null) tell(dialText);
  });
  app.on('activate', () => tell(null));
  return {
    onStart: (newListener) => {
      listener = newListener;
      if (early !== null) newListener(early.dialText);
      early = null;
    },
  };
};
