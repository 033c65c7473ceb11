// Ingest over two sources from a server process that is killed again and again: a file that is followed,
// and requests that are sent until they are acknowledged. Some of those tell of what is in the file, before it
// is read or after. Used by the suite, and at full size by bench/kill.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkConfiguration } from '../../src/configuration.js';
import { startChdbEngine } from '../../src/engine/chdb.js';
import { issueToken } from '../../src/main.js';
import { program as quarry } from '../program.js';
import { numbers } from './requests.js';

export interface KillRun {
  readonly directory: string;
  /** Of both sources together. */
  readonly events: number;
  readonly kills: number;
  /** The longest that a server lives before it is killed, mostly from when it serves. */
  readonly longestLifeMs: number;
  /** What node is told to start the program; from its sources by default. */
  readonly program?: readonly string[];
  readonly random: () => number;
  readonly log?: (line: string) => void;
}

/** Of one table: how many rows, and a hash of all of them. */
export type Contents = Record<string, { readonly rows: number; readonly hash: string }>;

const root = fileURLToPath(new URL('../../', import.meta.url));
const linesAtATime = 1_000;
/** So many of the file's starts, at most, are told of by one request more. */
const startsAtATime = 10;
/** One of so many is broken. */
const brokenEvery = 5_000;
const devices = 20;
const startMs = Date.UTC(2026, 0, 5);

const timeOf = (number: number) => new Date(startMs + number * 97).toISOString();
const guidOf = (number: number) => {
  const hex = number.toString(16).padStart(12, '0');
  return `{5aa8bd90-0001-695b-0000-${hex}}`;
};

const isStartOf = (number: number) => (number < devices * 5 ? number < devices : number % 4 !== 3);

/** As Winlogbeat writes it. */
function windowsEvent(number: number, provider: string, id: number, data: object): string {
  return JSON.stringify({
    '@timestamp': timeOf(number),
    winlog: {
      provider_name: provider,
      channel: provider,
      event_id: String(id),
      computer_name: `ws-${number % devices}.contoso.example`,
      record_id: String(number + 1),
      event_data: data,
    },
  });
}

/** An event of Sysmon: a process, or what a process of before did. */
function sysmonEvent(number: number): string {
  const device = number % devices;
  const time = timeOf(number);
  const isStart = isStartOf(number);
  const process = isStart ? number : device;
  const common = {
    UtcTime: time.replace('T', ' ').replace('Z', ''),
    ProcessGuid: guidOf(process),
    ProcessId: String(1000 + (process % 60_000)),
    Image: `C:\\Windows\\System32\\tool${process % 50}.exe`,
    User: `CONTOSO\\user${device}`,
  };
  const data = isStart
    ? {
        ...common,
        CommandLine: `tool${number % 50}.exe --number ${number}`,
        ParentProcessGuid: guidOf(device),
        ParentProcessId: String(1000 + device),
        ParentImage: `C:\\Windows\\System32\\tool${device}.exe`,
        Hashes: `SHA256=${number.toString(16).padStart(64, '0')}`,
      }
    : {
        ...common,
        Protocol: 'tcp',
        Initiated: 'true',
        SourceIp: `10.0.0.${device + 1}`,
        SourcePort: String(1024 + (number % 50_000)),
        DestinationIp: '192.0.2.10',
        DestinationPort: '443',
      };
  return windowsEvent(number, 'Microsoft-Windows-Sysmon', isStart ? 1 : 3, data);
}

/** What the Security log says of the same process start; it knows nothing that Sysmon does not. */
function securityEvent(number: number): string {
  return windowsEvent(number, 'Microsoft-Windows-Security-Auditing', 4688, {
    NewProcessId: `0x${(1000 + (number % 60_000)).toString(16)}`,
    NewProcessName: `C:\\Windows\\System32\\tool${number % 50}.exe`,
    CommandLine: `tool${number % 50}.exe --number ${number}`,
  });
}

function streamingEvent(number: number): string {
  const time = timeOf(number);
  return JSON.stringify({
    time,
    category: `AdvancedHunting-${number % 3 ? 'DeviceFileEvents' : 'DeviceLogonEvents'}`,
    properties: {
      Timestamp: time,
      DeviceId: `device-${number % devices}`,
      ActionType: number % 3 ? 'FileCreated' : 'LogonSuccess',
      ReportId: number,
      AdditionalFields: JSON.stringify({ number }),
    },
  });
}

const broken = (number: number, text: string) =>
  number % brokenEvery === brokenEvery - 1 ? text.slice(0, 60) : text;

async function writeEvents(file: string, count: number): Promise<void> {
  const output = createWriteStream(file);
  for (let from = 0; from < count; from += linesAtATime) {
    const lines = numbers(from, Math.min(count, from + linesAtATime)).map((number) =>
      broken(number, sysmonEvent(number)),
    );
    if (!output.write(`${lines.join('\n')}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'close');
}

/** A server process on the directory, which logs to the file; `url` when it serves. */
function startServer(
  config: string,
  program: readonly string[],
  logFile: number,
): { child: ChildProcess; url: Promise<string> } {
  const child = spawn(process.execPath, [...program, 'serve', '--config', config], {
    cwd: root,
    stdio: ['ignore', logFile, 'pipe'],
    detached: true,
  });
  let said = '';
  const url = new Promise<string>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
      const found = / on (http\S+)\n/.exec(said);
      if (found?.[1]) resolve(found[1]);
    });
  });
  return { child, url };
}

/** Ingests all of it, with so many kills on the way, and says what is stored then. */
export async function killRun(run: KillRun): Promise<Contents> {
  const { directory, events, kills, longestLifeMs, random, log = () => undefined } = run;
  const { program = quarry } = run;
  const data = join(directory, 'data');
  const followed = join(directory, 'followed');
  await mkdir(followed, { recursive: true });
  // Those of Windows take longer by far.
  const followedEvents = Math.floor(events / 4);
  const sentEvents = events - followedEvents;
  const eventsPerRequest = Math.min(1_000, Math.ceil(sentEvents / 30));
  const file = join(followed, 'sysmon.ndjson');
  await writeEvents(file, followedEvents);
  const settings = {
    data,
    port: 0,
    logLevel: 'info',
    retention: 'forever',
    sources: [{ kind: 'folder', name: 'followed', path: followed, source: 'windows-event' }],
  } as const;
  const config = join(directory, 'quarry.yaml');
  await writeFile(config, JSON.stringify(settings));

  const logFile = await open(join(directory, 'server.log'), 'a');
  let token = '';
  const renewToken = async () => {
    const request = { app: 'sender', roles: ['Telemetry.Ingest', 'AdvancedHunting.Read.All'] };
    token = await issueToken(checkConfiguration(settings), request);
  };
  const post = (url: string, path: string, body: string) =>
    fetch(url + path, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });

  let url: string | undefined;
  let acknowledged = 0;
  let isOver = false;
  let server: ChildProcess | undefined;
  const sending = (async () => {
    for (let from = 0; from < sentEvents; ) {
      const to = Math.min(sentEvents, from + eventsPerRequest);
      const lines = numbers(from, to).map((number) => broken(number, streamingEvent(number)));
      const share = Math.floor((from / sentEvents) * followedEvents);
      const starts = numbers(share, share + startsAtATime)
        .filter(isStartOf)
        .map(securityEvent);
      try {
        const requests = { auto: lines, 'windows-event': starts };
        let isTaken = url !== undefined;
        for (const [source, sent] of Object.entries(requests)) {
          const response = await post(url ?? '', `/api/ingest/${source}`, sent.join('\n'));
          await response.text();
          isTaken &&= response.status === 200;
        }
        if (isTaken) {
          from = to;
          acknowledged = from;
        } else {
          await delay(50);
        }
      } catch {
        await delay(50);
      }
      if (isOver) return;
    }
  })();

  try {
    for (let kill = 0; kill < kills; kill++) {
      const { child, url: serving } = startServer(config, program, logFile.fd);
      server = child;
      const exited = once(child, 'exit');
      if (token === '' || kill % 10 === 0) {
        // The issuer's keys are in the directory, whoever made it.
        await serving;
        await renewToken();
      }
      const known = serving.then((address) => {
        url = address;
      });
      // One in four while it starts.
      if (random() < 0.75) await known;
      await delay(random() * longestLifeMs);
      // With its engine, or the server alone: the engine has to notice.
      const target = random() < 0.5 ? -(child.pid ?? 0) : (child.pid ?? 0);
      process.kill(target, 'SIGKILL');
      await exited;
      log(`kill ${kill + 1}: ${acknowledged} acknowledged`);
    }
    const { child, url: serving } = startServer(config, program, logFile.fd);
    server = child;
    const exited = once(child, 'exit');
    url = await serving;
    await renewToken();
    await sending;
    const text =
      'DeviceNetworkEvents | union DeviceProcessEvents | where DeviceName startswith "ws-" | count';
    const expected = followedEvents - Math.floor(followedEvents / brokenEvery);
    for (let count = 0; count < expected; await delay(200)) {
      const response = await post(url, '/api/advancedhunting/run', JSON.stringify({ Query: text }));
      const { Results: rows } = (await response.json()) as { Results?: { Count: number }[] };
      count = rows?.[0]?.Count ?? 0;
    }
    child.kill('SIGTERM');
    await exited;
    const left = (await readdir(join(data, 'spool'))).filter((name) => name.includes('.journal'));
    log(
      `exit code ${child.exitCode}, journals left: ${left.length === 0 ? 'none' : left.join(' ')}`,
    );
  } finally {
    isOver = true;
    if (server?.pid && server.exitCode === null && server.signalCode === null) {
      process.kill(-server.pid, 'SIGKILL');
    }
    await logFile.close();
  }
  return contentsOf(data);
}

const tables = [
  ...['DeviceProcessEvents', 'DeviceNetworkEvents', 'DeviceFileEvents', 'DeviceLogonEvents'],
  ...['DeviceInfo', 'DeviceNetworkInfo', 'QuarryIngestErrors'],
];

async function contentsOf(dataDirectory: string): Promise<Contents> {
  const engine = await startChdbEngine({ dataDirectory });
  try {
    const contents: Record<string, { rows: number; hash: string }> = {};
    for (const table of tables) {
      // When a dead letter came, and in which request, is not what it says.
      const columns = table === 'QuarryIngestErrors' ? '^(Source|Reason|RawEvent)' : '^[^_]';
      const [row] = await engine.select<{ rows: string; hash: string }>(
        `SELECT toString(count()) AS rows,
          toString(sum(cityHash64(formatRow('TSV', COLUMNS('${columns}'))))) AS hash
        FROM tenant_default.${table}`,
      );
      contents[table] = { rows: Number(row?.rows), hash: row?.hash ?? '' };
    }
    return contents;
  } finally {
    await engine.close();
  }
}

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
