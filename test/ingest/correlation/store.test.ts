import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Process } from '../../../src/ingest/correlation/process.js';
import { CorrelationStore } from '../../../src/ingest/correlation/store.js';
import { cleanUp, smallDisk } from '../../engine/fixture.js';

let folder = '';
let store: CorrelationStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarry-known-'));
  store = new CorrelationStore(join(folder, 'known.db'));
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true });
});

const nothing = { processes: [], devices: [], sids: new Map(), primaries: [], lesserRows: [] };

function process(pid: number): Process {
  const found = new Process('pc1');
  found.pid = pid;
  found.startMs = pid * 1000;
  found.facts.image = `/bin/${pid}`;
  return found;
}

it.each([1, 19, 20, 21, 45])('%d processes are found again, each in its row', (count) => {
  const before = [process(7000), process(7001)];
  store.save({ ...nothing, processes: before });
  const added = Array.from({ length: count }, (_, pid) => process(pid));
  store.save({ ...nothing, processes: added });
  for (const each of added) each.endMs = 5;
  store.save({ ...nothing, processes: [...added, process(8000)] });
  for (const { pid = 0, row, startMs } of [...before, ...added]) {
    const image = `/bin/${pid}`;
    expect(store.byPid('pc1', pid)).toMatchObject([{ row, pid, startMs, facts: { image } }]);
  }
  expect(store.byPid('pc1', 0)[0]?.endMs).toBe(5);
});

it('rows are remembered with their device, and forgotten with it', () => {
  const rows = ['pc1.a.example', 'pc1.b.example', 'pc1'].map((device, index) => ({
    key: 'pc1\nkey\nmore',
    device,
    ms: index,
    ticks: -(2n ** 62n),
    identity: 2n ** 64n - 1n,
  }));
  store.save({ ...nothing, lesserRows: rows });
  expect([...store.lesserRows()]).toEqual(rows);
  store.forget(['pc1.a.example']);
  expect([...store.lesserRows()]).toEqual(rows.slice(1, 2));
});

it('what could not be saved is saved by the next time', () => {
  const added = [process(1), process(2)];
  const device = { name: null } as never;
  expect(() => store.save({ ...nothing, processes: added, devices: [device] })).toThrow();
  expect(store.byPid('pc1', 1)).toEqual([]);
  store.save({ ...nothing, processes: [process(3)] });
  store.save({ ...nothing, processes: added });
  expect([1, 2, 3].map((pid) => store.byPid('pc1', pid)[0]?.pid)).toEqual([1, 2, 3]);
});

const disk = smallDisk(1);

it.skipIf(disk === undefined)('a full disk is what a failure says, and is made up for', () => {
  const full = new CorrelationStore(join(disk ?? '', 'known.db'));
  cleanUp(() => full.close());
  full.save({ ...nothing, processes: [process(1)] });
  const ballast = join(disk ?? '', 'ballast');
  const { bavail, bsize } = statfsSync(disk ?? '');
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  const added = Array.from({ length: 500 }, (_, index) => process(2 + index));
  for (const _attempt of [1, 2]) {
    const failed = expect.objectContaining({ code: 'SQLITE_FULL' });
    expect(() => full.save({ ...nothing, processes: added })).toThrow(failed);
  }
  rmSync(ballast);
  full.save({ ...nothing, processes: added });
  expect([1, 2, 501].map((pid) => full.byPid('pc1', pid)[0]?.pid)).toEqual([1, 2, 501]);
});

it('events with a row of their own are known that an earlier version stored', () => {
  store.close();
  const file = join(folder, 'known.db');
  const database = new Database(file);
  database.exec(`
    drop table primary_event;
    create table primary_event (
      id integer primary key, label text not null, key text not null, ms integer not null);
    insert into primary_event (label, key, ms) values ('pc1', 'service\nevil', 5);
  `);
  database.close();
  const other = { key: 'pc2\nservice\nevil', device: 'pc2.contoso.com', ms: 6 };
  for (const opened of [1, 2]) {
    store = new CorrelationStore(file);
    const earlier = { key: 'pc1\nservice\nevil', device: 'pc1', ms: 5 };
    expect(store.primaries()).toEqual(opened === 1 ? [earlier] : [earlier, other]);
    if (opened === 1) {
      store.save({ ...nothing, primaries: [other] });
      store.close();
    }
  }
  store.forget(['pc1', 'pc2.contoso.com']);
  expect(store.primaries()).toEqual([]);
});
