import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: the file's contract with vitest
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
  },
});
