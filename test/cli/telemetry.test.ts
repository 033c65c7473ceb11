import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/configuration.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { program } from '../program.js';

let directory: string;
let server: Quarry;
let environment: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-cli-telemetry-'));
  const data = join(directory, 'data');
  const configuration = checkConfiguration({ data, port: 0, logLevel: 'silent' });
  server = await startQuarry(configuration);
  const roles = ['Quarry.Admin', 'Telemetry.Ingest'];
  environment = {
    PATH: process.env['PATH'] ?? '',
    NO_COLOR: '1',
    QUARRY_URL: server.url,
    QUARRY_TOKEN: await issueToken(configuration, { app: 'admin', roles }),
  };
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

async function quarry(...commandLine: string[]) {
  const child = spawn(process.execPath, [...program, ...commandLine], {
    env: environment,
  });
  child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code: code as number };
}

async function answer(...commandLine: string[]) {
  const { stdout, stderr, code } = await quarry(...commandLine);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout === '' ? undefined : JSON.parse(stdout);
}

const declaration = `
name: Doors
description: Doors that were opened
columns:
  - { name: Timestamp, type: datetime, from: [at] }
  - { name: DeviceName, type: string, from: reader.name }
`;

describe('the command line administers telemetry', { timeout: 180_000 }, () => {
  it('tables of one’s own, from declaration to removal', async () => {
    const file = join(directory, 'doors.yaml');
    await writeFile(file, declaration);
    expect(await answer('table', 'add', file)).toMatchObject({
      source: 'custom:Doors',
      columns: ['Timestamp: datetime', 'DeviceName: string'],
    });
    expect(await answer('table', 'list')).toHaveLength(1);
    const events = join(directory, 'doors.ndjson');
    await writeFile(events, `${JSON.stringify({ at: new Date(), reader: { name: 'door-1' } })}\n`);
    expect(await server.ingestFile(events, { source: 'custom:Doors' })).toMatchObject({
      accepted: 1,
    });
    expect(await answer('status')).toMatchObject({
      sources: [{ source: 'file', connector: 'custom:Doors', accepted: 1 }],
      tables: expect.arrayContaining([expect.objectContaining({ name: 'Doors', rows: 1 })]),
    });
    const { stdout } = await quarry('status', '--format', 'table');
    expect(stdout).toMatch(/custom:Doors[\s\S]*dead letters/);
  });

  it('says where a declaration is wrong', async () => {
    const file = join(directory, 'wrong.yaml');
    await writeFile(file, 'name: Doors\ncolumns: [{ name: Timestamp, type: date }]\n');
    expect(await quarry('table', 'add', file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('columns.0.type'),
    });
    await writeFile(file, 'name: [\n');
    expect(await quarry('table', 'add', file)).toMatchObject({ code: 2 });
  });

  it('a purge, which wants to be sure', async () => {
    expect(await quarry('purge', '--device', 'door-1')).toMatchObject({ code: 2 });
    expect(await answer('purge', '--device', 'DOOR-1', '--dry-run')).toMatchObject({
      state: 'planned',
      tables: { Doors: 1 },
    });
    expect(await answer('purge', '--device', 'DOOR-1', '--yes')).toMatchObject({ rows: 1 });
    await answer('table', 'remove', 'Doors', '--yes');
  });

  it('retention of the tenant and of tables', async () => {
    expect(await answer('retention', 'unlimited')).toEqual([{ table: '*', kept: 'unlimited' }]);
    const own = ['--table', 'deviceevents', '--table', 'DeviceInfo'];
    expect(await answer('retention', '7d', ...own)).toEqual([
      { table: 'DeviceEvents', kept: '7d' },
      { table: 'DeviceInfo', kept: '7d' },
    ]);
    await answer('retention', 'default', '--table', 'DeviceInfo');
    expect(await answer('retention')).toEqual([
      { table: '*', kept: 'unlimited' },
      { table: 'DeviceEvents', kept: '7d' },
    ]);
    expect(await quarry('retention', 'long')).toMatchObject({ code: expect.any(Number) });
  });

  it('of what it takes in it says what became of every event', async () => {
    const file = join(directory, 'security.ndjson');
    const event = (id: number, data: object) =>
      JSON.stringify({
        '@timestamp': new Date().toISOString(),
        winlog: {
          channel: 'Security',
          provider_name: 'Microsoft-Windows-Security-Auditing',
          event_id: String(id),
          computer_name: 'pc1',
          event_data: data,
        },
      });
    const logon = { TargetUserName: 'bob', LogonType: '3', IpAddress: '192.0.2.7' };
    await writeFile(file, `${event(4624, logon)}\n${event(4658, {})}\nno event\n`);
    const { stdout, code } = await quarry('ingest', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\(windows-event\): \d+ events in/);
    expect(stdout).toMatch(/ 1 {2}of kinds that no table is for\n/);
    expect(stdout).toMatch(/ 1 {2}rejected\n/);
    expect(stdout).toMatch(/ 1 {2}DeviceLogonEvents\n/);
  });
});
