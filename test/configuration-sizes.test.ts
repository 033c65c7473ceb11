// What the sizes that an operator sets do to a server.
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConfigurationInput, checkConfiguration } from '../src/configuration.js';
import { issueToken, startQuarry } from '../src/main.js';
import { type Answer, read } from './api/fixture.js';

const megabyte = 2 ** 20;
const timeout = 300_000;

const small = {
  engineMemoryMegabytes: 512,
  concurrentHunts: 1,
  compileThreads: 3,
  compileMemoryMegabytes: 256,
  telemetryRequestMegabytes: 1,
  recordMegabytes: 1,
  spoolMegabytes: 1,
};
const large = {
  engineMemoryMegabytes: 2048,
  concurrentHunts: 2,
  compileThreads: 4,
  compileMemoryMegabytes: 2048,
  telemetryRequestMegabytes: 64,
  telemetryMemoryMegabytes: 256,
  recordMegabytes: 32,
  spoolMegabytes: 256,
};
const servers: Record<string, Partial<ConfigurationInput>> = {
  small,
  large,
  'large, of many hunts': { ...large, concurrentHunts: 16 },
  'large, of small hunts': { ...large, huntMemoryMegabytes: 128, telemetryMemoryMegabytes: 16 },
};

/** Hunts of the path of 2018 are cut off. */
const profiles = {
  generations: { advancedqueries: 'brief' },
  define: { brief: { wallSeconds: 5 } },
};

async function serve(settings: Partial<ConfigurationInput>) {
  const data = await mkdtemp(join(tmpdir(), 'quarry-sizes-'));
  const configuration = checkConfiguration({ data, port: 0, profiles, ...settings });
  let enginePid = 0;
  const write = (line: string) => {
    const { event, pid } = JSON.parse(line);
    if (event === 'engine.started') enginePid = pid;
  };
  const quarry = await startQuarry(configuration, {
    log: pino({ base: null }, { write }),
  });
  const bearer = async (app: string, ...roles: string[]) => {
    const token = await issueToken(configuration, { app, roles });
    return { authorization: `Bearer ${token}` };
  };
  const sender = await bearer('sender', 'Telemetry.Ingest');
  const hunters: { authorization: string }[] = [];
  for (const app of ['first', 'second', 'third']) {
    hunters.push(await bearer(app, 'AdvancedHunting.Read.All', 'AdvancedQuery.Read.All'));
  }
  const post = async (
    path: string,
    body: string,
    headers: object,
    signal: AbortSignal | null = null,
  ) =>
    read(await fetch(quarry.url + path, { method: 'POST', body, headers: { ...headers }, signal }));
  return {
    enginePid: () => enginePid,
    flush: () => quarry.flush(),
    hunt(
      query: string,
      { api = 'advancedhunting', caller = 0, signal = null as AbortSignal | null } = {},
    ): Promise<Answer> {
      const body = JSON.stringify({ Query: query });
      return post(`/api/${api}/run`, body, hunters[caller] ?? {}, signal);
    },
    send: (body: string, path = '/api/ingest/streaming-api') => post(path, body, sender),
    /** A request that has not come to its end. */
    begin(path: string, size: number) {
      const headers = { ...sender, 'content-length': size };
      const sending = request(quarry.url + path, { method: 'POST', headers });
      const status = new Promise<number | undefined>((resolve, reject) => {
        sending.once('response', (response) => resolve(response.resume().statusCode));
        sending.once('error', reject);
      });
      return { sending, status };
    },
    async close() {
      await quarry.close();
      await rm(data, { recursive: true });
    },
  };
}
type Server = Awaited<ReturnType<typeof serve>>;

const running = new Map<string, Server>();
beforeAll(async () => {
  for (const [name, settings] of Object.entries(servers)) running.set(name, await serve(settings));
}, timeout);
afterAll(async () => {
  for (const server of running.values()) await server.close();
}, timeout);

function server(name: string): Server {
  const found = running.get(name);
  if (!found) throw new Error(`no server ${name}`);
  return found;
}

const record = (index: number, commandLine: string) =>
  JSON.stringify({
    time: new Date().toISOString(),
    category: 'AdvancedHunting-DeviceProcessEvents',
    properties: {
      Timestamp: new Date(Date.now() - 60_000).toISOString(),
      DeviceId: 'd1',
      ReportId: index,
      ProcessCommandLine: commandLine,
    },
  });

test.each([
  ['large', 200],
  ['small', 400],
  ['large, of many hunts', 400],
  ['large, of small hunts', 400],
])('a hunt that needs much memory, server: %s', { timeout }, async (name, expected) => {
  const { hunt } = server(name);
  const numbers = 'range x from 1 to 6000000 step 1';
  const { status, json } = await hunt(`${numbers} | join (${numbers}) on x | count`);
  expect(status).toBe(expected);
  if (expected === 200) return;
  expect(json.error.message).toMatch(/^Query execution has exceeded the allowed limits\./);
});

let shortHunts = 0;

/** Which is answered first: long hunts, one of each caller, or a short one that comes later. */
async function firstAnswered(
  { hunt }: Server,
  long: { readonly query: string; readonly api: string; readonly callers: number },
): Promise<string> {
  const leaving = new AbortController();
  const { query, api, callers } = long;
  const { signal } = leaving;
  const first = Array.from({ length: callers }, async (_, index) => {
    await hunt(query, { api, caller: index + 1, signal });
    return 'long';
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  // Nothing knows it yet: not even its text has been read before.
  const second = hunt(`print ${++shortHunts}`).then(({ status }) => `short ${status}`);
  try {
    return await Promise.race([...first, second]);
  } finally {
    leaving.abort();
    await Promise.allSettled([...first, second]);
  }
}

const lets = Array.from({ length: 40_000 }, (_, index) => `let a${index} = 1;`).join(' ');

test.each([
  ['small', 'advancedqueries', 'long'],
  ['large', 'advancedhunting', 'short 200'],
])('hunts, and texts, at once, server: %s', { timeout }, async (name, api, expected) => {
  const query = 'range x from 1 to 1000000000000 step 1 | summarize sum(x % 7)';
  const hunts = { query, api, callers: 1 };
  expect(await firstAnswered(server(name), hunts)).toBe(expected);
  const texts = { query: `${lets} print 1`, api, callers: 2 };
  expect(await firstAnswered(server(name), texts)).toBe(expected);
});

test('a text that needs more memory than is set is refused', { timeout }, async () => {
  const text = `print ${Array.from({ length: 100_000 }, (_, index) => `a${index}=1`).join()}`;
  const { json } = await server('small').hunt(text);
  expect(json.error.message).toMatch(/^A query that takes more than 256 MB of memory to analyse/);
});

test.each([
  ['small', 413],
  ['large', 200],
])('a large request of telemetry, server: %s', { timeout }, async (name, expected) => {
  const action = '{"create":{"_index":"streaming-api"}}';
  const body = `${action}\n${record(1, 'x'.repeat(2 * megabyte))}\n`;
  expect((await server(name).send(body, '/elasticsearch/_bulk')).status).toBe(expected);
});

test.each([
  ['large, of small hunts', 429],
  ['large', 200],
])(
  'telemetry while other requests are in memory, server: %s',
  { timeout },
  async (name, expected) => {
    const path = '/elasticsearch/_bulk';
    const bulk = (index: number, megabytes: number) =>
      `{"create":{"_index":"streaming-api"}}\n${record(index, 'x'.repeat(megabytes * megabyte))}\n`;
    const first = bulk(20, 12);
    const { sending, status } = server(name).begin(path, Buffer.byteLength(first));
    await new Promise((resolve) => sending.write(first.slice(0, -1), resolve));
    let answer: Answer;
    // It may take a moment until all that was sent is in memory.
    do answer = await server(name).send(bulk(21, 8), path);
    while (answer.status !== expected);
    if (expected === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    sending.end(first.slice(-1));
    expect(await status).toBe(200);
    expect((await server(name).send(bulk(21, 8), path)).status).toBe(200);
  },
);

test.each([
  ['small', 2, { rejected: 1 }, 0],
  ['large', 20, { accepted: 1 }, 1],
])('a long record, server: %s', { timeout }, async (name, megabytes, expected, count) => {
  const { send, flush, hunt } = server(name);
  const { json } = await send(record(10, 'x'.repeat(megabytes * megabyte)));
  expect(json).toMatchObject(expected);
  await flush();
  const stored = 'DeviceProcessEvents | where strlen(ProcessCommandLine) > 1.5e7 | count';
  expect((await hunt(stored)).json['Results']).toEqual([{ Count: count }]);
  const refused = 'QuarryIngestErrors | count';
  expect((await hunt(refused)).json['Results']).toEqual([{ Count: 1 - count }]);
});

test.each([
  ['small', 429],
  ['large', 200],
])('telemetry while the engine stands still, server: %s', { timeout }, async (name, expected) => {
  const { enginePid, send } = server(name);
  const large = (index: number) => record(index, 'x'.repeat(0.8 * megabyte));
  process.kill(enginePid(), 'SIGSTOP');
  try {
    expect((await send(`${large(50)}\n${large(51)}\n`)).status).toBe(200);
    expect((await send(large(52))).status).toBe(expected);
  } finally {
    process.kill(enginePid(), 'SIGCONT');
  }
});
