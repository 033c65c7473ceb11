import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * `npm test` builds first, and tests what is shipped: `TEST_BUILD` makes `../src/…` of a test the compiler's
 * output, whose processes and threads also start in half the time. Without it tests are of the sources.
 */
const build = {
  find: /^(?:\.\.\/)+src\/(.*\.js)$/,
  replacement: fileURLToPath(new URL('dist/$1', import.meta.url)),
};

// biome-ignore lint/style/noDefaultExport: the file's contract with vitest
export default defineConfig({
  resolve: { alias: process.env['TEST_BUILD'] ? [build] : [] },
  test: {
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    pool: 'forks',
    // One test among thousands that a busy machine fails costs a whole run: what fails there is tried once more,
    // and named at the end (scripts/second-tries.mjs).
    retry: process.env['CI'] ? 1 : 0,
    projects: [
      {
        extends: true,
        test: { name: 'server', include: ['test/**/*.test.ts'], exclude: ['test/portal/**'] },
      },
      {
        extends: true,
        // A browser on a busy machine draws when it can.
        test: { name: 'portal', include: ['test/portal/**/*.test.ts'], retry: 1 },
      },
    ],
  },
});
