import { existsSync } from 'node:fs';
import {
  access,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Configuration, checkConfiguration } from '../../src/configuration.js';
import { issueToken, type Quarry, startQuarry } from '../../src/main.js';
import { Backups } from '../../src/server/backups.js';
import { dataPaths } from '../../src/server/data-directory.js';
import { type Answer, read } from '../api/fixture.js';

const roles = [
  ...['AdvancedHunting.Read.All', 'Telemetry.Ingest', 'Quarry.Admin', 'Quarry.Operator'],
  'Audit.Read',
];
/** Of Linux; elsewhere the same one. */
const otherFileSystem = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
let directory: string;
let configuration: Configuration;
let quarry: Quarry;
let token: string;

const at = (data: string) => checkConfiguration({ data, port: 0, logLevel: 'silent' });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-backups-'));
  configuration = at(join(directory, 'served'));
  quarry = await startQuarry(configuration);
  token = await issueToken(configuration, { app: 'operator', roles });
});
afterAll(async () => {
  await quarry?.close();
  await rm(directory, { recursive: true });
});

async function ask(
  server: Quarry,
  method: string,
  path: string,
  body?: unknown,
  bearer = token,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${bearer}` };
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  return read(
    await fetch(server.url + path, { method, headers, ...(body !== undefined && { body: sent }) }),
  );
}

async function rowsOf(server: Quarry, query: string): Promise<Record<string, unknown>[]> {
  const { json } = await ask(server, 'POST', '/api/advancedhunting/run', { Query: query });
  return json['Results'] as Record<string, unknown>[];
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const event = (index: number, days = 0) => ({
  category: 'AdvancedHunting-DeviceEvents',
  properties: { Timestamp: daysAgo(days), DeviceId: 'd', ActionType: 'A', ReportId: index },
});
const events = [event(1, 300), event(2, 10), event(3), event(4)];
const more = [event(5, 200), event(6)];
const send = (server: Quarry, events: readonly object[]) =>
  ask(server, 'POST', '/api/ingest/streaming-api', events.map((e) => JSON.stringify(e)).join('\n'));

/** The data directory of a copy, as if on another machine. */
async function moved({ json, status }: Answer, name: string): Promise<Configuration> {
  expect({ status, json }).toMatchObject({ status: 201, json: { path: expect.any(String) } });
  const place = join(directory, name);
  await rename(String(json['path']), place);
  return at(place);
}

describe('a copy of a directory that is served', () => {
  it('has all that was acknowledged before, and goes its own way', async () => {
    const tables = { DeviceEvents: 400 };
    await ask(quarry, 'PUT', '/api/quarry/tenants/default/retention', { tables });
    await ask(quarry, 'PUT', '/api/quarry/tenants/default/functions/Mine', {
      body: 'DeviceEvents',
      parameters: '',
      summary: '',
    });
    expect((await send(quarry, events)).json).toMatchObject({ accepted: 4 });
    await quarry.flush();
    // In a journal only, or on its way from there.
    expect((await send(quarry, more)).json).toMatchObject({ accepted: 2 });
    const [spool, damaged] = [join(configuration.data, 'spool'), '0000000000.journal.damaged'];
    await writeFile(join(spool, damaged), 'for a person to look at');
    const copy = await moved(await ask(quarry, 'POST', '/api/quarry/backups'), 'first');
    const server = (data: string) => readFile(join(data, 'spool', 'audit-server'), 'utf8');
    expect(await server(copy.data)).toBe(await server(configuration.data));
    expect(await readdir(join(copy.data, 'spool'))).toContain(damaged);
    await rm(join(spool, damaged));
    const after = [event(7)];
    // What one leaves that is killed.
    const left = ['backups/x.unfinished', 'engine/shadow/quarry_backup'];
    for (const name of left) await mkdir(join(copy.data, name), { recursive: true });
    expect((await send(quarry, after)).json).toMatchObject({ accepted: 1 });

    const restored = await startQuarry(copy);
    try {
      for (const name of left) await expect(access(join(copy.data, name))).rejects.toThrow();
      await restored.flush();
      const query = 'Mine | project ReportId | order by ReportId asc';
      const stored = await rowsOf(restored, query);
      expect(stored.map(({ ReportId }) => ReportId)).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await send(restored, [...events, ...more, ...after])).json).toMatchObject({
        accepted: 1,
        duplicate: 6,
      });
      const kept = await ask(restored, 'GET', '/api/quarry/tenants/default/retention');
      expect(JSON.stringify(kept.json)).toContain('400');
    } finally {
      await restored.close();
    }
    await quarry.flush();
    const again = await send(quarry, [...events, ...more, ...after]);
    expect(again.json).toMatchObject({ accepted: 0, duplicate: 7 });
  });

  it('is for operators alone, and leaves nothing half made', async () => {
    const path = '/api/quarry/backups';
    const admin = await issueToken(configuration, { app: 'admin', roles: ['Quarry.Admin'] });
    expect(await ask(quarry, 'POST', path, undefined, admin)).toMatchObject({ status: 403 });
    const folder = join(configuration.data, 'backups');
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    expect(await ask(quarry, 'POST', path)).toMatchObject({ status: 500 });
    await rm(folder);
    const { json } = await ask(quarry, 'POST', path);
    expect((await stat(String(json['path']))).mode & 0o777).toBe(0o700);
    const shadow = join(configuration.data, 'engine', 'shadow', 'quarry_backup');
    await expect(access(shadow)).rejects.toThrow('ENOENT');
  });

  it('may be on another file system, where it is no link', async () => {
    const folder = join(configuration.data, 'backups');
    const elsewhere = await mkdtemp(join(otherFileSystem, 'quarry-backups-'));
    await rm(folder, { recursive: true });
    await symlink(elsewhere, folder);
    const { json } = await ask(quarry, 'POST', '/api/quarry/backups');
    const copied = await readdir(String(json['path']), { recursive: true });
    expect(copied.filter((name) => /_\d+_\d+_\d+\/checksums\.txt$/.test(name))).not.toEqual([]);
    await rm(folder);
    await rm(elsewhere, { recursive: true });
  });

  it('is of one moment while events come in', async () => {
    const acknowledged: number[] = [];
    let next = 1000;
    let isOver = false;
    const sender = (async () => {
      while (!isOver) {
        const ids = Array.from({ length: 20 }, () => next++);
        const { status } = await send(
          quarry,
          ids.map((id) => event(id)),
        );
        if (status === 200) acknowledged.push(...ids);
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = [...acknowledged];
    const answers = await Promise.all([
      ask(quarry, 'POST', '/api/quarry/backups'),
      ask(quarry, 'POST', '/api/quarry/backups'),
    ]);
    isOver = true;
    await sender;
    expect(before.length).toBeGreaterThan(0);
    const [first, second] = answers;
    expect(first?.json['path']).not.toBe(second?.json['path']);
    const copy = await moved(second as Answer, 'second');
    await quarry.close();
    // The copy has files of its own names: what happens to the other directory is nothing to it.
    await rm(join(configuration.data, 'engine'), { recursive: true });
    const restored = await startQuarry(copy);
    try {
      await restored.flush();
      const query = `DeviceEvents | where ReportId >= 1000 | summarize Rows = count(), Ids = dcount(ReportId, 4), Last = max(ReportId)`;
      const [row] = await rowsOf(restored, query);
      expect(row?.['Rows']).toBe(row?.['Ids']);
      expect(row?.['Rows']).toBe(Number(row?.['Last']) - 999);
      expect(row?.['Rows']).toBeGreaterThanOrEqual(before.length);
      const acts = await rowsOf(restored, 'QuarryAuditLogs | summarize Rows = count() by RecordId');
      expect(acts.filter(({ Rows }) => Rows !== 1)).toEqual([]);
    } finally {
      await restored.close();
    }
  });
});

it('a metadata store that cannot be copied is named, and there is no copy', async () => {
  const paths = dataPaths(join(directory, 'unreadable'));
  await mkdir(paths.spool, { recursive: true });
  await writeFile(paths.store, 'no database'.repeat(100));
  const engine = { copyTo: (_folder: string, meanwhile: () => Promise<void>) => meanwhile() };
  const backups = await Backups.open(paths, engine, paths.store);
  await expect(backups.make()).rejects.toThrow(/quarry\.db cannot be copied: .*not a database/);
  await rm(paths.store);
  await expect(backups.make()).rejects.toThrow('quarry.db cannot be copied');
  expect(await readdir(paths.backups)).toEqual([]);
  await expect(access(paths.store)).rejects.toThrow('ENOENT');
});

describe('a directory of which something is lost', () => {
  let data: string;
  beforeAll(() => {
    data = join(directory, 'first');
  });
  const found = async (ending: RegExp) =>
    (await readdir(data, { recursive: true })).filter((name) => ending.test(name));

  it.each<[string, RegExp, RegExp]>([
    [
      'the engine',
      /metadata\/tenant_default\.sql$/,
      /^The engine does not start on .*Syntax error/,
    ],
    ['a key', /keys\/.*\.json$/, /keys\/.*\.json is no signing key: put it back from a copy/],
  ])('%s: a damaged file is told of', async (_what, file, message) => {
    const [name = ''] = await found(file);
    await cp(join(data, name), join(directory, 'kept'));
    await writeFile(join(data, name), 'damaged');
    await expect(startQuarry(at(data))).rejects.toThrow(message);
    await rename(join(directory, 'kept'), join(data, name));
  });

  it('events are kept where the metadata store is lost', async () => {
    await rm(join(data, 'quarry.db'));
    await rm(join(data, 'quarry.db-wal'), { force: true });
    const refusal = /quarry\.db cannot be used: it has nothing in it.*\(of default\).*--retention/;
    const issue = () => issueToken(at(data), { app: 'operator', roles });
    await expect(issue()).rejects.toThrow(refusal);
    await expect(startQuarry(at(data))).rejects.toThrow(refusal);
    await expect(issue()).rejects.toThrow(refusal);
    quarry = await startQuarry({ ...at(data), retention: 400 });
    token = await issue();
    const again = await send(quarry, [...events, ...more]);
    expect(again.json).toMatchObject({ accepted: 0, duplicate: 6 });
    await quarry.close();
  });

  it('rows that cannot be read are told of, and the others are there', async () => {
    const [part = ''] = await found(/store\/.*\/\d{8}_\d+_\d+_\d+\/checksums\.txt$/);
    await writeFile(join(data, part), 'damaged');
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => lines.push(line) });
    quarry = await startQuarry(at(data), { log });
    expect(lines.filter((line) => line.includes('stored rows cannot be read'))).toHaveLength(1);
    expect(lines.join('')).toMatch(/"table":"tenant_default\.\w+","path":".*detached\/broken/);
  });
});
