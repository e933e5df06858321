import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** With telephones and proxies that others wrote. One after the other: they share the machine's sound and time. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // The client's own calls once more, with Kamailio between the clients.
    include: ['tests/**/*.peers.test.ts', 'tests/calls/calls.e2e.test.ts'],
    env: { KONTOR_TEST_EDGE: 'kamailio' },
    environment: 'node',
    // A telephone registers, calls and is measured for several seconds at each step.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
});
