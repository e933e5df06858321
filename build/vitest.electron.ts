import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The desktop itself, one program after the other: they share a display, focus included. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['tests/**/*.electron.test.ts', 'tests/**/*.session.test.ts'],
    globalSetup: ['tests/electron/display.ts'],
    // A window may take its time on a busy machine; what is waited for is a condition.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
