// Kills a server at random moments while it ingests over two sources, and compares what is stored in the
// end with an undisturbed run: `npx tsx bench/kill.ts [EVENTS] [KILLS] [SEED]`, after `npm run build`. A
// million events and 30 kills by default; needs some 2 GB of disk. Where they differ, the data directories and
// the servers' log are kept.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killRun, randomFrom } from '../test/ingest/kill-run.js';

const [events = 1_000_000, kills = 30, seed = 1] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), 'quarry-kill-'));
const log = (line: string) => console.log(line);
try {
  const started = performance.now();
  const program = [fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))];
  const common = { events, program, random: randomFrom(seed), log };
  const undisturbed = await killRun({
    ...common,
    directory: join(directory, 'undisturbed'),
    kills: 0,
    longestLifeMs: 0,
  });
  const seconds = (performance.now() - started) / 1000;
  console.log(`undisturbed: ${seconds.toFixed(0)} s`);
  const killed = await killRun({
    ...common,
    directory: join(directory, 'killed'),
    kills,
    // Kills all over it: a start costs much of what a life brings.
    longestLifeMs: 2_000 + (seconds / Math.max(kills, 1)) * 3_000,
  });
  let isSame = true;
  for (const [table, expected] of Object.entries(undisturbed)) {
    const found = killed[table];
    const same = found?.rows === expected.rows && found.hash === expected.hash;
    isSame &&= same;
    const line = `${table.padEnd(22)} ${String(expected.rows).padStart(9)} rows, hash ${expected.hash}`;
    console.log(same ? `${line}: the same` : `${line}; killed: ${found?.rows}, ${found?.hash}`);
  }
  console.log(isSame ? `${kills} kills: nothing lost, nothing twice` : 'DIFFERENT');
  process.exitCode = isSame ? 0 : 1;
} finally {
  if (process.exitCode === 0) await rm(directory, { recursive: true });
  else console.log(`kept: ${directory}`);
}
