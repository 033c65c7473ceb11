// How fast telemetry comes in: `npx tsx bench/ingest.ts [MEGABYTES] [SOURCE…]`. For each connector its rate
// against the engine's own for the same rows, read from NDJSON files in the same run; the memory that a
// file takes; and how long small hunts take while a server takes in all that it can. Recordings are
// taken from $QUARRY_SHARED/telemetry where that is set, and are only read.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { appendFile, link, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { checkConfiguration } from '../src/configuration.js';
import { type ChdbEngine, startChdbEngine } from '../src/engine/chdb.js';
import type { Engine } from '../src/engine/engine.js';
import { migrate } from '../src/engine/schema.js';
import { startIngest } from '../src/ingest/ingest.js';
import { issueToken } from '../src/main.js';
import { benchCatalog as catalog, type Input, inputs } from './ingest/inputs.js';

const megabytes = Number(process.argv[2] ?? 64);
const wanted = process.argv.slice(3);
const shared = process.env['QUARRY_SHARED'];

const directory = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
try {
  const all = await inputs(shared && join(shared, 'telemetry'));
  console.log(
    'source                  MB  events/s   rows/s  engine rows/s  ratio  of CPU  peak MB (this, engine)',
  );
  for (const input of all.filter(({ source }) => wanted.length === 0 || wanted.includes(source))) {
    await measure(input);
  }
  if (wanted.length === 0 || wanted.includes('hunts')) await huntsDuringIngest();
} finally {
  await rm(directory, { recursive: true });
}

/** Writes so many megabytes of the source's lines. */
async function write(input: Input, file: string, size: number): Promise<void> {
  let bytes = 0;
  async function* limited() {
    for await (const chunk of input.chunks()) {
      if (bytes >= size * 2 ** 20) return;
      bytes += Buffer.byteLength(chunk);
      yield chunk;
    }
  }
  await pipeline(Readable.from(limited()), createWriteStream(file));
}

async function measure(input: Input): Promise<void> {
  const data = join(directory, 'data');
  const file = join(directory, 'input');
  await write(input, file, megabytes);
  const engine = await startChdbEngine({ dataDirectory: data });
  try {
    await migrate(engine, 'tenant_bench', catalog, 'forever');
    await migrate(engine, 'tenant_baseline', catalog, 'forever');
    const kept = new Map<string, string[]>();
    const watch = watchMemory([process.pid, engine.pid ?? 0]);
    const cpu = async () => [cpuSeconds(), await cpuSecondsOf(engine.pid ?? 0)] as const;
    const taken = await ingestFile(keeping(engine, kept), data, file, input.source, cpu);
    const { before } = taken;
    const [own = 0, theirs = 0] = watch();
    const between = await cpu();
    const baseline = await insertAll(engine, kept);
    const after = await cpu();
    const used = between[0] - before[0] + between[1] - before[1];
    if (process.env['BENCH_CPU']) {
      console.log(
        `CPU: ${(between[0] - before[0]).toFixed(2)} s here, ${(between[1] - before[1]).toFixed(2)} s of the engine; ${(after[1] - between[1]).toFixed(2)} s of the engine alone`,
      );
    }
    const rowRate = taken.rows / taken.seconds;
    const ratio = rowRate / (baseline.rows / baseline.seconds);
    console.log(
      [
        input.source.padEnd(20),
        String(Math.round((await stat(file)).size / 2 ** 20)).padStart(6),
        rate(taken.events / taken.seconds).padStart(9),
        rate(rowRate).padStart(8),
        rate(baseline.rows / baseline.seconds).padStart(14),
        `${Math.round(ratio * 100)} %`.padStart(6),
        `${Math.round(((after[1] - between[1]) / used) * 100)} %`.padStart(7),
        `${own}, ${theirs}`.padStart(12),
        ` ${input.what}`,
      ].join(' '),
    );
  } finally {
    await engine.close();
    await rm(data, { recursive: true });
    await rm(file);
  }
}

/** The engine, and a second name for every file of rows that it is given. */
function keeping(engine: ChdbEngine, kept: Map<string, string[]>): Engine {
  return {
    run: (query) => engine.run(query),
    command: (text) => engine.command(text),
    select: (text) => engine.select(text),
    ready: () => engine.ready(),
    close: () => engine.close(),
    async insertSegment(segment) {
      const { table, file } = segment;
      await engine.insertSegment(segment);
      const name = `${file}.kept`;
      await link(file, name);
      kept.set(table, [...(kept.get(table) ?? []), name]);
    },
  };
}

async function ingestFile(
  engine: Engine,
  data: string,
  file: string,
  source: string,
  cpu: () => Promise<readonly [number, number]>,
) {
  const ingest = await startIngest({
    folder: join(data, 'spool'),
    engine,
    tenant: async () => ({ catalog, retentionDays: null }),
  });
  // The thread is there before the clock runs.
  await ingest.push(Buffer.from(''), { tenant: 'bench', source });
  const before = await cpu();
  const started = performance.now();
  const summary = await ingest.file(file, { tenant: 'bench', source });
  await ingest.flush();
  const seconds = (performance.now() - started) / 1000;
  await ingest.close();
  const { accepted, rejected, duplicate, unmapped, merged } = summary;
  if (rejected > 0) console.log(`${rejected} rejected: ${JSON.stringify(summary.byReason)}`);
  return {
    seconds,
    before,
    rows: accepted,
    events: accepted + rejected + duplicate + unmapped + merged,
  };
}

/** The same rows, one statement for each table. */
async function insertAll(engine: ChdbEngine, kept: ReadonlyMap<string, readonly string[]>) {
  const files = await Promise.all([...kept].map(([table, parts]) => joined(table, parts)));
  const started = performance.now();
  await Promise.all(
    files.map(({ table, file }) =>
      engine.insertSegment({ database: 'tenant_baseline', table, file, token: `all-${table}` }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  const [stored] = await engine.select<{ rows: string }>(
    "SELECT sum(rows) AS rows FROM system.parts WHERE active AND database = 'tenant_baseline'",
  );
  return { seconds, rows: Number(stored?.rows) };
}

/** One file of a table's rows. */
async function joined(table: string, parts: readonly string[]) {
  const file = `${parts[0]}-all`;
  for (const part of parts) {
    await appendFile(file, await readFile(part));
    await rm(part);
  }
  return { table, file };
}

/** Small hunts against a server of its own: while it rests, and while it takes in all that it can. */
async function huntsDuringIngest(): Promise<void> {
  const data = join(directory, 'served');
  const file = join(directory, 'input');
  const [input] = await inputs(undefined);
  if (!input) return;
  await write(input, file, megabytes * 4);
  const flags = ['serve', '--data', data, '--port', '0', '--log-level', 'warn'];
  const server = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...flags], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  try {
    const url = await addressIn(server.stderr);
    const token = await issueToken(checkConfiguration({ data }), {
      app: 'bench',
      roles: ['AdvancedHunting.Read.All', 'Telemetry.Ingest'],
    });
    const headers = { authorization: `Bearer ${token}` };
    const send = (path: string) => sent([path, `${url}/api/ingest/streaming-api`, token]);
    const hunt = async () => {
      const started = performance.now();
      const response = await fetch(`${url}/api/advancedhunting/run`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          Query:
            'DeviceProcessEvents | where FileName =~ "powershell.exe" | project Timestamp, DeviceName, FileName | top 10 by Timestamp',
        }),
      });
      await response.text();
      return performance.now() - started;
    };
    for (let turn = 0; turn < 20; turn++) await hunt();
    const idle: number[] = [];
    for (let turn = 0; turn < 200; turn++) idle.push(await hunt());
    const during: number[] = [];
    let done = false;
    const sending = send(file).finally(() => {
      done = true;
    });
    while (!done) during.push(await hunt());
    const summary = await sending;
    const [quiet, busy] = [quantile(idle, 0.95), quantile(during, 0.95)];
    console.log(
      `small hunt, p95: ${quiet.toFixed(0)} ms idle, ${busy.toFixed(0)} ms during ingest (${during.length} hunts): ${(busy / quiet).toFixed(1)} times`,
    );
    console.log(summary.slice(0, 200));
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

/** The answer to a request that a process of its own makes. */
async function sent(args: readonly string[]): Promise<string> {
  const sender = spawn(process.execPath, ['--import', 'tsx', 'bench/ingest/send.ts', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(sender.stdout);
}

async function addressIn(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error('the server did not start');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function rate(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** CPU time of this process. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** CPU time of another; 0 where the system does not tell. */
async function cpuSecondsOf(pid: number): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** Samples what processes hold of memory; the answer is the most of each, megabytes. */
function watchMemory(pids: readonly number[]): () => number[] {
  const most = pids.map(() => 0);
  const timer = setInterval(async () => {
    for (const [index, pid] of pids.entries()) {
      most[index] = Math.max(most[index] ?? 0, await memoryOf(pid));
    }
  }, 200);
  return () => {
    clearInterval(timer);
    return most;
  };
}

/** 0 where the system does not tell. */
async function memoryOf(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
