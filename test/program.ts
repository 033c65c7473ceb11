import { fileURLToPath } from 'node:url';

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Node's arguments for the `quarry` command: the built one where the tests are of the build, see vitest.config.ts. */
export const program: readonly string[] = process.env['TEST_BUILD']
  ? [fileOf('dist/cli/main.js')]
  : ['--import', 'tsx', fileOf('src/cli/main.ts')];
