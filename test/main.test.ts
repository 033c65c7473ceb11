import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, checkConfiguration } from '../src/configuration.js';
import { issueToken, type Quarry, startQuarry } from '../src/main.js';
import { type Answer, read } from './api/fixture.js';
import { program } from './program.js';
import { openStorePlace } from './store/stores.js';

let directory: string;
let configuration: Configuration;
let quarry: Quarry;
let hunter: string;
let sender: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-main-'));
  configuration = checkConfiguration({ data: directory, port: 0, logLevel: 'silent' });
  quarry = await startQuarry(configuration);
  const roles = ['AdvancedQuery.Read.All', 'AdvancedHunting.Read.All', 'ThreatHunting.Read.All'];
  hunter = await issueToken(configuration, { app: 'hunter', roles });
  sender = await issueToken(configuration, { app: 'sender', roles: ['Telemetry.Ingest'] });
});
afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** One process of Outlook starting PowerShell, in the Streaming API's envelope. */
const event = (index: number, properties: object = {}) => ({
  time: minutesAgo(1),
  tenantId: '4b8c18bd-0000-4000-8000-000000000000',
  operationName: 'Publish',
  category: 'AdvancedHunting-DeviceProcessEvents',
  properties: {
    Timestamp: minutesAgo(10 + index),
    DeviceId: 'd1',
    DeviceName: 'ws-014.contoso.example',
    ActionType: 'ProcessCreated',
    FileName: index % 2 === 0 ? 'powershell.exe' : 'cmd.exe',
    ProcessCommandLine: `powershell -enc ${index}`,
    InitiatingProcessFileName: 'outlook.exe',
    InitiatingProcessCommandLine: 'outlook.exe appdata',
    ReportId: 639_199_803_770 + index,
    ...properties,
  },
});

async function send(path: string, token: string, body: string | Buffer, headers = {}) {
  const authorization = `Bearer ${token}`;
  return read(
    await fetch(quarry.url + path, {
      method: 'POST',
      body,
      headers: { authorization, ...headers },
    }),
  );
}

const ingest = (body: string | Buffer, headers = {}) =>
  send('/api/ingest/streaming-api', sender, body, headers);

async function huntFor(query: string, path = '/api/advancedhunting/run'): Promise<Answer> {
  return send(path, hunter, JSON.stringify({ Query: query }));
}

/** Rows, once what has been acknowledged is in the engine. */
async function eventually(query: string, done: (rows: unknown[]) => boolean): Promise<unknown[]> {
  for (;;) {
    const { json } = await huntFor(query);
    const rows = json['Results'] as unknown[];
    if (done(rows)) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const countOf = 'DeviceProcessEvents | summarize n = count()';
const hasCount = (n: number) => (rows: unknown[]) => (rows[0] as { n: number }).n === n;

describe('telemetry comes in over HTTP and out through every path', () => {
  test('records, JSON lines and gzip; once, however often they are sent', async () => {
    const lines = [event(2), event(3)].map((each) => JSON.stringify(each)).join('\r\n');
    const wrapped = JSON.stringify({ records: [event(0), event(1)] });
    expect((await ingest(wrapped)).json).toMatchObject({ accepted: 2, rejected: 0 });
    expect((await ingest(gzipSync(lines))).json).toMatchObject({ accepted: 2 });
    const again = await ingest(gzipSync(lines), { 'content-encoding': 'gzip' });
    expect(again).toMatchObject({ status: 200, json: { accepted: 0, duplicate: 2 } });
    await eventually(countOf, hasCount(4));
  });

  test('an unknown category is not dropped in silence', async () => {
    const { status, json } = await ingest(JSON.stringify({ ...event(9), category: 'Nothing' }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ accepted: 0, rejected: 1 });
  });

  test('gzip that breaks off is refused', async () => {
    const whole = gzipSync(JSON.stringify(event(8)));
    for (const headers of [{}, { 'content-encoding': 'gzip' }]) {
      const { status, json } = await ingest(whole.subarray(0, whole.length - 12), headers);
      expect(status).toBe(400);
      expect(json.error.message).toBeTypeOf('string');
    }
  });

  test('a hunter cannot send, and a sender cannot hunt', async () => {
    expect((await send('/api/ingest/streaming-api', hunter, '{}')).status).toBe(403);
    const path = '/api/advancedqueries/run';
    expect((await send(path, sender, '{"Query":"DeviceInfo"}')).status).toBe(403);
  });
});

describe('the documented queries find it', () => {
  test('2018: earlier table and column names', async () => {
    await eventually(countOf, hasCount(4));
    const { status, json } = await send(
      '/api/advancedqueries/run',
      hunter,
      '{\r\n\t"Query":"ProcessCreationEvents \r\n| where InitiatingProcessFileName =~ \\"OUTLOOK.exe\\"\r\n| project EventTime, FileName, InitiatingProcessFileName\r\n| order by EventTime desc\r\n| limit 1"\r\n}',
    );
    expect(json['Results']).toEqual([
      {
        EventTime: expect.stringMatching(/^\d{4}-.*Z$/),
        FileName: 'powershell.exe',
        InitiatingProcessFileName: 'outlook.exe',
      },
    ]);
    expect(json['Schema']).toEqual([
      { Name: 'EventTime', Type: 'DateTime' },
      { Name: 'FileName', Type: 'String' },
      { Name: 'InitiatingProcessFileName', Type: 'String' },
    ]);
    expect(status).toBe(200);
  });

  test('today: 64-bit digits, and real statistics', async () => {
    const { text, json } = await huntFor(
      'DeviceProcessEvents | where FileName == "cmd.exe" | project ReportId, Timestamp, FileName | top 1 by ReportId',
    );
    expect(text).toContain('"ReportId":639199803773');
    const { Stats } = json as unknown as { Stats: { dataset_statistics: [object] } };
    expect(Stats.dataset_statistics[0]).toMatchObject({ table_row_count: 1 });
  });

  test('Graph: the time span cuts what is seen', async () => {
    const ask = async (Timespan?: string) => {
      const body = JSON.stringify({ Query: countOf, ...(Timespan && { Timespan }) });
      const headers = { 'content-type': 'application/json' };
      const { json } = await send('/v1.0/security/runHuntingQuery', hunter, body, headers);
      return (json as unknown as { results: [{ n: number }] }).results[0].n;
    };
    expect(await ask()).toBe(4);
    expect(await ask('PT11M30S')).toBe(2);
    expect(await ask(`${minutesAgo(12.5)}/PT1M`)).toBe(1);
    expect(await ask('2020-01-01/P1D')).toBe(0);
  });

  test('an error of the language is told in its words', async () => {
    const unknown = await huntFor('DeviceProcessEvents | where Foo == 1');
    expect(unknown.status).toBe(400);
    expect(unknown.json.error.message).toMatch(
      /Failed to resolve .*'Foo'\. Fix semantic errors in your query\.$/,
    );
    const broken = await huntFor('DeviceProcessEvents | | take 1');
    expect(broken.status).toBe(400);
    expect(broken.json.error.message).toMatch(/Fix syntax errors in your query\.$/);
  });

  test.each([
    ['10,000 brackets', `print x = ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['NUL and an unpaired surrogate', 'print x = "a\u0000b\ud800"'],
    ['a literal that leaves its quotes', `print x = "'); DROP DATABASE tenant_default; --"`],
  ])('%s is no crash', async (_what, query) => {
    const { status } = await huntFor(query);
    expect([200, 400]).toContain(status);
    expect((await huntFor('print 1')).status).toBe(200);
  });
});

describe('one process to a data directory', () => {
  test('a second server says who holds it', async () => {
    await expect(startQuarry(configuration)).rejects.toMatchObject({ code: 'engine.busy' });
  });

  test('health answers while it serves', async () => {
    expect((await fetch(`${quarry.url}/health`)).status).toBe(200);
  });

  test('a second start finds everything again', async () => {
    await quarry.close();
    quarry = await startQuarry(configuration);
    await eventually(countOf, hasCount(4));
  });
});

test('told to end, it answers what is under way first', { timeout: 120_000 }, async () => {
  const data = join(directory, 'ending');
  const server = spawn(process.execPath, [...program, 'serve', '--data', data, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let url: string | undefined;
  for await (const line of createInterface({ input: server.stderr })) {
    url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) break;
  }
  const settings = checkConfiguration({ data });
  const token = await issueToken(settings, { app: 'x', roles: ['AdvancedHunting.Read.All'] });
  const Query = 'range x from 1 to 1000000000 step 1 | summarize n = count(), s = sum(x * 7 % 13)';
  const answered = fetch(`${url}/api/advancedhunting/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ Query }),
  }).then(read);
  // Time for the hunt to be under way.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  server.kill('SIGTERM');
  const { status, json } = await answered;
  expect({ status, error: json.error }).toEqual({ status: 200, error: undefined });
  expect(json['Results']).toMatchObject([{ n: 1_000_000_000 }]);
  const code = server.exitCode ?? (await once(server, 'exit'))[0];
  expect(code).toBe(0);
});

describe('with its metadata in PostgreSQL', () => {
  test('two servers share tenants, applications, quotas and the record', {
    timeout: 120_000,
  }, async () => {
    const place = await openStorePlace('postgres');
    const store = await place.location('quarry');
    const settings = (name: string) =>
      checkConfiguration({
        data: join(place.directory, name),
        store,
        port: 0,
        logLevel: 'silent',
        profiles: {
          define: { five: { quotas: [{ kind: 'calls', limit: 5, windowSeconds: 86_400 }] } },
          default: 'five',
        },
      });
    const first = await startQuarry(settings('first'));
    await cp(join(place.directory, 'first', 'keys'), join(place.directory, 'second', 'keys'), {
      recursive: true,
    });
    const second = await startQuarry(settings('second'));
    try {
      const roles = ['AdvancedHunting.Read.All', 'Audit.Read'];
      const token = await issueToken(settings('first'), { app: 'shared', roles });
      const statuses = await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          const { url } = index % 2 === 0 ? first : second;
          const { status } = await fetch(`${url}/api/advancedhunting/run`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}` },
            body: '{"Query":"print 1"}',
          });
          return status;
        }),
      );
      expect(statuses.filter((status) => status === 200)).toHaveLength(5);
      expect(statuses.filter((status) => status === 429)).toHaveLength(7);
    } finally {
      await Promise.all([first.close(), second.close()]);
      await place.close();
    }
  });
});
