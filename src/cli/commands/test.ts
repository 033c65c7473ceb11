import { open, stat } from 'node:fs/promises';
import { Command } from 'commander';
import pc from 'picocolors';
import { listFiles } from '../../ingest/sources/files.js';
import { startEmpty } from '../connection.js';
import { exitCodes, UsageError } from '../failure.js';
import { printable, write } from '../formats.js';
import { annotation, withoutCommands } from '../rule-tests/annotation.js';
import { type RuleTests, readRuleTests } from '../rule-tests/file.js';
import { junitText } from '../rule-tests/junit.js';
import { RuleRunner, type TestResult } from '../rule-tests/run.js';

interface TestOptions {
  readonly junit?: string;
}

/** GitHub's runners say that they are it. */
const isGithub = process.env['GITHUB_ACTIONS'] === 'true';

const patterns = ['*.test.yaml', '*.test.yml', '*.test.json'];

export function testCommand(): Command {
  return new Command('test')
    .description('Test rules: take the telemetry of each test in, run the query, compare its rows')
    .argument('<file...>', `files of tests, and folders with ${patterns.join(', ')} in them`)
    .option('--junit <file>', 'write the results for a build server as well')
    .addHelpText(
      'after',
      '\nNeeds no data directory and no server. Exit code 1: a test has failed. docs/rule-tests.md has the form.',
    )
    .action(async (places: string[], { junit }: TestOptions) => {
      const rules: RuleTests[] = [];
      for (const file of await testFiles(places)) rules.push(await readRuleTests(file));
      const report = junit === undefined ? undefined : await openReport(junit);
      const results = await runAll(rules);
      const failed = results.filter(({ problems }) => problems.length > 0).length;
      await report?.writeFile(junitText(results));
      await report?.close();
      console.log(
        `\n${results.length} ${results.length === 1 ? 'test' : 'tests'}, ${failed} failed`,
      );
      if (failed > 0) process.exitCode = exitCodes.failed;
    });
}

/** Before the tests, which take their time. Empty, it is no report of theirs where they are broken off. */
async function openReport(path: string) {
  try {
    return await open(path, 'w');
  } catch (error) {
    throw new UsageError(`--junit: ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** @throws UsageError where there is nothing to test: a build must not be green for a folder's wrong name */
async function testFiles(places: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const place of places) {
    const info = await stat(place).catch((error: Error) => {
      throw new UsageError(error.message);
    });
    if (!info.isDirectory()) files.add(place);
    else {
      const found = await Promise.all(patterns.map((pattern) => listFiles(place, pattern)));
      const paths = found.flat().map(({ path }) => path);
      if (paths.length === 0) {
        throw new UsageError(`${place} holds no tests: ${patterns.join(', ')}`);
      }
      for (const path of paths.sort()) files.add(path);
    }
  }
  return [...files];
}

async function runAll(rules: readonly RuleTests[]): Promise<TestResult[]> {
  const interruption = interrupted();
  const server = await startEmpty();
  try {
    const runner = new RuleRunner(server);
    const results: TestResult[] = [];
    for (const rule of rules) {
      for (const test of rule.tests) {
        const result = await Promise.race([interruption, runner.run(rule, test)]);
        results.push(result);
        const told = resultText(result);
        await write(process.stdout, isGithub ? withoutCommands(told) + annotation(result) : told);
      }
    }
    return results;
  } finally {
    await server.close();
  }
}

/** Rejects when the process is told to end; where it is told again, it does not wait for the server. */
function interrupted(): Promise<never> {
  const interruption = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        reject(new UsageError('interrupted'));
        process.once(signal, () => process.exit(exitCodes.usage));
      });
    }
  });
  // It may come while nobody waits for it.
  interruption.catch(() => undefined);
  return interruption;
}

function resultText({ file, line, name, problems }: TestResult): string {
  const hasPassed = problems.length === 0;
  const mark = hasPassed ? pc.green('pass') : pc.red('FAIL');
  const place = hasPassed ? printable(file) : `${printable(file)}:${line}`;
  const head = `${mark}  ${place}: ${printable(name)}\n`;
  return head + problems.map((line) => `      ${printable(line)}\n`).join('');
}
