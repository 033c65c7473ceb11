import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulate, smallCompany } from '../../src/simulator/simulate.js';
import { program } from '../program.js';

const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('QUARRY_')),
);

function start(
  commandArguments: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [...program, ...commandArguments], {
    env: { ...environment, NO_COLOR: '1', ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function quarry(
  commandArguments: readonly string[],
  input: string | Buffer = '',
  variables: Readonly<Record<string, string>> = {},
) {
  const child = start(commandArguments, variables);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code: code as number };
}

let directory: string;
let data: string;
let telemetry: string;
const events = 4_000;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-cli-'));
  data = join(directory, 'data');
  telemetry = join(directory, 'events.ndjson.gz');
  const end = new Date(Date.now() - 60_000);
  const chunks = [...simulate({ ...smallCompany, events, end, tenantId: 'default' })];
  await writeFile(telemetry, gzipSync(Buffer.concat(chunks)));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('on a data directory', { timeout: 180_000 }, () => {
  it('ingest counts what it takes, and a second time takes nothing', async () => {
    const { stdout, stderr, code } = await quarry(['ingest', '--data', data, telemetry, telemetry]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [, first, again] = stdout.split(telemetry);
    expect(first).toMatch(/ 4,000 {2}accepted/);
    expect(again).toMatch(/ 0 {2}accepted/);
    expect(again).toMatch(/ 4,000 {2}duplicate/);
  });

  it('query gives the answer of the API as JSON', async () => {
    const { stdout, code } = await quarry([
      'query',
      '--data',
      data,
      'DeviceFileEvents | where FileName endswith ".tidelock" | count',
    ]);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer)).toEqual(['Stats', 'Schema', 'Results']);
    expect(answer.Schema).toEqual([{ Name: 'Count', Type: 'Int64' }]);
    expect(answer.Results).toEqual([{ Count: 180 }]);
  });

  it.each([
    ['all that is kept', [], '0'],
    ["as far as KQL's time span", ['--timespan', '72h'], '1'],
    ["as far as the API's", ['--timespan', 'P3D'], '1'],
  ])('query looks back %s', async (_what, options, isRecent) => {
    const kql = 'DeviceProcessEvents | summarize Age = now() - min(Timestamp) | project Age < 3d';
    const from = ['query', '--data', data, '--format', 'csv'];
    const { stdout } = await quarry([...from, ...options, kql]);
    expect(stdout.split('\r\n')[1]).toBe(isRecent);
  });

  it('query reads standard input and writes a table', async () => {
    const kql = 'AlertInfo\n| summarize Alerts = count() by Severity\n| where Severity == "High"';
    const { stdout, stderr } = await quarry(
      ['query', '--data', data, '--format', 'table', '-'],
      kql,
    );
    expect(stdout).toMatch(/│ High +│ 3 +│/);
    expect(stderr).toMatch(/^1 row in/);
  });

  it('an error in a query is shown where it is, and is exit code 1', async () => {
    const { stdout, stderr, code } = await quarry([
      'query',
      '--data',
      data,
      'DeviceInfo\n| where Foo == 1',
    ]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(stderr).toContain('line 2, column 9\n  | where Foo == 1\n          ^^^');
  });

  it('a file that breaks off is exit code 1, one that is not there too', async () => {
    const cut = join(directory, 'cut.ndjson.gz');
    await writeFile(cut, gzipSync(Buffer.from('{"a":1}\n'.repeat(5000))).subarray(0, 60));
    const from = ['ingest', '--data', data, '--source', 'defender-streaming'];
    const whole = join(directory, 'whole.ndjson');
    await writeFile(whole, '{"a":1}\n');
    const { stdout, stderr, code } = await quarry([...from, cut, join(directory, 'absent'), whole]);
    expect(code).toBe(1);
    expect(stdout).toContain('whole.ndjson');
    expect(stderr).toContain('truncated');
    expect(stderr).toContain('ENOENT');
  });

  it('a source that does not exist is a wrong use', async () => {
    const from = ['ingest', '--data', data, '--source', 'defender-steaming', telemetry];
    const { stdout, stderr, code } = await quarry(from);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('there is no defender-steaming; known are: defender-streaming,');
  });
});

describe('where a command works', { timeout: 180_000 }, () => {
  const elsewhere = { QUARRY_URL: 'http://127.0.0.1:1', QUARRY_TOKEN: 'x' };

  it('is the directory that the command line names, whatever server the environment does', async () => {
    const own = join(directory, 'place');
    const ingested = await quarry(['ingest', '--data', own, telemetry], '', elsewhere);
    expect(ingested).toMatchObject({ stderr: '', code: 0 });
    const counted = await quarry(
      ['query', '--data', own, '--format', 'csv', 'AlertInfo | count'],
      '',
      elsewhere,
    );
    expect(counted).toMatchObject({ stdout: 'Count\r\n5\r\n', code: 0 });
  });

  it('is not where an empty variable says', async () => {
    const variables = { QUARRY_URL: '', QUARRY_DATA: '' };
    const { stderr, code } = await quarry(['query', 'print 1'], '', variables);
    expect(code).toBe(2);
    expect(stderr).toContain('say where: --data DIR');
  });

  it('is not made for a hunt: a mistyped name is no empty directory', async () => {
    const mistyped = join(directory, 'dta');
    for (const command of [['query', 'DeviceInfo'], ['status']]) {
      const { stdout, stderr, code } = await quarry([...command, '--data', mistyped]);
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
      expect(stderr).toContain(`there is no data directory ${mistyped}`);
    }
    expect(existsSync(mistyped)).toBe(false);
  });

  it('is told where nothing can be there, without a stack', async () => {
    const file = await quarry(['query', '--data', telemetry, 'print 1']);
    expect(file.code).toBe(2);
    expect(file.stderr).toContain(`--data: ${telemetry} is no directory`);
    for (const url of ['http://127.0.0.1:1', 'http://nowhere.invalid']) {
      const { stderr, code } = await quarry(['query', '--url', url, '--token', 'x', 'print 1']);
      expect(code).toBe(1);
      expect(stderr).toContain(url);
      expect(stderr).not.toMatch(/\n +at /);
    }
  });

  it.skipIf(!existsSync('/proc/self')).each([
    ['serve', '/proc/x/y', 'data: /proc/x cannot be made in /proc: '],
    ['token', '/proc/x', 'there is no data directory /proc/x'],
    ['user', '/proc/x', 'data: /proc/x cannot be made in /proc: '],
    ['serve', '/proc', 'data: /proc cannot be written to: '],
    ['serve', '/proc/version/data', 'data: /proc/version is no directory'],
  ])('%s is told at once of %s, where no directory can be', async (command, place, message) => {
    const how = {
      serve: ['--port', '0'],
      token: ['--app', 'a', '--role', 'Metrics.Read'],
      user: ['list'],
    }[command];
    const { stdout, stderr, code } = await quarry([command, ...(how ?? []), '--data', place]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n +at /);
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk is told, without a stack', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [...program, 'simulate', '--events', '3000'], {
      env: { ...environment, NO_COLOR: '1' },
      stdio: ['ignore', full, 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([
      child.stderr ? text(child.stderr) : '',
      once(child, 'exit'),
    ]);
    closeSync(full);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: ENOSPC/);
    expect(stderr).not.toMatch(/\n +at /);
  });
});

describe('an answer of as many rows as may be', { timeout: 180_000 }, () => {
  it.each(['json', 'ndjson', 'csv', 'table'])('is said to be cut, as %s', async (format) => {
    const kql = 'range a from 1 to 100001 step 1';
    const { stderr, code } = await quarry(['query', '--data', data, '--format', format, kql]);
    expect(code).toBe(0);
    expect(stderr).toContain('cut: 100,000 rows');
  });

  it("is said with the limit of the command's own path", async () => {
    const config = join(directory, 'limits.yaml');
    await writeFile(config, 'profiles: { generations: { advancedhunting: defender-2018 } }\n');
    const kql = 'range a from 1 to 10001 step 1';
    const { stderr } = await quarry(['query', '--data', data, '--format', 'csv', kql], '', {
      QUARRY_CONFIG: config,
    });
    expect(stderr).toContain('cut: 10,000 rows');
  });

  it('is not said of one that is whole', async () => {
    const kql = 'range a from 1 to 99999 step 1';
    const { stdout, stderr } = await quarry(['query', '--data', data, '--format', 'ndjson', kql]);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toHaveLength(100_000);
  });
});

describe('ingest', { timeout: 180_000 }, () => {
  it('takes folders, and goes on behind what an interrupted run has taken', async () => {
    const own = join(directory, 'run');
    const folder = join(directory, 'folder');
    await mkdir(join(folder, 'below'), { recursive: true });
    await copyFile(telemetry, join(folder, 'below', 'a.ndjson.gz'));
    const [first, pipe] = [join(folder, 'below', 'a.ndjson.gz'), join(directory, 'pipe')];
    execFileSync('mkfifo', [pipe]);
    const child = start(['ingest', '--data', own, folder, pipe]);
    for await (const chunk of child.stdout ?? []) if (String(chunk).includes('accepted')) break;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await writeFile(join(folder, 'b.json'), await readFile(telemetry));
    await writeFile(join(folder, 'c.txt'), 'nothing that is known\n');
    const again = await quarry(['ingest', '--data', own, folder]);
    expect(again.stdout).toContain(`${first}: taken before the interruption`);
    expect(again.stdout).toMatch(/b\.json[\s\S]* 4,000 {2}duplicate/);
    expect(again.stderr).toContain('c.txt');
    const anew = await quarry(['ingest', '--data', own, '--pattern', 'a.*', folder]);
    expect(anew).toMatchObject({ code: 0, stderr: '' });
    expect(anew.stdout).toMatch(/a\.ndjson\.gz[\s\S]* 4,000 {2}duplicate/);
  });

  it('follows a file until it is interrupted', async () => {
    const own = join(directory, 'follow');
    const file = join(directory, 'followed.ndjson');
    await writeFile(file, gunzipSync(await readFile(telemetry)));
    const child = start(['ingest', '--data', own, '--follow', file]);
    for await (const chunk of child.stderr ?? []) if (String(chunk).includes('Up to date')) break;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    const { stdout } = await quarry(['ingest', '--data', own, telemetry]);
    expect(stdout).toMatch(/ 4,000 {2}duplicate/);
  });
});

describe('through a server that holds the directory', { timeout: 180_000 }, () => {
  let server: ChildProcess;
  let url: string;
  let token: string;

  beforeAll(async () => {
    server = start(['serve', '--data', data, '--port', '0', '--log-level', 'warn']);
    url = await new Promise((resolve, reject) => {
      let told = '';
      server.stderr?.on('data', (chunk) => {
        told += chunk;
        const address = /on (http:\S+)/.exec(told)?.[1];
        if (address) resolve(address);
      });
      server.once('exit', () => reject(new Error(told)));
    });
    const roles = ['AdvancedHunting.Read.All', 'Telemetry.Ingest'];
    const minted = await quarry([
      'token',
      '--data',
      data,
      '--app',
      'test',
      ...roles.flatMap((role) => ['--role', role]),
    ]);
    expect(minted.stderr).toBe('');
    token = minted.stdout.trim();
  });

  afterAll(async () => {
    if (server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  });

  it('token prints the token alone', () => {
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('query and ingest work with its address', async () => {
    const place = ['--url', url, '--token', token];
    const ingested = await quarry(['ingest', ...place, telemetry]);
    expect(ingested.stdout).toMatch(/4,000 {2}duplicate/);
    const { stdout } = await quarry([
      'query',
      ...place,
      '--format',
      'csv',
      'DeviceFileEvents | where FileName endswith ".tidelock" | count',
    ]);
    expect(stdout).toBe('Count\r\n180\r\n');
    const wrong = await quarry(['query', ...place, 'T |']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('^');
  });

  it('ingest ends where a body is refused before it has been read', async () => {
    const large = join(directory, 'large.ndjson');
    await writeFile(large, gunzipSync(await readFile(telemetry)));
    const place = ['--url', url, '--token', token];
    const { stdout, stderr, code } = await quarry(['ingest', ...place, '--source', 'nope', large]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('there is no nope; known are: defender-streaming,');
  });

  it('a command on the directory says who has it and how to reach it', async () => {
    const { stderr, code } = await quarry(['query', '--data', data, 'DeviceInfo | count']);
    expect(code).toBe(1);
    expect(stderr).toContain(`QUARRY_URL=${url}`);
    expect(stderr).toContain('quarry token --data');
  });

  it('a wrong token is told, and is exit code 1', async () => {
    const { stderr, code } = await quarry(['query', '--url', url, '--token', 'x', 'DeviceInfo']);
    expect(code).toBe(1);
    expect(stderr).toContain('Unauthorized');
  });
});

describe('the command line', () => {
  it.each([
    [['query', 'DeviceInfo'], '--data'],
    [['query', '--url', 'http://127.0.0.1:1', 'DeviceInfo'], '--token'],
    [['query', '--data', 'x', '--format', 'xml', 'DeviceInfo'], 'xml'],
    [['frobnicate'], 'frobnicate'],
    [['token', '--data', 'x', '--app', 'a', '--role', 'Everything'], 'Everything'],
    [['token', '--data', 'x', '--app', 'a'], '--role'],
    [['tables', 'DeviceProcess'], 'DeviceProcessEvents'],
    [['simulate', '--events', 'many'], '--events'],
    [['simulate', '--end', '1'], '--end'],
    [['query', '--data', 'x', '--timespan', 'yesterday', 'DeviceInfo'], "timespan 'yesterday'"],
    [['query', '--data', 'x', '--timespan', '', 'DeviceInfo'], "timespan ''"],
    [['query', '--data', '.', '--url', 'http://127.0.0.1:1', 'DeviceInfo'], '--url'],
  ])('%j is a wrong use: exit code 2, and says why', async (wrong, message) => {
    const { stdout, stderr, code } = await quarry(wrong);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n +at /);
  });

  it('helps with every command', async () => {
    const { stdout, code } = await quarry(['--help']);
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name ?? '');
    expect(commands).toEqual(
      expect.arrayContaining([
        'serve',
        'ingest',
        'query',
        'explain',
        'token',
        'tables',
        'simulate',
      ]),
    );
    const help = await quarry(['ingest', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('defender-streaming');
  });

  it('tables lists tables, and the columns of one', async () => {
    const all = JSON.parse((await quarry(['tables'])).stdout);
    expect(all.map(({ Table }: { Table: string }) => Table)).toEqual(
      expect.arrayContaining([
        'DeviceProcessEvents',
        'ProcessCreationEvents',
        'QuarryIngestErrors',
      ]),
    );
    const columns = JSON.parse((await quarry(['tables', 'DeviceLogonEvents'])).stdout);
    expect(columns).toContainEqual(
      expect.objectContaining({ Column: 'LogonType', Type: 'string' }),
    );
  });

  it('explain shows columns, plan and SQL, and needs no data', async () => {
    const { stdout, code } = await quarry([
      'explain',
      'DeviceInfo | summarize n = count() by OSPlatform',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Result\n {2}OSPlatform {2}string\n {2}n +long/);
    expect(stdout).toContain('scan DeviceInfo');
    expect(stdout).toContain('SELECT');
  });

  it('explain refuses a text that takes for ever', {
    // Its time is that of a processor, of which a busy machine gives little.
    timeout: 600_000,
  }, async () => {
    const lets = Array.from({ length: 40_000 }, (_, index) => `let a${index} = 1;`).join(' ');
    const { stderr, code } = await quarry(['explain', '-'], `${lets} print 1`, {
      QUARRY_COMPILE_SECONDS: '3',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/A query that takes more than 3 s to analyse is not supported/);
  });

  it('simulate writes the same bytes in every time zone', async () => {
    const at = ['simulate', '--events', '3000', '--end'];
    const [plain, utc, tokyo] = await Promise.all([
      quarry([...at, '2026-01-31T09:00'], '', { TZ: 'Asia/Tokyo' }),
      quarry([...at, '2026-01-31T09:00:00Z'], '', { TZ: 'America/New_York' }),
      quarry([...at, '2026-01-31T18:00+09:00']),
    ]);
    expect(plain.stdout.length).toBeGreaterThan(100_000);
    expect(utc.stdout === plain.stdout).toBe(true);
    expect(tokyo.stdout === plain.stdout).toBe(true);
  });

  it('simulate stops quietly when nobody reads on', async () => {
    const child = start(['simulate', '--events', '20000']);
    const ended = once(child, 'exit');
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended]);
    child.stdout?.destroy();
    expect((await ended)[0]).toBe(0);
  });
});
