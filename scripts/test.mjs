// `npm test`: everything that CI runs, in the same order.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, buildIfStale, installIfStale, root, run } from './prepare.mjs';

installIfStale();
run('npm', ['run', '--silent', 'check']);
buildIfStale();

const directory = mkdtempSync(join(tmpdir(), 'quarry-test-'));
const report = join(directory, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    bin('vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts/second-tries.mjs')}`,
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TEST_BUILD: '1' } },
);
const { numPassedTests, numFailedTests, success } = read(report);
rmSync(directory, { recursive: true, force: true });
// A file that does not load fails without a failed test in it.
const failed = success ? 0 : Math.max(1, numFailedTests);
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exit(status === 0 && failed === 0 ? 0 : 1);

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, success: false };
  }
}
