// A process that holds a data directory until it is killed: `holder.ts DIR [lock|engine] [URL]`.
import { startChdbEngine } from '../../src/engine/chdb.js';
import { lockDataDirectory } from '../../src/engine/lock.js';

const [directory = '', what = 'lock', url] = process.argv.slice(2);
try {
  const lock = lockDataDirectory(directory);
  if (url) {
    lock.setAddress(url);
  }
  const engine =
    what === 'engine' ? await startChdbEngine({ dataDirectory: directory }) : undefined;
  console.log(JSON.stringify({ pid: process.pid, engine: engine?.pid }));
  setInterval(() => undefined, 1_000);
  await engine?.run({
    sql: 'SELECT toString(count()) AS row FROM numbers(1e14) WHERE sipHash64(number) = 1',
    tag: 'held',
    limits: { wallSeconds: 600, memoryBytes: 1e9, rows: 1, resultBytes: 1_000 },
  });
} catch (error) {
  console.log(JSON.stringify({ refused: String(error) }));
}
