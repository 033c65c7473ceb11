import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../src/engine/schema.js';
import {
  catalogOf,
  eventRows,
  eventsTable,
  limits,
  mebibyte,
  query,
  refusal,
  rowsOf,
  smallDisk,
  startHolder,
  startTestEngine,
  type TestEngine,
  temporaryDirectory,
  until,
  writeSegment,
} from './fixture.js';

const database = 'tenant_default';
const endless = 'SELECT toString(count()) AS row FROM numbers(1e14) WHERE sipHash64(number) = 1';
/** One function call over one block of rows: the engine cannot be interrupted in it. */
const uninterruptible = `SELECT toString(sum(editDistance(
    concat(repeat('ab', 20000), toString(number)), repeat('ba', 20000)))) AS row FROM numbers(20)`;

async function startWithTable(directory?: string): Promise<TestEngine> {
  const started = await startTestEngine(directory ? { dataDirectory: directory } : {});
  await migrate(started.engine, database, catalogOf(eventsTable), 'forever');
  return started;
}

async function countsByPrefix({ engine }: TestEngine): Promise<Map<string, [number, number]>> {
  const rows = await engine.select<{ prefix: string; rows: string; distinct: string }>(
    `SELECT JSONExtractString(AdditionalFields, 'prefix') AS prefix, toString(count()) AS rows,
      toString(uniqExact(ProcessId)) AS distinct FROM ${database}.DeviceProcessEvents GROUP BY prefix`,
  );
  return new Map(rows.map((row) => [row.prefix, [Number(row.rows), Number(row.distinct)]]));
}

function killEngine({ engine }: TestEngine): void {
  if (engine.pid !== undefined) {
    process.kill(engine.pid, 'SIGKILL');
  }
}

describe('the engine process is killed', () => {
  test('in mid-hunt: that hunt fails cleanly, the one that waits and the next one work', async () => {
    const started = await startWithTable();
    const { engine, directory } = started;
    const first = engine.pid;
    const insert = {
      database,
      table: 'DeviceProcessEvents',
      file: writeSegment(directory, 'a', eventRows(1_000, 'a')),
      token: 'a',
    };
    await engine.insertSegment(insert);
    const running = Array.from({ length: 2 }, () => refusal(engine.run(query(endless))));
    await until(
      async () =>
        (
          await engine.select(
            "SELECT 1 AS x FROM system.processes WHERE query LIKE '%1e14%Template%'",
          )
        ).length >= 3,
    );
    const waiting = Array.from({ length: 8 }, () => rowsOf(engine, 'SELECT toString(42) AS row'));
    killEngine(started);
    for (const [code, message] of await Promise.all(running)) {
      expect(code).toBe('engine.unavailable');
      expect(message).not.toMatch(/pid|SIGKILL|process/);
    }
    expect(await Promise.all(waiting)).toEqual(Array(8).fill('42'));
    expect(engine.pid).not.toBe(first);
    expect((await countsByPrefix(started)).get('a')).toEqual([1_000, 1_000]);
    expect(readdirSync(path.join(directory, 'results'))).toEqual([]);
  });

  test('again and again during inserts: every acknowledged segment is there once', async () => {
    const started = await startWithTable();
    const { engine, directory } = started;
    const acknowledged = new Set<string>();
    let killing = true;
    const killer = (async () => {
      for (let kill = 0; kill < 6; kill += 1) {
        await new Promise((resolve) => setTimeout(resolve, 400 + 150 * kill));
        killEngine(started);
      }
      killing = false;
    })();
    const inserter = async (name: string) => {
      for (let batch = 0; killing || batch < 5; batch += 1) {
        const prefix = `${name}-${batch}`;
        const file = writeSegment(directory, prefix, eventRows(500, prefix, 12));
        const segment = { database, table: 'DeviceProcessEvents', file, token: prefix };
        const refused = await refusal(engine.insertSegment(segment));
        if (refused[0] === 'no error') {
          acknowledged.add(prefix);
        } else {
          // What the writer does: the segment stays, and is inserted again later.
          expect(refused[0]).toBe('engine.unavailable');
          await engine.insertSegment({ ...segment, begun: true });
          acknowledged.add(prefix);
        }
      }
    };
    await Promise.all([inserter('x'), inserter('y'), killer]);
    await engine.close();
    const again = await startWithTable(directory);
    const counts = await countsByPrefix(again);
    for (const prefix of acknowledged) {
      expect([prefix, counts.get(prefix)]).toEqual([prefix, [500, 500]]);
    }
    expect(counts.size).toBe(acknowledged.size);
  });

  test('and a hunt that waits for the next one can be cancelled', async () => {
    const started = await startTestEngine();
    const controller = new AbortController();
    killEngine(started);
    await until(() => started.engine.pid === undefined);
    const refused = refusal(
      started.engine.run(query('SELECT toString(1) AS row', { signal: controller.signal })),
    );
    controller.abort();
    expect((await refused)[0]).toBe('hunt.cancelled');
  });

  test('while nothing happens: it is back by itself', async () => {
    const started = await startTestEngine();
    const first = started.engine.pid;
    killEngine(started);
    await until(() => started.engine.pid !== undefined && started.engine.pid !== first);
    expect(started.log).toContainEqual(
      expect.objectContaining({ event: 'engine.exited', pid: first, signal: 'SIGKILL' }),
    );
  });
});

describe('a hunt that ignores KILL', () => {
  test('is over for its caller in time, and ended by the watchdog with the process', async () => {
    const started = await startTestEngine();
    const { engine, log } = started;
    const first = engine.pid;
    const refused = refusal(
      engine.run(query(uninterruptible, { limits: { ...limits, wallSeconds: 1 } })),
    );
    expect((await refused)[0]).toBe('hunt.timeout');
    expect(engine.pid).toBe(first);
    await until(() => log.some((line) => line['event'] === 'engine.watchdog'));
    await until(() => engine.pid !== undefined && engine.pid !== first);
    expect(await rowsOf(engine, 'SELECT toString(42) AS row')).toBe('42');
  });

  test('a process that no longer answers is ended', async () => {
    const started = await startTestEngine();
    const { engine, log } = started;
    const first = engine.pid ?? 0;
    process.kill(first, 'SIGSTOP');
    await until(() => engine.pid !== undefined && engine.pid !== first);
    expect(log).toContainEqual(
      expect.objectContaining({ event: 'engine.exited', pid: first, reason: 'did not answer' }),
    );
    expect(await rowsOf(engine, 'SELECT toString(42) AS row')).toBe('42');
  });
});

describe('closing', () => {
  test('waits for what runs, refuses what waits, and starts nothing new', async () => {
    const started = await startTestEngine({ slots: 2 });
    const { engine } = started;
    const work = 'SELECT toString(sum(sipHash64(number))) AS row FROM numbers(20000000)';
    const running = [rowsOf(engine, work), rowsOf(engine, work)];
    const waiting = refusal(engine.run(query(work)));
    await until(
      async () =>
        (await engine.select("SELECT 1 AS x FROM system.processes WHERE query LIKE '%Template%'"))
          .length >= 3,
    );
    const pid = engine.pid ?? 0;
    await Promise.all([engine.close(), engine.close()]);
    expect(await Promise.all(running)).toHaveLength(2);
    expect((await waiting)[0]).toBe('engine.unavailable');
    expect((await refusal(engine.run(query(work))))[0]).toBe('engine.unavailable');
    expect(() => process.kill(pid, 0)).toThrow();
  });

  test('a result can still be read after it', async () => {
    const { engine } = await startTestEngine();
    const { rows } = await engine.run(query("SELECT repeat('x', 1000) AS row FROM numbers(5000)"));
    await engine.close();
    let bytes = 0;
    for await (const chunk of rows) {
      bytes += (chunk as Buffer).length;
    }
    expect(bytes).toBe(5_000 * 1_000 + 4_999 * 2);
  });
});

/** Whether a process exists and is more than an entry that nobody has collected yet. */
function isAtWork(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
  } catch {
    return false;
  }
}

describe('the process that started it is killed', () => {
  test('in mid-hunt: the engine does not outlive it, and the next one starts', async () => {
    const directory = temporaryDirectory();
    const { child, said } = await startHolder(directory, 'engine');
    const engine = Number(said['engine']);
    expect(isAtWork(engine)).toBe(true);
    child.kill('SIGKILL');
    const next = await startWithTable(directory);
    await until(() => !isAtWork(engine));
    expect(await rowsOf(next.engine, 'SELECT toString(42) AS row')).toBe('42');
  });
});

describe('starting', () => {
  test('on files that another engine holds, which goes on', async () => {
    const started = await startWithTable();
    const { engine, directory } = started;
    const waiting = await engine.run(query("SELECT 'waiting' AS row"));
    expect((await refusal(startTestEngine({ dataDirectory: directory })))[0]).toBe('engine.busy');
    const file = writeSegment(directory, 'on', eventRows(10, 'on'));
    const segment = { database, table: 'DeviceProcessEvents', file, token: 'on' };
    await engine.insertSegment(segment);
    await engine.insertSegment({ ...segment, begun: true });
    expect(await countsByPrefix(started)).toEqual(new Map([['on', [10, 10]]]));
    expect((await waiting.rows.toArray()).join('')).toBe('waiting');
  });

  test('removes results that a killed process left, and keeps segments', async () => {
    const directory = temporaryDirectory();
    for (const folder of ['results', 'spool', 'run/work']) {
      mkdirSync(path.join(directory, folder), { recursive: true });
    }
    writeFileSync(path.join(directory, 'results', 'old.rows'), 'x');
    writeFileSync(path.join(directory, 'run', 'work', 'config.xml'), '<not xml');
    writeFileSync(path.join(directory, 'spool', 'old.ndjson'), '{}\n');
    const { engine } = await startTestEngine({ dataDirectory: directory });
    expect(readdirSync(path.join(directory, 'results'))).toEqual([]);
    expect(readdirSync(path.join(directory, 'spool'))).toEqual(['old.ndjson']);
    expect(await rowsOf(engine, 'SELECT toString(1) AS row')).toBe('1');
  });

  test('in a directory whose name the engine would read as a pattern', async () => {
    const directory = path.join(temporaryDirectory(), 'a{b,c}');
    expect((await refusal(startTestEngine({ dataDirectory: directory })))[0]).toBe(
      'request.parameter',
    );
  });

  test('in a directory with blanks and quotes in its name', async () => {
    const directory = path.join(temporaryDirectory(), "it's a <data> & directory");
    const started = await startWithTable(directory);
    const file = writeSegment(directory, 'a', eventRows(10, 'a'));
    await started.engine.insertSegment({
      database,
      table: 'DeviceProcessEvents',
      file,
      token: 'a',
    });
    expect((await countsByPrefix(started)).get('a')).toEqual([10, 10]);
  });

  test('where nothing can be written', async () => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, 'engine'), 'a file');
    await expect(startTestEngine({ dataDirectory: directory })).rejects.toThrow();
    rmSync(path.join(directory, 'engine'));
  });
});

describe('the disk is full', () => {
  const disk = smallDisk(80);

  test.skipIf(!disk)(
    'results and inserts are refused cleanly, and work again with space',
    async () => {
      const directory = disk ?? '';
      const started = await startWithTable(directory);
      const { engine } = started;
      const file = writeSegment(directory, 'a', eventRows(20_000, 'a'));
      const big = "SELECT repeat('x', 100000) AS row FROM numbers(5000)";
      const roomy = { limits: { ...limits, resultBytes: 2_000 * mebibyte } };
      expect((await refusal(engine.run(query(big, roomy))))[0]).toBe('engine.storage');
      await until(() => readdirSync(path.join(directory, 'results')).length === 0);
      const filler = path.join(directory, 'filler');
      fillDisk(filler);
      const segment = { database, table: 'DeviceProcessEvents', file, token: 'a' };
      expect((await refusal(engine.insertSegment(segment)))[0]).toBe('ingest.unavailable');
      expect(await engine.select('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      rmSync(filler);
      await engine.insertSegment(segment);
      expect((await countsByPrefix(started)).get('a')).toEqual([20_000, 20_000]);
      expect(await rowsOf(engine, 'SELECT toString(42) AS row')).toBe('42');
      await engine.close();
    },
  );
});

function fillDisk(filler: string): void {
  writeFileSync(filler, '');
  for (let size = mebibyte; size >= 1024; ) {
    try {
      writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      size /= 2;
    }
  }
  expect(statSync(filler).size).toBeGreaterThan(mebibyte);
}
