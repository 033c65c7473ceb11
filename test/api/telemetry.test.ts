import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, checkConfiguration } from '../../src/configuration.js';
import type { MintRequest } from '../../src/identity/mint.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { openStore } from '../../src/store/store.js';
import { type Answer, read } from './fixture.js';

let directory: string;
let configuration: Configuration;
let quarry: Quarry;
let admin: string;
let sender: string;

const own = '/api/quarry/tenants/default';
const dayMs = 86_400_000;

const mint = (request: Partial<MintRequest>) =>
  issueToken(configuration, { app: 'test', roles: [], ...request });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-telemetry-'));
  configuration = checkConfiguration({ data: directory, port: 0, logLevel: 'silent' });
  await open();
});
afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

async function open(): Promise<void> {
  quarry = await startQuarry(configuration);
  admin = await mint({
    app: 'admin',
    roles: ['Quarry.Admin', 'AdvancedHunting.Read.All', 'Audit.Read'],
  });
  sender = await mint({ app: 'sender', roles: ['Telemetry.Ingest'] });
}

async function call(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return read(await fetch(`${quarry.url}${path}`, { method, headers, ...sent }));
}

async function push(source: string, body: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${sender}` };
  const url = `${quarry.url}/api/ingest/${source}`;
  const answer = await read(await fetch(url, { method: 'POST', body, headers }));
  await quarry.flush();
  return answer;
}

async function rows(Query: string): Promise<unknown> {
  const answer = await call('POST', '/api/advancedhunting/run', admin, { Query });
  return answer.json['Results'] ?? answer.json.error.message;
}

const at = (daysAgo: number) => new Date(Date.now() - daysAgo * dayMs).toISOString();

const processEvent = (device: string, daysAgo = 0.01, more: object = {}) =>
  `${JSON.stringify({
    category: 'AdvancedHunting-DeviceProcessEvents',
    properties: {
      Timestamp: at(daysAgo),
      DeviceId: `id-${device}`,
      DeviceName: device,
      FileName: 'a.exe',
      ...more,
    },
  })}\n`;

const firewall = {
  description: 'Connections that the firewall has seen',
  columns: [
    { name: 'Timestamp', type: 'datetime', from: ['ts', '@timestamp'] },
    { name: 'DeviceName', type: 'string', from: ['host.name', 'hostname'] },
    { name: 'SrcIp', type: 'string', from: 'source.ip' },
    { name: 'Port', type: 'int', from: ['destination.port', 'dport'] },
    { name: 'AdditionalFields', type: 'dynamic' },
  ],
  csv: {},
  detect: { values: { 'event.module': 'fw' } },
};

describe('a table of one’s own', () => {
  test('is known to hunts and to ingest at once', async () => {
    const made = await call('PUT', `${own}/tables/Firewall`, admin, firewall);
    expect(made.json).toMatchObject({ name: 'Firewall' });
    expect(made.status).toBe(201);
    const events = [
      {
        ts: at(1),
        host: { name: 'pc1', os: 'x' },
        'source.ip': '1.2.3.4',
        destination: { port: 443 },
        event: { module: 'fw', n: 1 },
        extra: [1, 2],
      },
      {
        '@timestamp': at(2),
        hostname: 'pc2',
        source: { ip: '1.2.3.5' },
        dport: '80',
        event: { module: 'fw' },
      },
      { '@timestamp': 'never', event: { module: 'fw' } },
    ];
    const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    expect((await push('auto', body)).json).toMatchObject({
      source: 'custom:Firewall',
      accepted: 2,
      rejected: 1,
      byReason: { 'time.invalid': 1 },
    });
    expect((await push('custom:firewall', body)).json).toMatchObject({ accepted: 0, duplicate: 2 });
    expect(
      await rows(
        'Firewall | where Port > 1 | sort by Port asc | project DeviceName, SrcIp, Port, AdditionalFields',
      ),
    ).toEqual([
      {
        DeviceName: 'pc2',
        SrcIp: '1.2.3.5',
        Port: 80,
        AdditionalFields: { event: { module: 'fw' } },
      },
      {
        DeviceName: 'pc1',
        SrcIp: '1.2.3.4',
        Port: 443,
        AdditionalFields: { host: { os: 'x' }, event: { module: 'fw', n: 1 }, extra: [1, 2] },
      },
    ]);
  });

  test('takes CSV', async () => {
    const body = [
      'ts,host.name,source.ip,dport,note',
      `${at(1)},"pc,3",9.9.9.9,1,"two`,
      'lines, ""quoted"""',
      `${at(1)},pc4,8.8.8.8,2`,
      `${at(1)},pc5,8.8.8.8,2,x,too many`,
      '',
    ].join('\r\n');
    expect((await push('custom:Firewall', body)).json).toMatchObject({
      accepted: 2,
      rejected: 1,
      byReason: { 'record.shape': 1 },
    });
    expect(
      await rows(
        'Firewall | where Port in (1, 2) | sort by Port asc | project DeviceName, note = tostring(AdditionalFields.note)',
      ),
    ).toEqual([
      { DeviceName: 'pc,3', note: 'two\nlines, "quoted"' },
      { DeviceName: 'pc4', note: '' },
    ]);
  });

  test('gets columns, and keeps those it has', async () => {
    const columns = [...firewall.columns, { name: 'Module', type: 'string', from: 'event.module' }];
    const path = `${own}/tables/Firewall`;
    expect((await call('PUT', path, admin, { ...firewall, columns })).status).toBe(200);
    const event = { ts: at(3), event: { module: 'fw' } };
    expect((await push('auto', JSON.stringify(event))).json).toMatchObject({ accepted: 1 });
    expect(await rows('Firewall | where Module != "" | project Module, AdditionalFields')).toEqual([
      { Module: 'fw', AdditionalFields: null },
    ]);
    const fewer = { ...firewall, columns: firewall.columns.slice(0, 3) };
    const other = {
      ...firewall,
      columns: columns.map((each) => (each.name === 'Port' ? { ...each, type: 'string' } : each)),
    };
    for (const change of [fewer, other]) {
      expect((await call('PUT', path, admin, change)).json.error.message).toMatch(/stored/);
    }
  });

  const time = { name: 'Timestamp', type: 'datetime' };
  test.each<[string, object]>([
    ['DeviceEvents', { columns: [time] }],
    ['deviceevents', { columns: [time] }],
    ['ProcessCreationEvents', { columns: [time] }],
    ['QuarryAuditLogs', { columns: [time] }],
    ['FileProfile', { columns: [time] }],
    ['FIREWALL', { columns: [time] }],
    ['Drop`Table', { columns: [time] }],
    ['a b', { columns: [time] }],
    ['A', { columns: [] }],
    ['A', { columns: [{ name: 'x; DROP', type: 'string' }] }],
    ['A', { columns: [{ name: '_seq', type: 'long' }] }],
    ['A', { columns: [time, { name: 'timestamp', type: 'string' }] }],
    ['A', { columns: [time], timeColumn: 'Other' }],
    ['A', { columns: [time], additionalFields: 'Timestamp' }],
    ['A', { columns: [{ ...time, unix: 'weeks' }] }],
    ['A', { columns: [{ name: 'x', type: 'string', unix: 's' }] }],
    ['A', { columns: [time], csv: { delimiter: '"' } }],
    ['A', { columns: [time], csv: { delimiter: ',,' } }],
    ['A', { columns: [time], detect: {} }],
    ['A', { columns: [time], name: 'B' }],
    ['A', { columns: [time], unknown: 1 }],
  ])('is refused: %s %j', async (name, declared) => {
    const path = `${own}/tables/${encodeURIComponent(name)}`;
    const answer = await call('PUT', path, admin, declared);
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).not.toMatch(/DB::/);
  });

  test('counts what no column takes, where there is none for it', async () => {
    const columns = [{ ...time, from: 'when', unix: 'ms' }];
    expect((await call('PUT', `${own}/tables/Bare`, admin, { columns })).status).toBe(201);
    const body = JSON.stringify({ when: Date.now() - 1000, a: 1, b: 2 });
    expect((await push('custom:Bare', body)).json).toMatchObject({
      accepted: 1,
      deadLetters: 0,
      byReason: { 'column.unknown': 2 },
    });
  });

  test('goes with its rows, and comes back empty', async () => {
    expect((await call('DELETE', `${own}/tables/Bare`, admin)).status).toBe(204);
    expect((await call('DELETE', `${own}/tables/Bare`, admin)).status).toBe(404);
    expect(await rows('Bare')).toMatch(/Bare/);
    expect((await push('custom:Bare', '{}')).status).toBe(400);
    await call('PUT', `${own}/tables/Bare`, admin, { columns: [time] });
    expect(await rows('Bare | count')).toEqual([{ Count: 0 }]);
  });

  test('is the tenant’s alone', async () => {
    const other = await mint({
      tenant: 'default',
      app: 'reader',
      roles: ['AdvancedHunting.Read.All'],
    });
    expect((await call('GET', `${own}/tables`, other)).status).toBe(403);
    expect((await call('PUT', `${own}/tables/X`, sender, firewall)).status).toBe(403);
  });
});

describe('retention', () => {
  test('is the tenant’s, and a table’s where it has its own', async () => {
    const answer = await call('GET', `${own}/retention`, admin);
    expect(answer.json).toMatchObject({ retentionDays: 30, tables: {} });
    const body = [
      processEvent('old', 40, { FileName: 'kept.exe' }),
      processEvent('new', 1, { FileName: 'kept.exe' }),
    ].join('');
    expect((await push('streaming-api', body)).json).toMatchObject({ accepted: 1, expired: 1 });
    const changed = await call('PUT', `${own}/retention`, admin, {
      tables: { deviceprocessevents: 'unlimited', DeviceEvents: 7 },
    });
    expect(changed.json).toMatchObject({
      retentionDays: 30,
      tables: { DeviceProcessEvents: null, DeviceEvents: 7 },
    });
    expect((await push('streaming-api', body)).json).toMatchObject({ accepted: 1, duplicate: 1 });
    const kept = 'DeviceProcessEvents | where FileName == "kept.exe" | sort by DeviceName asc';
    expect(await rows(`${kept} | project DeviceName`)).toEqual([
      { DeviceName: 'new' },
      { DeviceName: 'old' },
    ]);
    expect(await rows('ProcessCreationEvents | where FileName == "kept.exe" | count')).toEqual([
      { Count: 2 },
    ]);
    await call('PUT', `${own}/retention`, admin, { tables: {} });
    // Gone from the engine, and not only out of sight.
    await call('PUT', `${own}/retention`, admin, { tables: { DeviceProcessEvents: null } });
    expect(await rows(`${kept} | project DeviceName`)).toEqual([{ DeviceName: 'new' }]);
    const changed60 = await call('PUT', `${own}/retention`, admin, {
      retentionDays: 60,
      tables: {},
    });
    expect(changed60.json).toMatchObject({ retentionDays: 60, tables: {} });
  });

  test.each([
    [{ retentionDays: 0 }],
    [{ retentionDays: 40_000 }],
    [{ retentionDays: '30' }],
    [{ tables: { NoSuchTable: 3 } }],
    [{ tables: { DeviceTvmSoftwareVulnerabilitiesKB: 3 } }],
    [{ tables: { QuarryAuditLogs: 3 } }],
    [{ days: 3 }],
  ])('is not %j', async (change) => {
    expect((await call('PUT', `${own}/retention`, admin, change)).status).toBe(400);
  });

  test('what comes from the future is told', async () => {
    const body = [processEvent('f1', -2), processEvent('f2', -800)].join('');
    expect((await push('streaming-api', body)).json).toMatchObject({
      accepted: 1,
      rejected: 1,
      future: 2,
      byReason: { 'time.future': 1 },
    });
  });
});

describe('a purge', () => {
  test('deletes one device’s data everywhere, and says so', async () => {
    const body = [
      processEvent('pc1.corp'),
      processEvent('PC1.corp', 0.5, { FileName: 'b.exe' }),
      processEvent('pc10.corp'),
      '{"category":"AdvancedHunting-DeviceInfo","properties":{"DeviceName":"pc1.corp"}}\n',
      '{"category":"AdvancedHunting-DeviceInfo","properties":{"DeviceName":"pc10.corp"}}\n',
    ].join('');
    await push('streaming-api', body);
    const plan = await call('POST', `${own}/purge`, admin, { device: 'PC1.corp', dryRun: true });
    const tables = { DeviceProcessEvents: 2, QuarryIngestErrors: 1 };
    expect(plan.json).toMatchObject({ state: 'planned', id: null, tables, rows: 3 });
    const done = await call('POST', `${own}/purge`, admin, { device: 'pc1.corp' });
    expect(done.json).toMatchObject({ state: 'done', tables, rows: 3 });
    expect(
      await rows('DeviceProcessEvents | where DeviceName has "corp" | project DeviceName'),
    ).toEqual([{ DeviceName: 'pc10.corp' }]);
    expect(await rows('QuarryIngestErrors | where RawEvent has "corp" | count')).toEqual([
      { Count: 1 },
    ]);
    const again = await call('POST', `${own}/purge`, admin, { device: 'pc1.corp', dryRun: true });
    expect(again.json).toMatchObject({ rows: 0 });
    expect((await call('GET', `${own}/purges`, admin)).json['purges']).toMatchObject([
      { device: 'pc1.corp', tables, finishedAt: expect.any(String) },
    ]);
  });

  test('by its id leaves others of its name', async () => {
    const body = [
      processEvent('twin', 0.1, { DeviceId: 'first' }),
      processEvent('twin', 0.2, { DeviceId: 'second' }),
    ].join('');
    await push('streaming-api', body);
    const done = await call('POST', `${own}/purge`, admin, { device: 'first' });
    expect(done.json).toMatchObject({ deviceIds: ['first'], deviceNames: [], rows: 1 });
    expect(
      await rows('DeviceProcessEvents | where DeviceName == "twin" | project DeviceId'),
    ).toEqual([{ DeviceId: 'second' }]);
  });

  test('names the damaged journals, which it does not look into', async () => {
    const name = '0000000042.journal.damaged';
    await writeFile(join(directory, 'spool', name), '');
    const plan = await call('POST', `${own}/purge`, admin, { device: 'nobody', dryRun: true });
    expect(plan.json).toMatchObject({ rows: 0, setAside: [name] });
    await rm(join(directory, 'spool', name));
  });

  test('of a hostile name finds nothing else', async () => {
    for (const device of [`x' OR '1'='1`, '.*', '%', `\\`, '(', '\u0000']) {
      const plan = await call('POST', `${own}/purge`, admin, { device, dryRun: true });
      expect(plan.json).toMatchObject({ rows: 0 });
    }
  });

  test('is for administrators', async () => {
    expect((await call('POST', `${own}/purge`, sender, { device: 'x' })).status).toBe(403);
    expect((await call('POST', `${own}/purge`, admin, {})).status).toBe(400);
    const foreign = '/api/quarry/tenants/other/purge';
    expect((await call('POST', foreign, admin, { device: 'x' })).status).toBe(403);
  });

  test('that was broken off is taken up at the next start', async () => {
    await push('streaming-api', processEvent('left.corp'));
    await quarry.close();
    const store = await openStore(join(directory, 'quarry.db'));
    await store.db
      .insertInto('purges')
      .values({
        id: 'broken-off',
        tenant_id: 'default',
        device: 'left.corp',
        names: '{"ids":["id-left.corp"],"names":["left.corp"]}',
        counts: '{"DeviceEvents":2}',
        created_at: Date.now(),
        finished_at: null,
      })
      .execute();
    await store.close();
    await open();
    await expect
      .poll(async () => (await call('GET', `${own}/purges`, admin)).json['purges'], {
        timeout: 20_000,
      })
      .toContainEqual(
        expect.objectContaining({
          id: 'broken-off',
          tables: { DeviceEvents: 2, DeviceProcessEvents: 1 },
          finishedAt: expect.any(String),
        }),
      );
    expect(await rows('DeviceProcessEvents | where DeviceName == "left.corp" | count')).toEqual([
      { Count: 0 },
    ]);
  });
});

test('what has come in is counted, over restarts', async () => {
  const { json } = await call('GET', '/api/quarry/ingest/status', admin);
  expect(json).toMatchObject({
    tenant: 'default',
    backlog: { events: 0 },
    sources: expect.arrayContaining([
      expect.objectContaining({
        source: 'http',
        connector: 'custom:Firewall',
        accepted: 5,
        duplicates: 2,
        rejected: { 'time.invalid': 2, 'record.shape': 1 },
        lastEvent: expect.any(String),
      }),
      expect.objectContaining({
        source: 'http',
        connector: 'defender-streaming',
        late: 1,
        future: 2,
      }),
    ]),
    tables: expect.arrayContaining([
      expect.objectContaining({
        name: 'Firewall',
        rows: 5,
        retentionDays: 60,
        firstEvent: expect.stringMatching(/Z$/),
      }),
    ]),
  });
  expect(json['deadLetters']).toBeGreaterThan(0);
  const metrics = await mint({ app: 'prometheus', roles: ['Metrics.Read'] });
  const { text } = await call('GET', '/metrics', metrics);
  expect(text).toContain(
    'quarry_ingest_events_total{tenant="default",source="http",connector="custom:Firewall",outcome="accepted"} 5',
  );
  expect(text).toMatch(/quarry_ingest_rejected_total\{.*reason="time.invalid"\} 2/);
});

test('each act is on record', async () => {
  await expect
    .poll(
      () =>
        rows(
          'QuarryAuditLogs | where Kind == "Administration" and Outcome == "Succeeded" | distinct Action | sort by Action asc',
        ),
      { timeout: 10_000 },
    )
    .toEqual(
      ['ChangeRetention', 'PurgeDevice', 'RemoveTable', 'SaveTable'].map((Action) => ({ Action })),
    );
});
