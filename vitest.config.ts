import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/test-cluster.ts'],
    setupFiles: ['test/support/failed-file.ts'],
    // A file has a process and a database of its own, so files run beside each other, in any order.
    pool: 'forks',
    // Half of a test's time is PostgreSQL's or a browser's: a process more than there are cores keeps them busy.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A test that sometimes passes is a bug in the test or in the code; neither goes away by trying again.
    retry: 0,
  },
})
