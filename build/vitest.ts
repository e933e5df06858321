import { defineConfig } from 'vitest/config';

/** Unit and integration tests beside their sources; the end-to-end tests have their own runs. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['{protocol,numbers,engine,renderer,electron,server,build}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
