import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits, mebibyte, query, refusal, rowsOf, startTestEngine, until } from './fixture.js';

const { engine, directory } = await startTestEngine({ memoryBytes: 2048 * mebibyte });

function resultFiles(): string[] {
  return readdirSync(path.join(directory, 'results'));
}

/** Hunts on long work: as many rows as the engine would need hours for. */
const endless = 'SELECT toString(count()) AS row FROM numbers(1e14) WHERE sipHash64(number) = 1';

describe('the result of a hunt', () => {
  test.each([
    ['one row', 'SELECT toString(42) AS row', '42'],
    ['several rows', 'SELECT toString(number) AS row FROM numbers(3)', '0,\n1,\n2'],
    ['no rows', 'SELECT toString(number) AS row FROM numbers(3) WHERE number > 5', ''],
    ['an empty row', "SELECT '' AS row", ''],
    ['text beyond ASCII', 'SELECT \'{"a":"ä→😀"}\' AS row', '{"a":"ä→😀"}'],
    ['what looks like the trailer', "SELECT '3 3 3 0.1' AS row", '3 3 3 0.1'],
    ['a quote and a backslash', "SELECT 'a\\'b\\\\c' AS row", "a'b\\c"],
    ['WITH', 'WITH 1 AS x SELECT toString(x) AS row', '1'],
  ])('holds exactly its rows: %s', async (_name, sql, expected) => {
    expect(await rowsOf(engine, sql)).toBe(expected);
  });

  test('keeps its order through the row cap', async () => {
    const text = await rowsOf(
      engine,
      'SELECT toString(number) AS row FROM numbers(300000) ORDER BY number DESC',
      { limits: { ...limits, rows: 3 } },
    );
    expect(text).toBe('299999,\n299998,\n299997');
  });

  test('leaves no file, whether it is read, dropped or refused', async () => {
    const many = 'SELECT repeat(toString(number), 100) AS row FROM numbers(20000)';
    await rowsOf(engine, many);
    const { rows } = await engine.run(query(many));
    rows.destroy();
    await refusal(engine.run(query(many, { limits: { ...limits, resultBytes: 1_000 } })));
    await refusal(
      engine.run(
        query("SELECT toString(throwIf(number = 19000, 'no')) AS row FROM numbers(20000)"),
      ),
    );
    await until(() => resultFiles().length === 0);
  });

  test('is counted', async () => {
    const { stats, rows } = await engine.run(
      query('SELECT toString(number) AS row FROM numbers(1000) WHERE number % 100 = 0'),
    );
    rows.destroy();
    expect(stats).toMatchObject({ resultRows: 10, rowsRead: 1000, bytesRead: 8000 });
    expect(stats.resultBytes).toBe(
      '0,\n100,\n200,\n300,\n400,\n500,\n600,\n700,\n800,\n900'.length,
    );
    expect(stats.elapsedSeconds).toBeGreaterThan(0);
  });
});

describe('usage', () => {
  const heavy = 'SELECT toString(length(groupArray(number))) AS row FROM numbers(4000000)';

  test('of a hunt alone is what the engine spent on it', async () => {
    const { stats, rows } = await engine.run(query(heavy));
    rows.destroy();
    expect(stats.userCpuSeconds + stats.kernelCpuSeconds).toBeGreaterThan(0.005);
    expect(stats.peakMemoryBytes).toBeGreaterThan(32 * mebibyte);
    expect(stats.peakMemoryBytes).toBeLessThan(256 * mebibyte);
  });

  test('of a small hunt after a large one is its own', async () => {
    await rowsOf(engine, heavy);
    const { stats, rows } = await engine.run(query("SELECT 'x' AS row"));
    rows.destroy();
    expect(stats.peakMemoryBytes).toBeGreaterThan(0);
    expect(stats.peakMemoryBytes).toBeLessThan(16 * mebibyte);
    expect(stats.userCpuSeconds).toBeLessThan(1);
  });

  test('of hunts together is not the other one’s', async () => {
    const spin = 'SELECT toString(sum(sipHash64(number))) AS row FROM numbers(30000000)';
    const [one, two] = await Promise.all([engine.run(query(spin)), engine.run(query(spin))]);
    for (const { stats, rows } of [one, two]) {
      rows.destroy();
      expect(stats.userCpuSeconds).toBeGreaterThan(0);
      // Both together had two cores at most.
      expect(stats.userCpuSeconds).toBeLessThan(stats.elapsedSeconds * 4);
    }
  });

  test('counts what was read from stored columns', async () => {
    await engine.command('CREATE DATABASE IF NOT EXISTS cached');
    await engine.command('CREATE TABLE cached.t (a UInt64) ENGINE = MergeTree ORDER BY a');
    await engine.command('INSERT INTO cached.t SELECT number FROM numbers(100000)');
    const { stats, rows } = await engine.run(query('SELECT toString(sum(a)) AS row FROM cached.t'));
    rows.destroy();
    expect(stats.rowsRead).toBe(100_000);
    expect(stats.memoryCache.hits + stats.memoryCache.misses).toBeGreaterThan(0);
    expect(stats.diskCache.hits + stats.diskCache.misses).toBeGreaterThan(0);
  });
});

describe('limits', () => {
  test('rows beyond the cap are cut', async () => {
    const { stats, rows } = await engine.run(
      query('SELECT toString(number) AS row FROM numbers(1000000)', {
        limits: { ...limits, rows: 100 },
      }),
    );
    rows.destroy();
    expect(stats.resultRows).toBe(100);
  });

  test.each([
    ['time', 'hunt.timeout', endless, { wallSeconds: 0.3 }],
    [
      'memory',
      'hunt.resources',
      'SELECT toString(length(groupArray(number))) AS row FROM numbers(1e9)',
      { memoryBytes: 64 * mebibyte },
    ],
    [
      'memory of the whole engine',
      'hunt.resources',
      'SELECT toString(length(groupArray(number))) AS row FROM numbers(1e9)',
      { memoryBytes: 1e15 },
    ],
    [
      'size of the result',
      'hunt.resultSize',
      "SELECT repeat('x', 10000) AS row FROM numbers(1000)",
      { resultBytes: mebibyte },
    ],
    [
      'size of a result that fits the engine’s own count',
      'hunt.resultSize',
      "SELECT 'x' AS row FROM numbers(1000)",
      { resultBytes: 10 },
    ],
  ])('%s: refused, and the next hunt works', async (_name, code, sql, more) => {
    const refused = await refusal(engine.run(query(sql, { limits: { ...limits, ...more } })));
    expect(refused[0]).toBe(code);
    expect(await rowsOf(engine, 'SELECT toString(42) AS row')).toBe('42');
  });

  test('long lists of literals and long pipelines are not too long', async () => {
    const list = Array.from({ length: 30_000 }, (_, index) => `'value ${index}'`).join(',');
    expect(
      await rowsOf(
        engine,
        `SELECT toString(count()) AS row FROM numbers(10) WHERE toString(number) IN (${list})`,
      ),
    ).toBe('0');
    let stages = 'SELECT number AS a FROM numbers(1)';
    for (let stage = 0; stage < 120; stage += 1) {
      stages = `SELECT a + 1 AS a FROM (${stages})`;
    }
    expect(await rowsOf(engine, `SELECT toString(a) AS row FROM (${stages})`)).toBe('120');
  });

  test('nesting without end is refused, not a crash', async () => {
    const nested = `${'negate('.repeat(40_000)}1${')'.repeat(40_000)}`;
    expect(await refusal(engine.run(query(`SELECT toString(${nested}) AS row`)))).toEqual([
      'hunt.evaluation',
      'The query is too complex: simplify it or split it.',
    ]);
  });
});

describe('a copy', () => {
  test('waits for a change that takes long, and lets all else go on until then', async () => {
    await engine.command('CREATE DATABASE copied');
    const ended: string[] = [];
    const ends = (name: string) => () => void ended.push(name);
    await Promise.all([
      engine.command('SELECT sleep(1)').then(ends('change')),
      engine.copyTo(path.join(directory, 'copy'), async () => undefined).then(ends('copy')),
      engine.command('SELECT 1').then(ends('next change')),
      engine.select('SELECT 1').then(ends('look')),
    ]);
    expect(ended).toEqual(['look', 'change', 'copy', 'next change']);
  });
});

describe('errors', () => {
  test.each([
    [
      'throwIf says what it was given',
      "SELECT toString(throwIf(number = 5, 'toscalar(): expected one row, got 2')) AS row FROM numbers(10)",
      ['hunt.evaluation', 'toscalar(): expected one row, got 2'],
    ],
    [
      'throwIf with a longer and a shorter literal',
      "SELECT concat('a', toString(throwIf(number = 5, 'a: in b'))) AS row FROM numbers(10)",
      ['hunt.evaluation', 'a: in b'],
    ],
    [
      'division by zero',
      'SELECT toString(intDiv(1, number)) AS row FROM numbers(3)',
      ['hunt.evaluation', 'Division by zero.'],
    ],
    [
      'a value that is no number',
      "SELECT toString(toInt64(concat('a', toString(number)))) AS row FROM numbers(3)",
      ['hunt.evaluation', 'A value in the data could not be converted to the requested type.'],
    ],
    [
      'a bad regular expression',
      "SELECT toString(match(toString(number), concat('(', 'a'))) AS row FROM numbers(3)",
      ['hunt.evaluation', 'A regular expression could not be compiled.'],
    ],
  ])('%s', async (_name, sql, expected) => {
    expect(await refusal(engine.run(query(sql)))).toEqual(expected);
  });

  test.each([
    ['a table that is not there', 'SELECT toString(a) AS row FROM nowhere.secret_table'],
    ['SQL that is none', 'SELECT secret_name FROM FROM'],
    ['a column that is not there', 'SELECT secret_column AS row'],
  ])('our own fault shows nothing of the SQL and keeps it for the log: %s', async (_name, sql) => {
    const error = await engine.run(query(sql)).catch((e) => e);
    expect(error.code).toBe('engine.failed');
    expect(error.message).not.toMatch(/secret|SELECT|nowhere|Code/);
    expect(String(error.cause)).toMatch(/Code|Exception/);
  });

  test('output of a failed query never reaches the next one', async () => {
    // The engine's known fault: the session of a failed query puts its leftover output first.
    const many = { limits: { ...limits, rows: 2_000_000 } };
    const failing = "throwIf(number = 900000, 'stop')) AS row FROM numbers(1000000)";
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const hunt = engine.run(query(`SELECT toString(${failing}`, many));
      expect(await refusal(hunt)).toEqual(['hunt.evaluation', 'stop']);
      expect(await rowsOf(engine, 'SELECT toString(42) AS row')).toBe('42');
      const select = engine.select(`SELECT toString(${failing}`);
      expect((await refusal(select))[0]).toBe('engine.failed');
      expect(await engine.select('SELECT 42 AS answer')).toEqual([{ answer: 42 }]);
    }
  });
});

test('statements of our own get 64-bit integers as text', async () => {
  expect(await engine.select('SELECT toUInt64(18446744073709551615) AS a, 1 AS b')).toEqual([
    { a: '18446744073709551615', b: 1 },
  ]);
});

describe('cancellation', () => {
  test('before it starts', async () => {
    const signal = AbortSignal.abort();
    expect((await refusal(engine.run(query(endless, { signal }))))[0]).toBe('hunt.cancelled');
  });

  test.each([0, 5, 300])('after %i ms: the engine stops working on it', async (ms) => {
    const controller = new AbortController();
    const hunt = query(endless, { signal: controller.signal });
    const refused = refusal(engine.run(hunt));
    setTimeout(() => controller.abort(), ms);
    expect((await refused)[0]).toBe('hunt.cancelled');
    await until(
      async () =>
        (
          await engine.select(
            `SELECT 1 AS x FROM system.processes WHERE Settings['log_comment'] = '${hunt.tag}'`,
          )
        ).length === 0,
    );
    await until(() => resultFiles().length === 0);
  });

  test('gives the slot back, and those who wait keep their order', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const blocked = Array.from({ length: 6 }, () =>
      refusal(engine.run(query(endless, { signal }))),
    );
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (n) => {
      await rowsOf(engine, `SELECT toString(${n}) AS row`);
      order.push(n);
    });
    controller.abort();
    expect((await Promise.all(blocked)).map(([code]) => code)).toEqual(
      Array(6).fill('hunt.cancelled'),
    );
    await Promise.all(waiting);
    expect(order).toHaveLength(3);
  });
});

describe('a hunt can only read stored tables', () => {
  test.each([
    ['the scalar function file()', "SELECT file('/etc/hostname') AS row"],
    ['a table function', "SELECT line AS row FROM file('/etc/passwd', LineAsString)"],
    ['a quoted function', "SELECT `file`('/etc/hostname') AS row"],
    ['an output clause', "SELECT 'x' AS row INTO OUTFILE '/tmp/quarry-escaped' FORMAT TSV"],
    [
      'leaving the parentheses',
      "SELECT 'x' AS row) INTO OUTFILE '/tmp/quarry-escaped' FORMAT TSV -- ",
    ],
    ['a second statement', "SELECT 'x' AS row; DROP DATABASE tenant_default"],
    ['a comment', "SELECT 'x' AS row /* */"],
    ['settings', "SELECT 'x' AS row SETTINGS readonly = 0"],
    ['another statement', 'DROP DATABASE tenant_default'],
    ['the engine’s own tables', 'SELECT query AS row FROM system.processes'],
  ])('%s is refused before it reaches the engine', async (_name, sql) => {
    await expect(engine.run(query(sql))).rejects.toThrow('generated SQL holds');
  });

  test.each([
    ["SELECT * FROM file('/etc/hostname', LineAsString)"],
    ["SELECT * FROM url('http://127.0.0.1:1/', LineAsString)"],
  ])('the engine itself refuses, should the fence fail: %s', async (sql) => {
    const error = await engine.select(`${sql} SETTINGS readonly = 1`).catch((e) => e);
    expect(String(error.cause)).toMatch(/READONLY|readonly/);
  });

  test('a configuration in the working directory of the caller is not loaded', async () => {
    writeFileSync(path.join(directory, 'config.xml'), '<clickhouse><broken');
    const [run = '', ...others] = readdirSync(path.join(directory, 'run'));
    expect([others, readdirSync(path.join(directory, 'run', run, 'work'))]).toEqual([[], []]);
    expect(
      await engine.select("SELECT value FROM system.server_settings WHERE name = 'tmp_path'"),
    ).toEqual([{ value: path.join(directory, 'engine', 'tmp/') }]);
  });
});
