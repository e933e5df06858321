import { accessSync, constants, mkdirSync } from 'node:fs';

/** `code`: as of the operating system, `EACCES` for instance. */
export type PreparedFolder = { ok: true } | { ok: false; code: string };

/** Makes sure that Kontor can keep its files in the folder; Chromium ends without a word where it cannot. */
export const prepareDataFolder = (folder: string): PreparedFolder => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return { ok: true };
  } catch (error) {
    return { ok: false, code: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' };
  }
};
