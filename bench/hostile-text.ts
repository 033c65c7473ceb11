// Sends hostile texts to the engine, mutated hunts and plain noise: `npx tsx bench/hostile-text.ts [TEXTS] [SEED]`.
// Each has to be answered or refused in time; the texts that are not are printed, and the exit code is 1.
import fc from 'fast-check';
import { HuntError } from '../src/errors.js';
import { startHarness } from '../test/kql/harness.js';
import { anyText, mutatedHunt } from '../test/kql/hostile-text.js';

const [wanted = 100_000, seed = 1] = process.argv.slice(2).map(Number);
if (!(Number.isSafeInteger(wanted) && wanted > 0 && Number.isSafeInteger(seed))) {
  throw new Error('say how many: npx tsx bench/hostile-text.ts [TEXTS] [SEED]');
}

const batch = 500;
const atOnce = 2;
const limits = { wallSeconds: 20, memoryBytes: 1e9, rows: 1000, resultBytes: 50e6 };
/** The limit of a hunt, and the time it takes to end one. */
const patience = 60_000;

const hostile = fc.oneof({ weight: 4, arbitrary: mutatedHunt }, { weight: 1, arbitrary: anyText });
const outcomes = new Map<string, number>();
let failures = 0;
let slowest = { milliseconds: 0, text: '' };

const kql = await startHarness({ tables: true });
const begun = performance.now();
try {
  for (let done = 0; done < wanted; done += batch) {
    const numRuns = Math.min(batch, wanted - done);
    const texts = fc.sample(hostile, { numRuns, seed: seed * 1_000_003 + done }).values();
    await Promise.all(Array.from({ length: atOnce }, () => tryAll(texts)));
    process.stderr.write(`\r${done + numRuns} of ${wanted}, ${failures} failures`);
  }
} finally {
  await kql.close();
}
report();

async function tryAll(texts: Iterator<string>): Promise<void> {
  for (let next = texts.next(); !next.done; next = texts.next()) {
    const start = performance.now();
    const outcome = await Promise.race([outcomeOf(next.value), hanging()]);
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, text: next.value };
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome.startsWith('FAILED')) fail(next.value, outcome);
    else if (outcome === 'hunt.timeout') {
      // Refused as it should be; another hunt may fail because the engine had to be ended for it.
      process.stdout.write(`${JSON.stringify(next.value)}\n  stopped after its time\n`);
    }
  }
}

function fail(text: string, outcome: string): void {
  failures++;
  process.stdout.write(`${JSON.stringify(text)}\n  ${outcome}\n`);
}

/** `answered`, the code of the refusal, or FAILED and why. */
async function outcomeOf(text: string): Promise<string> {
  try {
    await kql.rows(text, { limits });
    return 'answered';
  } catch (error) {
    if (!(error instanceof HuntError)) return `FAILED ${(error as Error).stack}`;
    return error.status < 500 ? error.code : `FAILED ${error.message} ${String(error.cause)}`;
  }
}

function hanging(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('FAILED no answer'), patience).unref();
  });
}

function report(): void {
  const minutes = (performance.now() - begun) / 60_000;
  process.stdout.write(`\n${wanted} texts, seed ${seed}, ${minutes.toFixed(1)} minutes\n`);
  for (const [outcome, count] of [...outcomes].sort(([, a], [, b]) => b - a)) {
    if (!outcome.startsWith('FAILED')) process.stdout.write(`${count} ${outcome}\n`);
  }
  const { milliseconds, text } = slowest;
  process.stdout.write(`slowest: ${milliseconds.toFixed(0)} ms for ${JSON.stringify(text)}\n`);
  if (failures > 0) process.exitCode = 1;
}
