import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** What stands in a JSON file: nothing yet, a value, or damage. A damaged file was set aside under `setAside`. */
export type JsonFileContent =
  { state: 'absent' } | { state: 'present'; value: unknown } | { state: 'damaged'; setAside: string };

/** Reads the file; one that is not JSON is renamed to `<file>.damaged-<milliseconds>` and kept for support. */
export const readJsonFile = (file: string, now: () => number): JsonFileContent => {
  if (!existsSync(file)) return { state: 'absent' };
  try {
    return { state: 'present', value: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    const setAside = `${file}.damaged-${now()}`;
    renameSync(file, setAside);
    return { state: 'damaged', setAside };
  }
};

/** Writes the whole file or leaves the old one: into a neighbour first, readable by the user alone, then renamed. */
export const writeJsonFile = (file: string, value: unknown): void => {
  const neighbour = `${file}.new`;
  writeFileSync(neighbour, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(neighbour, file);
};

export const removeFile = (file: string): void => rmSync(file, { force: true });
