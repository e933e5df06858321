import { execFile } from 'node:child_process';
import electron, { clipboard } from 'electron';
import type { Surroundings } from './selection.ts';

/**
 * Presses the copy keys in the program in front. Windows: the shell's own SendKeys, after the user's keys are up again;
 * macOS: System Events, for which the user has to allow Kontor in the accessibility settings.
 */
const copyCommands: Partial<Record<NodeJS.Platform, [string, string[]]>> = {
  win32: [
    'powershell.exe',
    [
      '-NoProfile',
      '-NonInteractive',
      '-WindowStyle',
      'Hidden',
      '-Command',
      "Start-Sleep -Milliseconds 250; (New-Object -ComObject WScript.Shell).SendKeys('^c')",
    ],
  ],
  darwin: ['/usr/bin/osascript', ['-e', 'tell application "System Events" to keystroke "c" using command down']],
};
const longestCopy = 3_000;

const copy = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const command = copyCommands[process.platform];
    if (command === undefined) return reject(new Error('This platform has no way to copy'));
    execFile(command[0], command[1], { timeout: longestCopy, windowsHide: true }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });

/** Before Electron 45 the selection was read in another way, and at once. */
interface EarlierClipboard {
  readText(from: 'selection'): string;
}

const primarySelection = (): Promise<string> => {
  const { selection } = clipboard as { selection?: typeof clipboard.selection };
  if (selection !== undefined) return selection.readText();
  return Promise.resolve((clipboard as unknown as EarlierClipboard).readText('selection'));
};

/** Reads every format now: what is only promised is gone once the clipboard is another's. */
const keep = async (): Promise<() => Promise<void>> => {
  const items = await Promise.all(
    (await clipboard.read()).map(async (item) => {
      const formats = await Promise.all(item.types.map(async (type) => [type, await item.getType(type)] as const));
      return new electron.ClipboardItem(Object.fromEntries(formats));
    }),
  );
  return async () => {
    if (items.length === 0) clipboard.clear();
    else await clipboard.write(items);
  };
};

export const systemSelection: Surroundings = {
  primarySelection: process.platform === 'linux' ? primarySelection : null,
  clipboard: { keep, readText: () => clipboard.readText(), clear: () => clipboard.clear() },
  copy,
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
