import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('new-database.ts', import.meta.url));

/** Rejects with the program's last words. */
const make = (folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [program, folder], { windowsHide: true }, (error, _output, complaints) => {
      if (error === null) resolve();
      else reject(new Error(`the database cannot be made: ${complaints.trim().split('\n').at(-1) || error.message}`));
    });
  });

const contentOf = (folder: string): Promise<string[] | null> =>
  readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });

/**
 * Makes an empty embedded database in `folder` unless something is there already. It is made beside the folder and
 * moved there when it is whole, so a start that was interrupted leaves nothing that the next one would stumble over.
 */
export const ensureDatabaseFolder = async (folder: string): Promise<void> => {
  const content = await contentOf(folder);
  if (content !== null && content.length > 0) return;
  const unfinished = `${basename(folder)}.new-`;
  for (const name of (await contentOf(dirname(folder))) ?? [])
    if (name.startsWith(unfinished)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  const made = await mkdtemp(join(dirname(folder), unfinished));
  try {
    await make(made);
    if (content !== null) await rmdir(folder);
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
};
