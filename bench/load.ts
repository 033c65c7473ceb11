// 64 clients at once, for a minute: `npx tsx bench/load.ts [SECONDS] [CLIENTS]`. Fills a directory of its
// own with the demo's telemetry, serves it from a process of its own, and mixes small hunts with heavy
// ones over both kinds of paths. Prints throughput, latencies, memory and every status that was seen.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkConfiguration } from '../src/configuration.js';
import { issueToken, startQuarry } from '../src/main.js';
import { simulate, smallCompany } from '../src/simulator/simulate.js';

const [seconds, clients] = [Number(process.argv[2] ?? 60), Number(process.argv[3] ?? 64)];

interface Hunt {
  readonly name: string;
  /** How often it is chosen. */
  readonly weight: number;
  readonly text: string;
  readonly status: number;
}

const hunts: readonly Hunt[] = [
  { name: 'constant', weight: 20, status: 200, text: 'print x = 1' },
  {
    name: 'documented',
    weight: 40,
    status: 200,
    text: 'DeviceProcessEvents | where InitiatingProcessFileName =~ "powershell.exe" | project Timestamp, FileName, InitiatingProcessFileName | order by Timestamp desc | limit 2',
  },
  {
    name: 'summary',
    weight: 20,
    status: 200,
    text: 'DeviceNetworkEvents | summarize n = count(), dcount(RemoteIP) by DeviceName, bin(Timestamp, 1h) | top 50 by n',
  },
  {
    name: 'join',
    weight: 8,
    status: 200,
    text: 'DeviceProcessEvents | join kind=inner (DeviceNetworkEvents | project DeviceId, RemoteUrl, InitiatingProcessId) on DeviceId, $left.ProcessId == $right.InitiatingProcessId | summarize count() by FileName, RemoteUrl',
  },
  { name: 'large answer', weight: 4, status: 200, text: 'DeviceProcessEvents | take 5000' },
  { name: 'mistake', weight: 8, status: 400, text: 'DeviceProcessEvents | where Foo == 1' },
];
const deck = hunts.flatMap((hunt) => Array.from({ length: hunt.weight }, () => hunt));

const directory = await mkdtemp(join(tmpdir(), 'quarry-load-'));
try {
  await fill(directory);
  const { server, url } = await serve(directory);
  try {
    await measure(url, server.pid ?? 0);
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
} finally {
  await rm(directory, { recursive: true });
}

async function fill(data: string): Promise<void> {
  const file = join(data, 'events.ndjson');
  const end = new Date(Date.now() - 60_000);
  const chunks = [...simulate({ ...smallCompany, events: 60_000, end, tenantId: 'default' })];
  await writeFile(file, chunks.join(''));
  const quarry = await startQuarry(checkConfiguration({ data, port: 0, logLevel: 'silent' }));
  const { accepted } = await quarry.ingestFile(file);
  await quarry.close();
  await rm(file);
  console.log(`${accepted.toLocaleString('en')} events`);
}

async function serve(data: string): Promise<{ server: ChildProcess; url: string }> {
  const flags = ['serve', '--data', data, '--port', '0', '--log-level', 'warn'];
  const server = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...flags], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  for await (const line of createInterface({ input: server.stderr })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) return { server, url };
  }
  throw new Error('the server did not start');
}

async function measure(url: string, pid: number): Promise<void> {
  const configuration = checkConfiguration({ data: directory });
  const roles = ['AdvancedHunting.Read.All', 'ThreatHunting.Read.All'];
  const token = await issueToken(configuration, { app: 'load', roles });
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times = new Map(hunts.map(({ name }) => [name, [] as number[]]));
  const statuses = new Map<string, number>();
  let wrong = 0;
  let peak = 0;
  const watch = setInterval(async () => {
    peak = Math.max(peak, await memoryOf(pid));
  }, 500);
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let turn = client; performance.now() < until; turn += clients) {
        // Every client has an order of its own, the same in every run.
        const hunt = deck[(turn * 37) % deck.length] ?? deck[0];
        if (!hunt) return;
        const started = performance.now();
        const status = await ask(hunt.text, turn % 2 === 0);
        times.get(hunt.name)?.push(performance.now() - started);
        statuses.set(`${hunt.name} ${status}`, (statuses.get(`${hunt.name} ${status}`) ?? 0) + 1);
        if (status !== hunt.status) wrong += 1;
      }
    }),
  );
  clearInterval(watch);
  agent.destroy();
  const all = [...times.values()].flat();
  console.log(`${clients} clients, ${seconds} s: ${(all.length / seconds).toFixed(1)} hunts/s`);
  for (const [name, taken] of [...times, ['all', all] as const]) {
    const [p50, p99] = [quantile(taken, 0.5), quantile(taken, 0.99)];
    console.log(
      `${name.padEnd(14)}${String(taken.length).padStart(7)}  p50 ${p50} ms  p99 ${p99} ms`,
    );
  }
  console.log(`memory of the API process, peak: ${Math.round(peak / 2 ** 20)} MB`);
  console.log(`statuses: ${[...statuses].map(([what, count]) => `${what}: ${count}`).join(', ')}`);
  console.log(`wrong statuses: ${wrong}`);
  if (wrong > 0) process.exitCode = 1;

  function ask(text: string, graph: boolean): Promise<number> {
    const path = graph ? '/v1.0/security/runHuntingQuery' : '/api/advancedhunting/run';
    return new Promise((resolve, reject) => {
      const sent = request(
        url + path,
        {
          method: 'POST',
          agent,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.once('error', reject);
      sent.end(JSON.stringify({ Query: text }));
    });
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

/** Resident bytes; 0 where the system does not tell. */
async function memoryOf(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
