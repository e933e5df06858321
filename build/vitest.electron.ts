import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The desktop itself, one program after the other: they share a display, focus included. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['tests/**/*.electron.test.ts', 'tests/**/*.session.test.ts'],
    globalSetup: ['tests/electron/display.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
