import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { Positions } from '../../src/ingest/positions.js';
import { IngestRun } from '../../src/ingest/run.js';
import { replaceTableRetention } from '../../src/store/retention.js';
import { openStore } from '../../src/store/store.js';
import { changeTenant } from '../../src/store/tenants.js';
import { cleanUp, temporaryDirectory } from '../engine/fixture.js';

const folder = temporaryDirectory();
const store = await openStore(path.join(folder, 'quarry.db'));
cleanUp(() => store.close());

const files = Array.from({ length: 20 }, (_, index) => {
  const file = path.join(folder, `${index}.log`);
  writeFileSync(file, `${index}`);
  return file;
});

test('a run goes on behind what an interrupted one has taken, and looks that up once', async () => {
  const all = vi.spyOn(Positions.prototype, 'all');
  const interrupted = new IngestRun({ store }, { tenant: 'default' });
  for (const file of files.slice(0, 10)) {
    expect(await interrupted.hasTaken(file)).toBe(false);
    await interrupted.taken(file);
  }
  // Named twice, it is read twice.
  expect(await interrupted.hasTaken(files[0] ?? '')).toBe(false);

  appendFileSync(files[1] ?? '', 'more');
  copyFileSync(files[2] ?? '', path.join(folder, 'copy.log'));
  const again = new IngestRun({ store }, { tenant: 'default' });
  const taken = [];
  for (const file of [...files, path.join(folder, 'copy.log')]) {
    if (await again.hasTaken(file)) taken.push(files.indexOf(file));
    else await again.taken(file);
  }
  expect(taken).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9]);
  await again.end();
  expect(await new IngestRun({ store }, { tenant: 'default' }).hasTaken(files[0] ?? '')).toBe(
    false,
  );
  expect(all).toHaveBeenCalledTimes(3);
});

test.each([
  { change: 'another source', before: {}, now: { source: 'auditd' } },
  { change: 'no source', before: { source: 'auditd' }, now: {} },
  {
    change: 'a longer retention',
    before: {},
    now: {},
    between: () => changeTenant(store, 'default', { retentionDays: 400 }),
  },
  {
    change: 'a longer retention of a table',
    before: {},
    now: {},
    between: () => replaceTableRetention(store, 'default', new Map([['DeviceEvents', null]])),
  },
])('what an interrupted run took is read again with $change', async (each) => {
  const { before, now, between } = each;
  const [file = ''] = files;
  const interrupted = new IngestRun({ store }, { tenant: 'default', ...before });
  await interrupted.taken(file);
  const same = new IngestRun({ store }, { tenant: 'default', ...before });
  expect(await same.hasTaken(file)).toBe(true);
  await between?.();
  const other = new IngestRun({ store }, { tenant: 'default', ...now });
  expect(await other.hasTaken(file)).toBe(false);
  await other.taken(file);
  expect(await new IngestRun({ store }, { tenant: 'default', ...now }).hasTaken(file)).toBe(true);
});
