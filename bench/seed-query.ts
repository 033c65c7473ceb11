// Quarry against ClickHouse written by hand, in one process and one run:
// `npx tsx bench/seed-query.ts DIR [ROUNDS]`, on what bench/generate.ts has made.
// The engine is the same; what is measured is what Quarry's SQL, accounting and result files cost.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { builtinCatalog } from '../src/catalog/catalog.js';
import { tenantDatabase } from '../src/catalog/names.js';
import { startChdbEngine } from '../src/engine/chdb.js';
import { CompileThreads } from '../src/hunting/compile-threads.js';
import { hunt } from '../src/hunting/hunt.js';
import { sql } from '../src/sql/sql.js';
import { termText } from '../src/sql/terms.js';

const [directory, rounds = '41'] = process.argv.slice(2);
if (directory === undefined) throw new Error('say where: npx tsx bench/seed-query.ts DIR [ROUNDS]');

const table = `\`${tenantDatabase('default')}\`.\`DeviceProcessEvents\``;

const domains = Array.from({ length: 500 }, (_, index) => `host${index}.evil.example`);

/** Hunts that Microsoft's pages document, and some of other shapes; beside each the best SQL that we know. */
const pairs = [
  {
    name: 'the documented hunt of 2021: newest two children of PowerShell',
    kql: `DeviceProcessEvents
| where InitiatingProcessFileName =~ "powershell.exe"
| project Timestamp, FileName, InitiatingProcessFileName
| order by Timestamp desc
| limit 2`,
    sql: `SELECT Timestamp, FileName, InitiatingProcessFileName FROM ${table}
WHERE lowerUTF8(InitiatingProcessFileName) = 'powershell.exe' ORDER BY Timestamp DESC LIMIT 2`,
  },
  {
    name: 'the documented hunt of 2020: children of PowerShell in AppData',
    kql: `DeviceProcessEvents
| where InitiatingProcessFileName =~ 'powershell.exe'
| where ProcessCommandLine contains 'appdata'
| project Timestamp, FileName, InitiatingProcessFileName, DeviceId
| limit 2`,
    sql: `SELECT Timestamp, FileName, InitiatingProcessFileName, DeviceId FROM ${table}
WHERE lowerUTF8(InitiatingProcessFileName) = 'powershell.exe' AND ProcessCommandLine ILIKE '%appdata%' LIMIT 2`,
  },
  {
    name: 'all of them, counted by device',
    kql: `DeviceProcessEvents
| where InitiatingProcessFileName =~ 'powershell.exe' and ProcessCommandLine contains 'appdata'
| summarize count() by DeviceName
| top 10 by count_`,
    sql: `SELECT DeviceName, count() AS count_ FROM ${table}
WHERE lowerUTF8(InitiatingProcessFileName) = 'powershell.exe' AND ProcessCommandLine ILIKE '%appdata%'
GROUP BY DeviceName ORDER BY count_ DESC LIMIT 10`,
  },
  {
    name: 'programs by hour',
    kql: `DeviceProcessEvents
| summarize Starts = count(), Devices = dcount(DeviceId) by FileName, Hour = bin(Timestamp, 1h)
| top 20 by Starts`,
    sql: `SELECT FileName, toStartOfHour(Timestamp) AS Hour, count() AS Starts, uniqCombined64(17)(DeviceId) AS Devices FROM ${table}
GROUP BY FileName, Hour ORDER BY Starts DESC LIMIT 20`,
  },
  {
    name: 'a hash among all',
    kql: `DeviceProcessEvents
| where SHA256 == "${'0123456789abcdef'.repeat(4)}"
| project Timestamp, DeviceName, FileName`,
    sql: `SELECT Timestamp, DeviceName, FileName FROM ${table}
WHERE SHA256 = '${'0123456789abcdef'.repeat(4)}' AND lowerUTF8(SHA256) = '${'0123456789abcdef'.repeat(4)}'`,
  },
  {
    name: 'command lines with one of 500 domains',
    kql: `DeviceProcessEvents
| where ProcessCommandLine has_any (${domains.map((domain) => `"${domain}"`).join(', ')})
| project Timestamp, DeviceName, ProcessCommandLine`,
    sql: `SELECT Timestamp, DeviceName, ProcessCommandLine FROM ${table}
WHERE hasAnyTokens(${termText(sql`ProcessCommandLine`).text}, [${domains.map((domain) => `'${domain.split('.')[0]}'`).join(', ')}])
AND match(lowerUTF8(ProcessCommandLine), '(?:^|[^a-z0-9])(?:${domains.join('|').replaceAll('.', '[.]')})(?:[^a-z0-9]|$)')`,
  },
  {
    name: 'the newest event of each device, whole',
    kql: 'DeviceProcessEvents | summarize arg_max(Timestamp, *) by DeviceId',
    sql: `SELECT * FROM ${table}
WHERE (DeviceId, Timestamp) IN (SELECT DeviceId, max(Timestamp) FROM ${table} GROUP BY DeviceId) LIMIT 1 BY DeviceId`,
  },
  {
    name: 'children of rare programs',
    kql: `DeviceProcessEvents
| summarize Devices = dcount(DeviceId) by FileName | where Devices < 3
| join kind=inner DeviceProcessEvents on $left.FileName == $right.InitiatingProcessFileName
| summarize count() by FileName, FileName1`,
    sql: `SELECT p.FileName, e.FileName, count() FROM (SELECT FileName, InitiatingProcessFileName FROM ${table}) AS e
INNER JOIN (SELECT FileName FROM ${table} GROUP BY FileName HAVING uniqCombined64(17)(DeviceId) < 3) AS p
ON e.InitiatingProcessFileName = p.FileName GROUP BY 1, 2`,
  },
];

/** A pair that takes long is not repeated as often. */
const leastRounds = 5;
const mostMs = 60_000;

const engine = await startChdbEngine({ dataDirectory: directory });
const principal = {
  tenant: 'default',
  id: 'bench',
  name: 'bench',
  kind: 'application' as const,
  roles: [],
  scopes: [],
  deviceGroups: null,
};
const limits = { wallSeconds: 300, memoryBytes: 8e9, rows: 100_000, resultBytes: 124e6 };
const compiler = new CompileThreads();
const services = {
  engine,
  compiler,
  tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
};

try {
  const [size] = await engine.select<{ rows: string }>(`SELECT count() AS rows FROM ${table}`);
  console.log(`${Number(size?.rows).toLocaleString('en')} process events\n`);
  for (const { name, kql, sql } of pairs) {
    const ours: number[] = [];
    const theirs: number[] = [];
    let peakBytes = 0;
    let counted = '';
    const runs = {
      quarry: async () => {
        const { rows, stats } = await hunt({ principal, text: kql, limits }, services);
        await text(rows);
        peakBytes = Math.max(peakBytes, stats.peakMemoryBytes);
        counted = `${stats.rowsRead.toLocaleString('en')} rows read`;
      },
      clickhouse: async () => void (await engine.select(sql)),
    };
    // The first of each warms the caches; then in turns, so that both see the same machine.
    const started = performance.now();
    const enough = (round: number) =>
      round >= Number(rounds) || (round >= leastRounds && performance.now() - started > mostMs);
    for (let round = -1; !enough(round); round++) {
      const pair = [
        { run: runs.quarry, times: ours },
        { run: runs.clickhouse, times: theirs },
      ];
      for (const { run, times } of round % 2 === 0 ? pair : pair.reverse()) {
        const milliseconds = await timed(run);
        if (round >= 0) times.push(milliseconds);
      }
    }
    const [quarry, byHand] = [median(ours), median(theirs)];
    console.log(
      `${name}\n  Quarry ${quarry.toFixed(1)} ms, by hand ${byHand.toFixed(1)} ms: ratio ${(quarry / byHand).toFixed(2)}; ` +
        `peak memory of the hunt ${(peakBytes / 1e6).toFixed(0)} MB, ${counted}\n`,
    );
  }
  console.log(`peak memory of the engine's process ${peakOf(engine.pid)} MB`);
} finally {
  await compiler.close();
  await engine.close();
}

async function timed(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

function peakOf(pid: number | undefined): string {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1000).toFixed(0);
  } catch {
    return '?';
  }
}
