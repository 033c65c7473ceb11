import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { annotation, withoutCommands } from '../../src/cli/rule-tests/annotation.js';
import { type AnswerRows, differences } from '../../src/cli/rule-tests/compare.js';
import { readRuleTests } from '../../src/cli/rule-tests/file.js';
import { junitText } from '../../src/cli/rule-tests/junit.js';
import { ExactNumber, type JsonObject } from '../../src/ingest/json.js';
import { program } from '../program.js';

describe('an answer that is taken for another', () => {
  const answer: AnswerRows = {
    columns: [
      { name: 'Timestamp', type: 'datetime' },
      { name: 'DeviceName', type: 'string' },
      { name: 'Count', type: 'long' },
      { name: 'Names', type: 'dynamic' },
      { name: 'Domain', type: 'string' },
      { name: 'Text', type: 'string' },
    ],
    rows: [
      ['2026-01-05T11:58:00.0000000Z', 'ws-1', 3, ['a', 'b'], '', '{"a": "x", "b": [1]}'],
      ['2026-01-05T11:59:00.1000000Z', 'ws-2', '9007199254740993', null, null, '{'],
    ],
  };
  test.each<[string, number | JsonObject[], string[]]>([
    ['as many rows', 2, []],
    ['another number', 1, ['2 rows, expected 1']],
    ['none', 0, ['2 rows, expected 0']],
    ['rows in another order, in part', [{ DeviceName: 'ws-2' }, { DeviceName: 'ws-1' }], []],
    [
      'instants, long numbers, lists, and nothing',
      [
        { Timestamp: '2026-01-05T11:58:00Z', Count: 3, Names: ['a', 'b'], Domain: '' },
        { Timestamp: '2026-01-05T11:59:00.1Z', Count: '9007199254740993', Domain: null },
      ],
      [],
    ],
    ['one row for two', [{ DeviceName: 'ws-1' }, { Count: 3 }], ['no row has {"Count":3}']],
    ['rows that leave each other room', [{ Domain: '' }, { DeviceName: 'ws-1' }], []],
    [
      'another value',
      [{ DeviceName: 'ws-1' }, { DeviceName: 'WS-2' }],
      ['no row has {"DeviceName":"WS-2"}'],
    ],
    ['a column that is not there', [{ Device: 'ws-1' }], ['the query has no column Device']],
    [
      'a word for nothing that is a value',
      [{ Domain: 'undefined' }, {}],
      ['no row has {"Domain":"undefined"}'],
    ],
    [
      'instants of another zone, and of none',
      [{ Timestamp: '2026-01-05T12:58:00+01:00' }, { Timestamp: '2026-01-05 11:59:00.1' }],
      [],
    ],
    [
      'an instant that is not the same one',
      [{ Timestamp: '2026-01-05T11:58:00+01:00' }, {}],
      ['no row has {"Timestamp":"2026-01-05T11:58:00+01:00"}'],
    ],
    [
      'long numbers next to each other',
      [{ Count: new ExactNumber('9007199254740992') }, {}],
      ['no row has {"Count":9007199254740992}'],
    ],
    [
      'long numbers, and JSON that a string column has',
      [{ Count: new ExactNumber('9007199254740993') }, { Text: { b: [1], a: 'x' } }],
      [],
    ],
  ])('%s', (_what, expected, problems) => {
    expect(differences(answer, expected).filter((line) => !line.startsWith('there is'))).toEqual(
      problems,
    );
  });
});

test('what a test is called and says is text in XML, whatever it holds', () => {
  const xml = junitText([
    { file: 'a&b.yaml', line: 3, name: '"<x>"', problems: ['1 row\u0000', 'x & "y"'], seconds: 1 },
    { file: 'a', line: 1, name: 'good', problems: [], seconds: 0.5 },
  ]);
  expect(xml).toContain('<testsuites tests="2" failures="1" time="1.500">');
  expect(xml).toContain(
    'classname="a&#38;b.yaml" name="&#34;&#60;x&#62;&#34;" file="a&#38;b.yaml" line="3"',
  );
  expect(xml).toContain(
    '<failure message="1 row\ufffd">1 row\ufffd&#10;x &#38; &#34;y&#34;</failure>',
  );
});

test("what is shown beside a change's lines is one line, whatever it holds", () => {
  const result = { file: 'rules/a,b.yaml', line: 7, seconds: 1 };
  expect(annotation({ ...result, name: 'a: 100%', problems: ['1 row\x1b', '::x'] })).toBe(
    '::error file=rules/a%2Cb.yaml,line=7,title=a%3A 100%25::1 row\\u001b%0A::x\n',
  );
  expect(annotation({ ...result, name: 'good', problems: [] })).toBe('');
});

test('what tests say is no command to GitHub', () => {
  const said = withoutCommands('FAIL  ##[error]x\n      ::add-mask::x\n');
  expect(said).toMatch(/^::stop-commands::([\w-]{36})\n[\s\S]*\n::\1::\n$/);
});

test('tests share what they have in common, and their values need no quotes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quarry-rules-'));
  const path = join(directory, 'a.yaml');
  await writeFile(
    path,
    `query: 'declare query_parameters(n: long, b: bool, r: real, s: string); print n'
tests:
  - name: x
    parameters: { n: 9223372036854775807, b: true, r: .inf, s: "1" }
    events:
      - &first { table: DeviceEvents, DeviceName: a, ActionType: x }
      - { <<: *first, ActionType: y }
    rows: [{ r: .nan }]
`,
  );
  const { tests } = await readRuleTests(path);
  await rm(directory, { recursive: true });
  expect(tests[0]).toMatchObject({
    parameters: { n: '9223372036854775807', b: 'true', r: 'Infinity', s: '1' },
    events: [{}, { table: 'DeviceEvents', DeviceName: 'a', ActionType: 'y' }],
    rows: [{ r: 'NaN' }],
  });
});

/** A few lines that would be a document of a billion words. */
const bomb = [
  'a: &a [x]',
  ...[...'bcdefghij'].map((name, index) => {
    const before = 'abcdefghi'[index];
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`;
  }),
].join('\n');

describe('quarry test', { timeout: 180_000 }, () => {
  let directory: string;
  /** Runs the command on files of the directory, and tells what it says without the directory's name. */
  const run = async (...names: string[]) => {
    const paths = names.map((name) => (name.startsWith('--') ? name : join(directory, name)));
    const child = spawn(process.execPath, [...program, 'test', ...paths], {
      // What is set for a server of this machine has no say.
      env: {
        ...process.env,
        NO_COLOR: '1',
        GITHUB_ACTIONS: '',
        GITHUB_WORKSPACE: '',
        QUARRY_STORE: 'postgres://nowhere',
        QUARRY_RETENTION: '1d',
      },
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { stdout: stdout.replaceAll(`${directory}/`, ''), stderr, code };
  };
  const put = (name: string, content: string) => writeFile(join(directory, name), content);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quarry-rules-'));
    await mkdir(join(directory, 'rules/none'), { recursive: true });
    await put(
      'rules/office.kql',
      'DeviceProcessEvents\n| where Timestamp > ago(1h)\n| where InitiatingProcessFileName =~ "winword.exe" and FileName =~ "powershell.exe"',
    );
    await put(
      'rules/sentinel.yaml',
      'id: 1\nname: Many failures\nquery: |\n  DeviceLogonEvents\n  | summarize Failures = count() by DeviceName\n  | where Failures > 1\n',
    );
    await put(
      'rules/recorded.ndjson',
      ['12', '13']
        .map((minute) =>
          JSON.stringify({
            category: 'AdvancedHunting-DeviceLogonEvents',
            properties: { Timestamp: `2024-03-01T10:${minute}:00Z`, DeviceName: 'ws-7' },
          }),
        )
        .join('\n'),
    );
    await put(
      'rules/good.test.yaml',
      `rule: office.kql
now: 2026-01-05T12:00:00Z
tests:
  - name: Word starts PowerShell
    events:
      - table: DeviceProcessEvents
        Timestamp: 2026-01-05T11:58:00Z
        DeviceName: ws-014
        FileName: powershell.exe
        InitiatingProcessFileName: WINWORD.EXE
    rows: [{ DeviceName: ws-014, Timestamp: 2026-01-05T11:58:00Z }]
  - name: an hour later
    now: 2026-01-05T13:00:00Z
    events:
      - { table: DeviceProcessEvents, Timestamp: 2026-01-05T11:58:00Z, FileName: powershell.exe, InitiatingProcessFileName: winword.exe }
    rows: 0
  - name: events of other tests are not there
    rows: 0
`,
    );
    await put(
      'rules/sentinel.test.yaml',
      `rule: sentinel.yaml
tests:
  - { name: recorded, files: [recorded.ndjson], rows: [{ DeviceName: ws-7, Failures: 2 }] }
  - { name: recorded again, files: [recorded.ndjson], rows: [{ DeviceName: ws-7, Failures: 2 }] }
`,
    );
    await put(
      'rules/firewall.yaml',
      `name: Firewall
columns:
  - { name: Timestamp, type: datetime, from: ts }
  - { name: DeviceName, type: string, from: host.name }
  - { name: RemotePort, type: int, from: dport }
`,
    );
    await put(
      'rules/functions.kql',
      `// what calls another stands before it
.create-or-alter function with (docstring = "Odd (ports)") OddPorts(most: int = 1024) {
    Connections
    | where RemotePort > most
}

.create function Connections() { Firewall | where isnotempty(DeviceName) }
`,
    );
    await put(
      'rules/fw.ndjson',
      '{"ts":"2026-01-05T11:59:00Z","host":{"name":"fw-1"},"dport":4444}',
    );
    await put(
      'rules/firewall.test.yaml',
      `query: |
  declare query_parameters(least: int = 1);
  OddPorts() | summarize Ports = count() by DeviceName | where Ports >= least
tables: [firewall.yaml]
functions: [functions.kql]
tests:
  - name: as columns
    events:
      - { table: Firewall, Timestamp: 2026-01-05T11:58:00Z, DeviceName: fw-1, RemotePort: 4444 }
      - { table: Firewall, Timestamp: 2026-01-05T11:58:01Z, DeviceName: fw-1, RemotePort: 443 }
    rows: [{ DeviceName: fw-1, Ports: 1 }]
  - { name: as its source sends them, files: [fw.ndjson], source: "custom:Firewall", rows: [{ Ports: 1 }] }
  - { name: fewer, files: [fw.ndjson], source: "custom:Firewall", parameters: { least: "2" }, rows: 0 }
`,
    );
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('passes what is as expected, and leaves nothing behind', async () => {
    const { stdout, stderr, code } = await run('rules', '--junit', 'out.xml');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.split('\n')).toEqual([
      'pass  rules/firewall.test.yaml: as columns',
      'pass  rules/firewall.test.yaml: as its source sends them',
      'pass  rules/firewall.test.yaml: fewer',
      'pass  rules/good.test.yaml: Word starts PowerShell',
      'pass  rules/good.test.yaml: an hour later',
      'pass  rules/good.test.yaml: events of other tests are not there',
      'pass  rules/sentinel.test.yaml: recorded',
      'pass  rules/sentinel.test.yaml: recorded again',
      '',
      '8 tests, 0 failed',
      '',
    ]);
    expect(await readFile(join(directory, 'out.xml'), 'utf8')).toContain('failures="0"');
  });

  it('fails a build, and says why', async () => {
    await put(
      'bad.yaml',
      `query: |
  DeviceProcessEvents
  | where FileNam == "x"
tests: [{ name: a wrong name, rows: 1 }]
`,
    );
    await put(
      'worse.yaml',
      `query: DeviceProcessEvents | project DeviceName
now: 2026-01-05T12:00:00Z
tests:
  - name: a row too many
    events: [{ table: DeviceProcessEvents, Timestamp: 2026-01-05T11:58:00Z, DeviceName: "ws\\x1b[31m" }]
    rows: 0
  - name: a column that the table has not
    events: [{ table: DeviceProcessEvents, Timestamp: 2026-01-05T11:58:00Z, DeviceNam: x }]
    rows: 0
  - name: a value of another type
    events: [{ table: DeviceProcessEvents, Timestamp: 2026-01-05T11:58:00Z, ProcessId: many }]
    rows: 0
  - name: a table that is not there
    events: [{ table: DeviceProcesses, Timestamp: 2026-01-05T11:58:00Z }]
    rows: 0
  - { name: a recording that is not there, files: [nowhere.ndjson], rows: 0 }
  - { name: a recording of nothing, files: [bad.yaml], rows: 0 }
  - { name: a recording that is a folder, files: [rules], rows: 0 }
`,
    );
    await put('left.kql', 'let Left = () { Gone() };');
    await put('left.yaml', 'query: Left\nfunctions: [left.kql]\ntests: [{ name: x, rows: 0 }]');
    const { stdout, code } = await run('bad.yaml', 'worse.yaml', 'left.yaml', '--junit', 'bad.xml');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /FAIL {2}bad\.yaml:4: a wrong name\n {6}.*FileNam.*\n {6}line 2, column 9\n {8}\| where FileNam == "x"\n {16}\^{7}\n/,
    );
    expect(stdout).toContain(
      'FAIL  worse.yaml:4: a row too many\n      1 row, expected 0\n      there is  {"DeviceName":"ws',
    );
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toContain('has not\n      DeviceProcessEvents has no column DeviceNam\n');
    expect(stdout).toMatch(/another type\n {6}not every .*\n {6}DeviceProcessEvents\.ProcessId: /);
    expect(stdout).toContain('is not there\n      there is no table DeviceProcesses\n');
    expect(stdout).toContain('      nowhere.ndjson: cannot be read\n');
    expect(stdout).toMatch(/a recording of nothing\n {6}bad\.yaml: /);
    expect(stdout).toContain('      rules: is no file\n');
    expect(stdout).toMatch(/left\.yaml:3: x\n {6}the function Left: body: .*'Gone'/);
    expect(stdout).toContain('9 tests, 9 failed');
    expect(await readFile(join(directory, 'bad.xml'), 'utf8')).toContain('failures="9"');
  });

  it('is called wrong for a folder that holds no tests: a build is not green for a wrong name', async () => {
    const { stdout, stderr, code } = await run('rules/none');
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(/holds no tests/);
  });

  it('is told of a report that cannot be written before the tests are run', async () => {
    const { stdout, stderr, code } = await run('rules', '--junit', 'nowhere/out.xml');
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('--junit: ');
  });

  it.each<[string, string]>([
    ['Sentinel, as a repository has it', 'query: print 1'],
    [
      'Sentinel, as its portal exports',
      '{"resources": [{"kind": "Scheduled", "properties": {"query": "print 1"}}]}',
    ],
    ['Sentinel, as its API answers', '{"kind": "NRT", "properties": {"query": "print 1"}}'],
    ['Defender, as Graph answers', '{"queryCondition": {"queryText": "print 1"}}'],
    ['Defender, as Graph lists', '{"value": [{"queryCondition": {"queryText": "print 1"}}]}'],
    ['Defender, as its portal has it', 'queryText: |-\n  print 1'],
  ])('takes the query of a rule of %s', async (_what, content) => {
    await put('rule.yaml', content);
    await put('taken.yaml', 'rule: rule.yaml\ntests: [{name: x, rows: 1}]');
    expect((await readRuleTests(join(directory, 'taken.yaml'))).query).toBe('print 1');
  });

  it('takes no query of several', async () => {
    await put('rule.yaml', '{"value": [{"queryText": "print 1"}, {"queryText": "print 2"}]}');
    await put('several.yaml', 'rule: rule.yaml\ntests: [{name: x, rows: 1}]');
    await expect(readRuleTests(join(directory, 'several.yaml'))).rejects.toThrow(/holds 2 rules/);
  });

  it('keeps the digits of long numbers', async () => {
    await put('long.yaml', 'query: T\ntests: [{name: x, rows: [{A: 9007199254740993, B: 7}]}]');
    const { tests } = await readRuleTests(join(directory, 'long.yaml'));
    expect(tests[0]?.rows).toEqual([{ A: new ExactNumber('9007199254740993'), B: 7 }]);
  });

  it('leaves no folder where it is interrupted, or where nobody reads to the end', async () => {
    const folder = join(directory, 'temporary');
    await mkdir(folder);
    const many = Array.from({ length: 40 }, (_, index) => `  - { name: x${index}, rows: 1 }`);
    await put('many.yaml', ['query: print 1', 'tests:', ...many].join('\n'));
    const start = () =>
      spawn(process.execPath, [...program, 'test', join(directory, 'many.yaml')], {
        env: { ...process.env, TMPDIR: folder },
      });
    const madeFolders = async () =>
      (await readdir(folder)).filter((name) => name.startsWith('quarry'));
    const early = start();
    const whileItStarts = once(early, 'exit');
    await expect.poll(madeFolders, { timeout: 60_000, interval: 20 }).toHaveLength(1);
    early.kill('SIGINT');
    expect(await whileItStarts).toEqual([2, null]);
    expect(await madeFolders()).toEqual([]);
    const unread = start();
    const ended = once(unread, 'exit');
    await once(unread.stdout, 'data');
    unread.stdout.destroy();
    await ended;
    await expect.poll(madeFolders, { timeout: 10_000 }).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['no YAML', 'tests: [', /wrong\.yaml/],
    ['no tests', 'query: print 1', /wrong\.yaml: tests: is missing/],
    ['a member that is none', 'query: print 1\ntests: [{name: x, rows: 1, row: 2}]', /row/],
    ['no rule', 'tests: [{name: x, rows: 1}]', /say what is tested/],
    ['a rule that is not there', 'rule: a.kql\ntests: [{name: x, rows: 1}]', /a\.kql/],
    [
      'an alias of nothing',
      'query: print 1\ntests: [{name: x, rows: [{F: *x}]}]',
      /wrong\.yaml: .*x/,
    ],
    ['aliases without end', bomb, /wrong\.yaml: /],
    ['an alias within itself', 'query: print 1\ntests: &a [*a]', /wrong\.yaml is nested/],
    [
      'a table within itself',
      'query: print 1\ntables: [own.yaml]\ntests: [{name: x, rows: 1}]',
      /own\.yaml is nested/,
    ],
    ['a rule without a query', 'rule: wrong.yaml\ntests: [{name: x, rows: 1}]', /holds no rule/],
    [
      'a parameter that the query does not declare',
      'query: "declare query_parameters(a: long = 1); print a"\ntests:\n  - name: x\n    parameters:\n      a: "1"\n      b: "2"\n    rows: 1',
      /wrong\.yaml:6: x: the query declares no parameter b$/,
    ],
    [
      'a mistake, by its line',
      'query: print 1\ntests:\n  - name: x\n    rows: 1\n  - name: y\n    rows: some',
      /wrong\.yaml:6: tests\.1\.rows: /,
    ],
    [
      'tables that are none',
      'query: print 1\ntables: [rules/functions.kql]\ntests: [{name: x, rows: 1}]',
      /functions\.kql/,
    ],
    [
      'functions that are none',
      'query: print 1\nfunctions: [rules/office.kql]\ntests: [{name: x, rows: 1}]',
      /office\.kql:1:1: Neither a command/,
    ],
    ['a moment that is none', 'query: print 1\nnow: noon\ntests: [{name: x, rows: 1}]', /now/],
  ])('refuses a file with %s', async (_what, content, message) => {
    await put('own.yaml', 'name: Own_CL\ncolumns: &a [*a]');
    await put('wrong.yaml', content);
    await expect(readRuleTests(join(directory, 'wrong.yaml'))).rejects.toThrow(message);
  });
});
