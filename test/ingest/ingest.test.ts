import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { FileProgress } from '../../src/ingest/file.js';
import { Items } from '../../src/ingest/items.js';
import { cleanUp, refusal, until } from '../engine/fixture.js';
import { tarOf, zipOf } from './archives.js';
import { startTestIngest } from './fixture.js';
import { database, lines, networkEvent, numbers, processEvent, tenant } from './requests.js';

const { engine, ingest, directory, count } = await startTestIngest();

const push = (body: Buffer | Readable, source?: string) =>
  ingest.push(body, { tenant, ...(source === undefined ? {} : { source }) });

const folder = mkdtempSync(path.join(tmpdir(), 'quarry-ingest-'));
cleanUp(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Events of one test: their process ids are its own. */
const processes = (from: number, to: number) => numbers(from, to).map((n) => processEvent(n));
const between = (from: number, to: number) =>
  `ProcessId >= ${1000 + from} AND ProcessId < ${1000 + to}`;

describe('a request', () => {
  it('is stored in all its tables, and can be queried', async () => {
    const events = numbers(0, 50).flatMap((n) => [processEvent(n), networkEvent(n)]);
    const summary = await push(lines(events));
    expect(summary).toMatchObject({
      source: 'defender-streaming',
      accepted: 100,
      rejected: 0,
      duplicate: 0,
      byTable: { DeviceProcessEvents: 50, DeviceNetworkEvents: 50 },
      bytes: lines(events).length,
    });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(0, 50))).toBe(50);
    expect(await count('DeviceNetworkEvents', 'RemotePort < 50')).toBe(50);
  });

  it('sent again adds nothing, however it is cut, written or packed', async () => {
    const events = processes(100, 200);
    expect(await push(lines(events))).toMatchObject({ accepted: 100, duplicate: 0 });
    // Not yet in the engine, most likely; and in the engine.
    for (let round = 0; round < 2; round++) {
      expect(await push(lines(events))).toMatchObject({ accepted: 0, duplicate: 100 });
      expect(await push(lines(processes(150, 160)))).toMatchObject({ accepted: 0, duplicate: 10 });
      const message = Buffer.from(JSON.stringify({ records: events }, null, 2));
      expect(await push(gzipSync(message))).toMatchObject({ accepted: 0, duplicate: 100 });
      await ingest.flush();
    }
    expect(await push(lines(processes(190, 210)))).toMatchObject({ accepted: 10, duplicate: 10 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(100, 210))).toBe(110);
  });

  it('holds an event twice, and stores it once', async () => {
    const event = processEvent(300);
    expect(await push(lines([event, event, event]))).toMatchObject({ accepted: 1, duplicate: 2 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(300, 301))).toBe(1);
  });

  it('with events that differ in one column only is stored whole', async () => {
    const events = numbers(0, 20).map((n) => processEvent(400, { ReportId: n }));
    expect(await push(lines(events))).toMatchObject({ accepted: 20, duplicate: 0 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(400, 401))).toBe(20);
  });

  it('at the same time as others with the same events: each event is stored once', async () => {
    const summaries = await Promise.all(
      numbers(0, 20).map((n) => push(lines(processes(500 + n * 5, 550 + n * 5)))),
    );
    const total = summaries.reduce((sum, { accepted }) => sum + accepted, 0);
    expect(total).toBe(145);
    expect(summaries.every(({ accepted, duplicate }) => accepted + duplicate === 50)).toBe(true);
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(500, 645))).toBe(145);
  });

  it('with bad records keeps the good ones, and its dead letters can be queried', async () => {
    const bad = ['{"broken', '{"category":"AdvancedHunting-Foo","properties":{}}'];
    const body = lines([
      processEvent(700),
      bad[0] ?? '',
      processEvent(701, { ProcessId: 'text', ReportId: 700_701 }),
      bad[1] ?? '',
      processEvent(702, { Fresh: 'value', ProcessId: 1702, AdditionalFields: '["a"]' }),
    ]);
    const expected = {
      rejected: 2,
      byReason: { 'json.invalid': 1, 'table.unknown': 1, 'value.invalid': 1, 'column.unknown': 1 },
    };
    expect(await push(body)).toMatchObject({ ...expected, accepted: 3, deadLetters: 4 });
    expect(await push(body)).toMatchObject({ ...expected, duplicate: 3, deadLetters: 0 });
    await ingest.flush();
    expect(await push(body)).toMatchObject({ ...expected, duplicate: 3, deadLetters: 0 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', 'ReportId = 700701 AND ProcessId IS NULL')).toBe(1);
    const letters = await engine.select(
      `SELECT ReasonCode, Table, Column, RawEvent FROM ${database}.QuarryIngestErrors ORDER BY ReasonCode`,
    );
    expect(letters).toEqual([
      expect.objectContaining({
        ReasonCode: 'column.unknown',
        Table: 'DeviceProcessEvents',
        Column: 'Fresh',
      }),
      { ReasonCode: 'json.invalid', Table: '', Column: '', RawEvent: bad[0] },
      { ReasonCode: 'table.unknown', Table: 'Foo', Column: '', RawEvent: bad[1] },
      expect.objectContaining({ ReasonCode: 'value.invalid', Column: 'ProcessId' }),
    ]);
  });

  it('of a stream, gzip or not, needs no source', async () => {
    const body = lines(processes(800, 900));
    const chunks = numbers(0, Math.ceil(body.length / 999)).map((n) =>
      body.subarray(n * 999, (n + 1) * 999),
    );
    expect(await push(Readable.from(chunks))).toMatchObject({ accepted: 100 });
    expect(await push(Readable.from([gzipSync(body)]))).toMatchObject({ duplicate: 100 });
  });

  it.each([
    ['nothing', ''],
    ['an empty array', '[]'],
    ['space', ' \n\n'],
  ])('of %s is nothing', async (_what, body) => {
    expect(await push(Buffer.from(body), 'defender-streaming')).toMatchObject({
      accepted: 0,
      rejected: 0,
    });
  });

  it('whose gzip is broken off is refused whole', async () => {
    const packed = gzipSync(lines(processes(1000, 1500)));
    const refused = await refusal(push(packed.subarray(0, packed.length - 30)));
    expect(refused).toEqual(['ingest.content', 'The gzip data is truncated.']);
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(1000, 1500))).toBe(0);
  });

  it('whose sender leaves is refused whole', async () => {
    async function* leaving() {
      yield lines(processes(1000, 1500));
      throw new Error('gone');
    }
    expect(await refusal(push(Readable.from(leaving())))).toEqual(['no HuntError', 'Error: gone']);
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(1000, 1500))).toBe(0);
  });

  it.each([
    ['unknown', Buffer.from('{"a":1}'), 'nonsense'],
    ['not to be recognized', Buffer.from('{"a":1}\n{"a":2}\n'), undefined],
  ])('whose source is %s is refused', async (_what, body, source) => {
    const [code, message] = await refusal(push(body, source));
    expect([code, message]).toEqual([
      'ingest.source',
      expect.stringContaining('defender-streaming'),
    ]);
  });

  it('larger than what is taken at once is stored whole, in bounded portions', async () => {
    const text = 'x'.repeat(20_000);
    const events = numbers(2000, 4000).map((n) =>
      processEvent(n, { InitiatingProcessUniqueId: `${text}${n}` }),
    );
    expect(await push(lines(events))).toMatchObject({ accepted: 2000 });
    expect(await push(lines(events))).toMatchObject({ duplicate: 2000 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(2000, 4000))).toBe(2000);
  });

  it('leaves no files behind', async () => {
    await ingest.flush();
    expect(readdirSync(path.join(directory, 'spool'))).toEqual([]);
    expect(ingest.status()).toEqual({ backlogBytes: 0, failure: undefined });
  });
});

describe('values', () => {
  it('arrive in the engine as they are', async () => {
    const more = {
      ReportId: 6_000_001,
      ProcessCommandLine: 'nul\u0000 tab\t quote" back\\ line\n\u2028 ü😀 \ud800 end',
      FolderPath: '\\\\?\\C:\\"%s" {}',
      ProcessCreationTime: '0001-01-01T00:00:00Z',
      InitiatingProcessCreationTime: '9999-12-31T23:59:59.9999999Z',
      InitiatingProcessParentId: -5,
      IsProcessRemoteSession: true,
      AdditionalFields: '{"a" : 1.10, "n":12345678901234567890}',
    };
    const text = JSON.stringify(processEvent(6000, more))
      .replace('"ProcessId":7000', '"ProcessId":9223372036854775807')
      .replace(
        '"InitiatingProcessParentId":-5',
        '"InitiatingProcessParentId":-9223372036854775808',
      );
    expect(await push(lines([text]))).toMatchObject({ accepted: 1, deadLetters: 0 });
    await ingest.flush();
    const rows = await engine.select(
      `SELECT ProcessCommandLine, FolderPath, toString(ProcessCreationTime) AS first,
        toString(InitiatingProcessCreationTime) AS last, toString(ProcessId) AS most,
        toString(InitiatingProcessParentId) AS least, IsProcessRemoteSession, AdditionalFields,
        LogonId IS NULL AS missing, toString(Timestamp) AS time
      FROM ${database}.DeviceProcessEvents WHERE ReportId = 6000001`,
    );
    expect(rows).toEqual([
      {
        ProcessCommandLine: more.ProcessCommandLine.replace('\ud800', '\ufffd'),
        FolderPath: more.FolderPath,
        first: expect.stringMatching(/^0001-01-01.00:00:00\.0000000/),
        last: expect.stringMatching(/^9999-12-31.23:59:59\.9999999/),
        most: '9223372036854775807',
        least: '-9223372036854775808',
        IsProcessRemoteSession: true,
        AdditionalFields: more.AdditionalFields,
        missing: 1,
        time: expect.stringMatching(/^2026-01-05.01:40:00\.0001234/),
      },
    ]);
  });

  it('of a hundred days in one request are stored', async () => {
    const events = numbers(0, 100).map((n) =>
      processEvent(7000, {
        ReportId: 7_000_000 + n,
        Timestamp: new Date(Date.UTC(2015, 0, 1 + n)).toISOString(),
      }),
    );
    expect(await push(lines(events))).toMatchObject({ accepted: 100 });
    await ingest.flush();
    expect(await push(lines(events))).toMatchObject({ duplicate: 100 });
    expect(await count('DeviceProcessEvents', 'ReportId >= 7000000')).toBe(100);
  });
});

describe('retention', () => {
  it('is what events older than it are counted by, and not stored for', async () => {
    const month = await startTestIngest({ retention: { days: 30 } });
    const recent = new Date(Date.now() - 86_400_000).toISOString();
    const body = lines([processEvent(0), processEvent(1), processEvent(2, { Timestamp: recent })]);
    const summary = await month.ingest.push(body, { tenant });
    expect(summary).toMatchObject({ accepted: 1, expired: 2, rejected: 0, duplicate: 0 });
    await month.ingest.flush();
    expect(await month.count('DeviceProcessEvents')).toBe(1);
  });
});

describe('a file', () => {
  const events = processes(10_000, 12_000);

  it('is taken in with its progress, and again without effect', async () => {
    const file = fileOf('events.ndjson', lines(events));
    let last: FileProgress | undefined;
    const onProgress = (progress: FileProgress) => {
      last = progress;
    };
    expect(await ingest.file(file, { tenant, onProgress })).toMatchObject({
      accepted: 2000,
      byTable: { DeviceProcessEvents: 2000 },
    });
    const size = lines(events).length;
    expect(last).toMatchObject({ bytesRead: size, bytesTotal: size, summary: { accepted: 2000 } });
    for (const again of [file, fileOf('again.ndjson.gz', gzipSync(lines(events)))]) {
      expect(await ingest.file(again, { tenant })).toMatchObject({ accepted: 0, duplicate: 2000 });
      await ingest.flush();
    }
    expect(await count('DeviceProcessEvents', between(10_000, 12_000))).toBe(2000);
  });

  it('with CRLF, a byte order mark and a stray byte behind its gzip is whole', async () => {
    const text = `\ufeff${lines(events).toString().replaceAll('\n', '\r\n')}`;
    const file = fileOf('odd.gz', Buffer.concat([gzipSync(text), Buffer.from('\n')]));
    const summary = await ingest.file(file, { tenant });
    expect(summary).toMatchObject({ duplicate: 2000, rejected: 0 });
    expect(summary).not.toHaveProperty('incomplete');
  });

  it('whose gzip is broken off gives what is whole, and says so', async () => {
    const packed = gzipSync(lines(processes(13_000, 15_000)));
    const file = fileOf('broken.gz', packed.subarray(0, packed.length - 100));
    const summary = await ingest.file(file, { tenant });
    expect(summary.incomplete).toBe('The gzip data is truncated.');
    expect(summary.accepted).toBeGreaterThan(1000);
    expect(summary.byReason).toEqual(summary.rejected === 0 ? {} : { 'json.invalid': 1 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(13_000, 15_000))).toBe(summary.accepted);
  });

  it('that is standard input is taken while it is still open', async () => {
    const input = new Readable({ read: () => undefined });
    const spy = vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as typeof process.stdin);
    const ingesting = ingest.file('-', { tenant });
    input.push(lines(processes(16_000, 16_030)));
    await until(async () => (await count('DeviceProcessEvents', between(16_000, 16_030))) === 30);
    input.push(lines(processes(16_030, 16_040)));
    input.push(null);
    expect(await ingesting).toMatchObject({ accepted: 40 });
    spy.mockRestore();
  });

  it('that is an archive of many small members is committed in a few portions', async () => {
    const members = numbers(0, 200).map((n) => [
      `logs/${n}.json`,
      n % 50 === 7 ? 'no telemetry' : lines(processes(20_000 + n * 2, 20_002 + n * 2)),
    ]);
    const archive = await tarOf(Object.fromEntries(members));
    const reports: number[] = [];
    const summary = await ingest.file(fileOf('many.tar', archive), {
      tenant,
      onProgress: ({ summary: { accepted } }) => reports.push(accepted),
    });
    expect(summary).toMatchObject({ accepted: 392, rejected: 0, unrecognizedCount: 4 });
    expect(summary.unrecognized?.[0]).toBe('many.tar/logs/7.json');
    expect(new Set(reports).size).toBeLessThan(5);
    await ingest.flush();
    expect(await count('DeviceProcessEvents', between(20_000, 20_400))).toBe(392);
    expect(
      await ingest.file(fileOf('again.zip', zipOf(Object.fromEntries(members))), { tenant }),
    ).toMatchObject({
      accepted: 0,
      duplicate: 392,
    });
  });

  it('that is an archive on standard input has its members taken while it is still open', async () => {
    const archive = await tarOf({
      'a.json': lines(processes(21_000, 21_010)),
      'b.json': lines(processes(21_010, 21_020)),
    });
    const input = new Readable({ read: () => undefined });
    const spy = vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as typeof process.stdin);
    const ingesting = ingest.file('-', { tenant });
    const second = archive.indexOf('b.json');
    input.push(archive.subarray(0, second));
    await until(async () => (await count('DeviceProcessEvents', between(21_000, 21_010))) === 10);
    input.push(archive.subarray(second));
    input.push(null);
    expect(await ingesting).toMatchObject({ accepted: 20 });
    spy.mockRestore();
  });

  it('that does not exist, or is a folder, fails', async () => {
    await expect(ingest.file(path.join(folder, 'none'), { tenant })).rejects.toThrow(/ENOENT/);
    await expect(ingest.file(folder, { tenant })).rejects.toThrow(/EISDIR/);
  });
});

it.runIf(process.platform === 'linux')(
  'parses and writes on threads that give way to hunts',
  async () => {
    await push(lines([]));
    const niceOf = (thread: string) => {
      const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16];
    };
    const nice = readdirSync('/proc/self/task').map(niceOf);
    expect(nice.filter((value) => value === '10').length).toBeGreaterThanOrEqual(2);
  },
);

describe("a request's body", () => {
  it.each([
    ['collectorEvents', undefined, JSON.stringify({ event: processEvent(1) }).repeat(20_000)],
    ['collectorLines', { host: 'h', sourcetype: '' }, 'line\n'.repeat(200_000)],
    [
      'otlpLogs',
      { isProtobuf: false },
      JSON.stringify({
        resourceLogs: [
          {
            scopeLogs: [{ logRecords: numbers(0, 50_000).map(() => ({ body: { intValue: 1 } })) }],
          },
        ],
      }),
    ],
  ] as const)(
    'is cut by another thread than the one that asks: %s',
    async (form, options, text) => {
      let turns = 0;
      let isDone = false;
      const turn = () => {
        turns++;
        if (!isDone) setImmediate(turn);
      };
      const cut = ingest.cut(tenant, form, new Uint8Array(Buffer.from(text)), options);
      setImmediate(turn);
      const { groups, failure } = await cut;
      isDone = true;
      expect(failure).toBeUndefined();
      expect(groups.flatMap(({ portions }) => portions)).not.toHaveLength(0);
      // Where it is cut here there are as many as there are messages between the threads.
      expect(turns).toBeGreaterThan(20);
    },
  );

  it('is taken where others hold all the memory that there is for requests, as the oldest of them', async () => {
    const [oldest, younger] = [ingest.admit(), ingest.admit()];
    const itemsOf = (from: number) => {
      const items = new Items();
      for (const event of processes(from, from + 20)) items.add(JSON.stringify(event));
      return items.portions();
    };
    const options = { tenant, source: 'defender-streaming', origin: 'test' };
    younger.grow(255 * 2 ** 20);
    oldest.grow(64 * 2 ** 20);
    const { summary } = await ingest.items(itemsOf(9500), options, oldest);
    expect(summary).toMatchObject({ accepted: 20 });
    const error = await refusal(ingest.items(itemsOf(9600), options, younger));
    expect(error?.[0]).toBe('ingest.behind');
    oldest.end();
    // What the rows took is given back with them.
    younger.grow(-255 * 2 ** 20);
    expect(await ingest.items(itemsOf(9600), options, younger)).toMatchObject({
      summary: { accepted: 20 },
    });
    younger.grow(256 * 2 ** 20);
    expect(() => ingest.admit().end()).not.toThrow();
    younger.end();
  });
});
