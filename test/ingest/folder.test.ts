import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { parseCustomTable, withCustomTable } from '../../src/catalog/custom-table.js';
import { type FolderSettings, followFolder } from '../../src/ingest/sources/folder.js';
import type { RunningSource } from '../../src/ingest/sources/source.js';
import { openStore } from '../../src/store/store.js';
import { deleteTenant, insertTenant } from '../../src/store/tenants.js';
import { cleanUp, until } from '../engine/fixture.js';
import { startTestIngest } from './fixture.js';
import { database, lines, numbers, processEvent, tenant } from './requests.js';

/** Files of a disk that is failing. */
const unreadable = new Set<unknown>();
vi.mock(import('node:fs/promises'), async (original) => {
  const fs = await original();
  const open: typeof fs.open = async (file, ...more) => {
    if (unreadable.has(file)) {
      throw Object.assign(new Error('EIO: i/o error, open'), { code: 'EIO', syscall: 'open' });
    }
    return fs.open(file, ...more);
  };
  return { ...fs, open };
});

/** A table of CSV, as somebody declares it. */
const firewall = {
  name: 'Firewall',
  columns: [
    { name: 'Timestamp', type: 'datetime', from: 'time' },
    { name: 'Source', type: 'string', from: ['src', 'src\naddress'] },
  ],
  csv: {},
};
const catalog = withCustomTable(builtinCatalog, parseCustomTable(firewall));
const { engine, ingest, directory, count } = await startTestIngest({ catalog });
const store = await openStore(path.join(directory, 'quarry.db'));
cleanUp(() => store.close());

let lastFolder = 0;
/** A folder of one test, and its source's name. */
function newFolder(): string {
  const folder = path.join(directory, `followed-${lastFolder++}`);
  mkdirSync(folder);
  return folder;
}

const logged: Record<string, unknown>[] = [];

async function follow(folder: string, more: Partial<FolderSettings> = {}): Promise<RunningSource> {
  const settings = { name: folder, tenant, path: folder, pollMs: 20, ...more };
  const running = await followFolder(settings, {
    open: ingest.open,
    hasHeader: ingest.hasHeader,
    store,
    log: (line) => logged.push(line as Record<string, unknown>),
  });
  cleanUp(() => running.close());
  return running;
}

const events = (from: number, to: number) => lines(numbers(from, to).map((n) => processEvent(n)));
/** As PowerShell writes files. */
const utf16 = (text: Buffer | string) => Buffer.from(text.toString(), 'utf16le');
/** Process starts as CSV, by their pids from 1000 on. */
const eventCsv = (starts: readonly number[]) =>
  ['TimeCreated,RecordNumber,EventID,SourceName,Hostname,NewProcessId,NewProcessName']
    .concat(
      starts.map(
        (n) =>
          `2026-01-05 10:11:12,${n},4688,Microsoft-Windows-Security-Auditing,pc1,${1000 + n},a.exe`,
      ),
    )
    .join('\r\n');
const between = (from: number, to: number) =>
  `ProcessId >= ${1000 + from} AND ProcessId < ${1000 + to}`;

/** Rows of one test once the source has taken what is there. */
async function taken(running: RunningSource, from: number, to: number): Promise<number> {
  await running.caughtUp();
  await ingest.flush();
  return count('DeviceProcessEvents', between(from, to));
}

describe('a followed folder', () => {
  it('is read as it grows, line by line, and after a restart from where it was', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'a.ndjson');
    writeFileSync(file, events(0, 10));
    const first = await follow(folder);
    expect(await taken(first, 0, 100)).toBe(10);
    const next = events(10, 20);
    appendFileSync(file, next.subarray(0, next.length - 40));
    expect(await taken(first, 0, 100)).toBe(19);
    await first.close();
    appendFileSync(file, next.subarray(next.length - 40));
    appendFileSync(file, events(20, 30));
    const second = await follow(folder);
    expect(await taken(second, 0, 100)).toBe(30);
    expect(await count('QuarryIngestErrors')).toBe(0);
  });

  it.each([
    ['in its first line', 'time,src\n'],
    ['with a break in a name', '\r\ntime,"src\naddress"\r\n'],
    ['after a byte order mark', '\ufefftime,src\n'],
    ['nowhere, but objects', '{"time":"2026-01-05T10:11:00Z","src":"first"}\n'],
  ])('is read on after a restart where a file has a header %s', async (what, header) => {
    const folder = newFolder();
    const file = path.join(folder, 'f.log');
    const day = 1 + lastFolder;
    const line = (n: number) => {
      const time = `2026-02-${String(day).padStart(2, '0')}T10:11:${10 + n}Z`;
      return what.endsWith('objects') ? `{"time":"${time}","src":"s${n}"}\n` : `${time},"s${n}"\n`;
    };
    const rows = () => count('Firewall', `toDayOfMonth(Timestamp) = ${day} AND Source LIKE 's%'`);
    writeFileSync(file, header + line(1) + line(2));
    const settings = { source: 'custom:Firewall' };
    const errors = await count('QuarryIngestErrors');
    for (const [from, to] of [
      [3, 5],
      [5, 8],
    ] as const) {
      const running = await follow(folder, settings);
      await running.caughtUp();
      await running.close();
      appendFileSync(file, numbers(from, to).map(line).join(''));
    }
    const last = await follow(folder, settings);
    await last.caughtUp();
    await ingest.flush();
    expect(await rows()).toBe(7);
    expect(await count('QuarryIngestErrors')).toBe(errors);
  });

  it('goes on through a rotation that renames, and one that copies and cuts off', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'b.ndjson');
    writeFileSync(file, events(100, 110));
    const running = await follow(folder, { pattern: '*.ndjson' });
    expect(await taken(running, 100, 200)).toBe(10);
    // Written to the last moment under the old name, and after it under the new one, which is not followed.
    appendFileSync(file, events(110, 115));
    renameSync(file, `${file}.1`);
    appendFileSync(`${file}.1`, events(115, 120));
    writeFileSync(file, events(120, 130));
    expect(await taken(running, 100, 200)).toBe(30);
    // What came between the last look and the copy is in the copy alone.
    appendFileSync(file, events(130, 135));
    copyFileSync(file, `${file}.2`);
    truncateSync(file);
    appendFileSync(file, events(135, 138));
    expect(await taken(running, 100, 200)).toBe(38);
  });

  it('reads a file anew that was written over, as long as it was or longer', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'o.log');
    const running = await follow(folder);
    for (const [from, to] of [
      [600, 610],
      [610, 620],
      [620, 650],
      [650, 680],
      [680, 683],
    ] as const) {
      writeFileSync(file, events(from, to));
      expect(await taken(running, from, to)).toBe(to - from);
    }
    await running.close();
    writeFileSync(file, events(683, 686));
    const second = await follow(folder);
    expect(await taken(second, 600, 700)).toBe(86);
    expect(logged.filter(({ event }) => event === 'source.failed')).toEqual([]);
  });

  it('finds the rest of what was cut off while it was not running', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'c.log');
    writeFileSync(file, events(200, 210));
    const first = await follow(folder, { pattern: 'c.log' });
    expect(await taken(first, 200, 300)).toBe(10);
    await first.close();
    appendFileSync(file, events(210, 220));
    copyFileSync(file, `${file}.1`);
    // As long as it was, and longer: the size does not tell.
    writeFileSync(file, events(220, 250));
    const second = await follow(folder, { pattern: 'c.log' });
    expect(await taken(second, 200, 300)).toBe(50);
  });

  it('has lines that are not finished in more files than are kept open', async () => {
    const folder = newFolder();
    const halves = numbers(0, 230).map((file) => {
      const [whole, half] = [800 + 2 * file, 801 + 2 * file].map((n) => events(n, n + 1));
      const start = Buffer.concat([
        whole ?? Buffer.alloc(0),
        half?.subarray(0, 60) ?? Buffer.alloc(0),
      ]);
      return { file: path.join(folder, `m${file}.ndjson`), start, rest: half?.subarray(60) ?? '' };
    });
    for (const { file, start } of halves) writeFileSync(file, start);
    const running = await follow(folder, { source: 'defender-streaming' });
    expect(await taken(running, 800, 1260)).toBe(230);
    for (const { file, rest } of halves) appendFileSync(file, rest);
    expect(await taken(running, 800, 1260)).toBe(460);
    expect(await count('QuarryIngestErrors', `Position LIKE 'm%.ndjson%'`)).toBe(0);
  });

  it('reads to their end files that get a name which is not followed, though they are not open', async () => {
    const folder = newFolder();
    const files = numbers(0, 231).map((n) => path.join(folder, `r${n}.ndjson`));
    for (const [n, file] of files.entries()) writeFileSync(file, events(2000 + n, 2001 + n));
    const [never = ''] = files;
    unreadable.add(never);
    const running = await follow(folder, { pattern: '*.ndjson', source: 'defender-streaming' });
    expect(await taken(running, 2000, 2500)).toBe(230);
    for (const [n, file] of files.entries()) {
      appendFileSync(file, events(2240 + n, 2241 + n));
      renameSync(file, `${file}.1`);
    }
    expect(await taken(running, 2000, 2500)).toBe(462);
    unreadable.clear();
    appendFileSync(`${files.at(-1)}.1`, events(2480, 2481));
    expect(await taken(running, 2000, 2500)).toBe(463);
  });

  it.each([
    ['a folder', { pattern: '*.log' }, 2500],
    ['a file', {}, 2550],
  ])(
    '%s: reads to its end what got another name while it was not running',
    async (what, more, from) => {
      const folder = newFolder();
      const file = path.join(folder, 'a.log');
      const settings = { ...more, path: what === 'a file' ? file : folder };
      const other = path.join(folder, 'other.log');
      writeFileSync(file, events(from, from + 10));
      writeFileSync(other, events(from + 30, from + 31));
      const first = await follow(folder, settings);
      await taken(first, from, from + 50);
      await first.close();
      appendFileSync(file, events(from + 10, from + 15));
      renameSync(file, `${file}.1`);
      writeFileSync(file, events(from + 20, from + 23));
      // Not the file that it was.
      renameSync(other, `${other}.1`);
      writeFileSync(`${other}.1`, events(from + 31, from + 40));
      const second = await follow(folder, settings);
      expect(await taken(second, from, from + 30)).toBe(18);
      expect(await taken(second, from + 31, from + 50)).toBe(0);
    },
  );

  it('reads to its end what gets another name before it is first looked at', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'a.log');
    writeFileSync(file, events(3000, 3002));
    const settings = { pattern: 'a.log' };
    const first = await follow(folder, settings);
    expect(await taken(first, 3000, 3100)).toBe(2);
    await first.close();
    const second = await follow(folder, settings);
    appendFileSync(file, events(3002, 3006));
    renameSync(file, `${file}.1`);
    expect(await taken(second, 3000, 3100)).toBe(6);
  });

  it('is read from the start for a tenant that was removed and is made again', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'a.ndjson'), events(2600, 2610));
    const running = await follow(folder);
    expect(await taken(running, 2600, 2700)).toBe(10);
    await deleteTenant(store, tenant);
    await ingest.forgetTenant(tenant);
    await engine.command(`TRUNCATE TABLE ${database}.DeviceProcessEvents`);
    appendFileSync(path.join(folder, 'a.ndjson'), events(2610, 2615));
    const failed = { event: 'source.failed', source: folder };
    await until(async () =>
      logged.some((line) => expect.objectContaining(failed).asymmetricMatch(line)),
    );
    await insertTenant(store, { id: tenant, name: tenant, retentionDays: null });
    expect(await taken(running, 2600, 2700)).toBe(15);
    await running.close();
    expect(await taken(await follow(folder), 2600, 2700)).toBe(15);
  });

  it('reads a file anew that is one line without an end, and another line then', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'state.json');
    const running = await follow(folder, { source: 'defender-streaming' });
    writeFileSync(file, `${events(1300, 1301)}${events(1301, 1302).subarray(0, -10)}`);
    expect(await taken(running, 1300, 1310)).toBe(1);
    writeFileSync(file, events(1302, 1306));
    expect(await taken(running, 1302, 1306)).toBe(4);
    writeFileSync(file, events(1306, 1307).subarray(0, -1));
    await running.caughtUp();
    writeFileSync(file, lines([processEvent(1307, { FileName: 'a-longer-name.exe' })]));
    expect(await taken(running, 1307, 1308)).toBe(1);
  });

  it('goes on where the clock is set back', async () => {
    const folder = newFolder();
    const running = await follow(folder, { source: 'defender-streaming' });
    writeFileSync(path.join(folder, 'c.json.gz'), gzipSync(events(1310, 1312)));
    await running.caughtUp();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 24 * 3_600_000 });
    try {
      await until(async () => (await taken(running, 1310, 1320)) === 2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes archives and documents whole, once they are finished', async () => {
    const folder = newFolder();
    mkdirSync(path.join(folder, 'below'));
    writeFileSync(path.join(folder, 'd.json.gz'), gzipSync(events(300, 310)));
    const array = numbers(310, 320).map((n) => processEvent(n));
    writeFileSync(path.join(folder, 'below', 'e.json'), JSON.stringify(array, null, 2));
    const wide = utf16(`\ufeff${events(320, 330)}`);
    writeFileSync(path.join(folder, 'f.json'), wide);
    writeFileSync(path.join(folder, 'g.json'), utf16(events(330, 340)).swap16());
    writeFileSync(path.join(folder, 'h.csv'), eventCsv(numbers(345, 350)));
    writeFileSync(path.join(folder, '.hidden'), events(350, 360));
    const running = await follow(folder);
    const where = between(300, 400);
    await until(async () => {
      await ingest.flush();
      return (await count('DeviceProcessEvents', where)) >= 45;
    });
    await running.close();
    appendFileSync(path.join(folder, 'f.json'), utf16(events(340, 345)));
    const again = await follow(folder);
    await until(async () => {
      await ingest.flush();
      return (await count('DeviceProcessEvents', where)) >= 50;
    });
    expect(await taken(again, 300, 400)).toBe(50);
  });

  it('reads Zeek in the middle with the heading of its file', async () => {
    const folder = newFolder();
    const heading = [
      '#separator \\x09',
      '#set_separator\t,',
      '#empty_field\t(empty)',
      '#unset_field\t-',
      '#path\tconn',
      '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto',
      '#types\ttime\tstring\taddr\tport\taddr\tport\tenum',
    ];
    const row = (n: number) => `176760000${n}.5\tC${n}\t10.0.0.1\t5000\t192.0.2.7\t443\ttcp\n`;
    const file = path.join(folder, 'conn.log');
    writeFileSync(file, `${heading.join('\n')}\n${row(1)}`);
    const remote = "RemoteIP = '192.0.2.7'";
    const first = await follow(folder);
    await first.caughtUp();
    await until(async () => {
      await ingest.flush();
      return (await count('DeviceNetworkEvents', remote)) === 1;
    });
    await first.close();
    appendFileSync(file, row(2) + row(3));
    const second = await follow(folder);
    await second.caughtUp();
    await ingest.flush();
    expect(await count('DeviceNetworkEvents', remote)).toBe(3);
  });

  it('passes over what no connector knows, and says so', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'f.txt'), 'what is this\n'.repeat(30));
    writeFileSync(path.join(folder, 'g.ndjson'), events(400, 410));
    const running = await follow(folder);
    expect(await taken(running, 400, 500)).toBe(10);
    expect(logged).toContainEqual(
      expect.objectContaining({ event: 'source.file', file: path.join(folder, 'f.txt') }),
    );
    rmSync(path.join(folder, 'f.txt'));
    await running.caughtUp();
  });

  it('is read around a file that cannot be, which is told of once and tried again', async () => {
    const folder = newFolder();
    const broken = path.join(folder, 'broken.ndjson');
    writeFileSync(broken, events(700, 703));
    utimesSync(broken, 0, 0);
    writeFileSync(path.join(folder, 'whole.ndjson'), events(710, 720));
    unreadable.add(broken);
    const running = await follow(folder);
    expect(await taken(running, 700, 800)).toBe(10);
    appendFileSync(path.join(folder, 'whole.ndjson'), events(720, 730));
    expect(await taken(running, 700, 800)).toBe(20);
    expect(logged.filter(({ source }) => source === folder)).toEqual([
      { event: 'source.file', source: folder, file: broken, failed: 'Error: EIO: i/o error, open' },
    ]);
    unreadable.clear();
    expect(await taken(running, 700, 800)).toBe(23);
  });

  it('may be one file, which is not there yet, and of which that is told once', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'later.ndjson');
    const running = await follow(folder, { path: file, source: 'defender-streaming' });
    await running.caughtUp();
    await running.caughtUp();
    const told = logged.filter((line) => line['file'] === file).map((line) => line['failed']);
    expect(told).toEqual([expect.stringContaining('ENOENT')]);
    writeFileSync(file, events(500, 505));
    expect(await taken(running, 500, 600)).toBe(5);
  });
});
