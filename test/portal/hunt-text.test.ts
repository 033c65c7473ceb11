import { describe, expect, test } from 'vitest';
import type { Schema } from '../../portal/src/api/types.js';
import { quotaUse } from '../../portal/src/app/usage.js';
import { endOfQuery, sharedLength, withStep } from '../../portal/src/hunt/add-to-query.js';
import { columnValuesQuery } from '../../portal/src/hunt/column-values.js';
import { copyAs } from '../../portal/src/hunt/copy-as.js';
import { earlierNameHints } from '../../portal/src/hunt/earlier-names.js';
import { openCall, signatureOf } from '../../portal/src/hunt/editor/call.js';
import { nearestName } from '../../portal/src/hunt/nearest-name.js';
import { bytesText, countText, secondsText } from '../../portal/src/hunt/numbers.js';
import { parametersOf, parameterValues } from '../../portal/src/hunt/parameters.js';
import { sharedQuery, shareLink } from '../../portal/src/hunt/share.js';
import { isOnlyComments, statementAt, statementsOf } from '../../portal/src/hunt/statements.js';
import { stepsOf } from '../../portal/src/hunt/steps.js';
import { quoteHints } from '../../portal/src/hunt/straight-quotes.js';
import { strings } from '../../portal/src/hunt/strings.js';
import { hasTimeFilter, timespanOf } from '../../portal/src/hunt/time-range.js';
import { wordsOf } from '../../portal/src/hunt/words.js';
import type { ResultColumn } from '../../portal/src/results/model.js';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { describeTable, listTables } from '../../src/catalog/describe.js';

describe('the queries of a text', () => {
  test.each<[string, string, string[]]>([
    ['one', 'T | take 1', ['T | take 1']],
    ['none', '\n  \n', []],
    ['two, between blank lines', 'A\n| take 1\n\n \nB', ['A\n| take 1', 'B']],
    ['a blank line inside a string', 'print ```a\n\nb```\n\nB', ['print ```a\n\nb```', 'B']],
    ['a fence in a comment opens nothing', '// ```\nA\n\nB', ['// ```\nA', 'B']],
    ['a pipe goes on with what is above', 'A\n\n| take 1\n\nB', ['A\n\n| take 1', 'B']],
    ['so does one behind a comment', 'A\n\n// why\n| take 1', ['A\n\n// why\n| take 1']],
    [
      'declarations belong to what is below',
      'let a = 1;\n\n// x\nlet b = 2;\n\nT\n| take a\n\nU',
      ['let a = 1;\n\n// x\nlet b = 2;\n\nT\n| take a', 'U'],
    ],
    ['a query with its own does not', 'let a = 1; T\n\nU', ['let a = 1; T', 'U']],
    ['line ends of Windows', 'A\r\n| take 1\r\n\r\nB\r\n', ['A\r\n| take 1', 'B']],
  ])('%s', (_what, text, expected) => {
    const found = statementsOf(text);
    expect(found.map((each) => each.text)).toEqual(expected);
    for (const { start, end, text: own } of found) expect(text.slice(start, end)).toBe(own);
  });

  test.each<[number, string]>([
    [0, 'A\n| take 1'],
    [10, 'A\n| take 1'],
    [11, 'A\n| take 1'],
    [12, 'B'],
    [99, 'B'],
  ])('the one at %i', (offset, expected) => {
    expect(statementAt('A\n| take 1\n\nB\n', offset)?.text).toBe(expected);
  });

  test('comments alone are none', () => {
    expect(isOnlyComments('// a\n  // b\n')).toBe(true);
    expect(isOnlyComments('// a\nT')).toBe(false);
  });
});

describe('the steps of a query', () => {
  test.each<[string, string, [line: number, text: string][]]>([
    ['none', 'T', [[1, 'T']]],
    [
      'by its pipes',
      '// which\nT\n| where a == "|" // |\n| take 5\n',
      [
        [2, 'T'],
        [3, '| where a == "|" // |'],
        [4, '| take 5'],
      ],
    ],
    [
      'inside of parentheses they belong to the step',
      'T | join (U | where b == 1) on c | count',
      [
        [1, 'T'],
        [1, '| join (U | where b == 1) on c'],
        [1, '| count'],
      ],
    ],
    [
      'of a query with its end, and words behind it',
      'T\n| where a; // done',
      [
        [1, 'T'],
        [2, '| where a'],
      ],
    ],
    [
      'of the last statement',
      'let x = T | take 1;\nx\n| where a;',
      [
        [2, 'x'],
        [3, '| where a'],
      ],
    ],
  ])('%s', (_what, query, expected) => {
    const steps = stepsOf(query);
    expect(steps.map(({ line, text }) => [line, text])).toEqual(expected);
    for (const step of steps) expect(query.startsWith(step.query)).toBe(true);
  });
});

describe('a query that goes on', () => {
  test.each<[string, string, string]>([
    ['at its end', 'T | take 1', 'T | take 1\n+'],
    ['behind a comment', 'T | take 1 // one\n', 'T | take 1 // one\n+\n'],
    ['before its semicolon', 'T | take 1;', 'T | take 1\n+;'],
    ['before semicolons and what is said behind', 'T; // a;\n ; // b', 'T\n+; // a;\n ; // b'],
    ['behind an address', 'T | where u == "http://x;"', 'T | where u == "http://x;"\n+'],
    ['before its drawing', 'T\n| render timechart;', 'T\n+\n| render timechart;'],
    [
      'before its drawing, behind a path',
      String.raw`T | where a == @"C:\" | render timechart`,
      String.raw`T | where a == @"C:\"${'\n'}+ | render timechart`,
    ],
    [
      'before a drawing with a pipe in its title',
      'T | render piechart with (title="a | b") // c | d',
      'T\n+ | render piechart with (title="a | b") // c | d',
    ],
    ['not before a drawing within', 'T | where a == "| render"', 'T | where a == "| render"\n+'],
    ['as the first of several', 'T;\n\nU', 'T\n+;\n\nU'],
  ])('%s', (_what, text, expected) => {
    const end = endOfQuery(text, 0) ?? -1;
    expect(`${text.slice(0, end)}\n+${text.slice(end)}`).toBe(expected);
  });

  test('is found in the text as far as it is the same', () => {
    const query = withStep('T | take 1; // one', '| take 50');
    expect(query).toBe('T | take 1\n| take 50');
    expect(sharedLength(query, 'T | take 1; // one')).toBe('T | take 1'.length);
  });
});

describe('the call that is being written', () => {
  test.each<[string, [name: string, argument: number] | undefined]>([
    ['T | extend a = substring(', ['substring', 0]],
    ['T | extend a = substring(b, ', ['substring', 1]],
    ['T | extend a = substring(strcat("(", b, ",', ['strcat', 2]],
    ['T | extend a = substring(b, iff(c, d, e), ', ['substring', 2]],
    ['T | where a in (1, ', ['in', 1]],
    ['T | extend a = pack_array(dynamic([1, 2', undefined],
    ['T | where (a', ['where', 0]],
    ['T | extend a = f(b) | take ', undefined],
    ['T // f(', undefined],
    [String.raw`T | where a == @"C:\" | extend b = strcat(a, `, ['strcat', 1]],
    ['T | where a == @"say ""(" and f(', ['f', 0]],
  ])('%s', (text, expected) => {
    const call = openCall(text);
    const name = call && /\w+$/.exec(text.slice(0, call.nameEnd))?.[0];
    expect(call && [name, call.argument]).toEqual(expected);
  });

  test('has the parameters that the language writes', () => {
    const labels = (text: string) => {
      const { label = '', parameters = [], isVariadic } = signatureOf(text) ?? {};
      return [parameters.map(([from, to]) => label.slice(from, to)), isVariadic];
    };
    expect(labels('substring(string, start, [length]): string')).toEqual([
      ['string', 'start', '[length]'],
      false,
    ]);
    expect(labels('strcat(arg, ...): string\n\nJoins.')).toEqual([['arg'], true]);
    expect(labels('now(): datetime')).toEqual([[], false]);
    expect(signatureOf('FileName: string')).toBeUndefined();
  });
});

test.each([
  ['spaces', ' '.repeat(100_000)],
  ['lines', '\n'.repeat(100_000)],
  ['statements', 'T;\n'.repeat(30_000)],
])('a text of many %s, as a link may hold, is read in a moment', (_what, much) => {
  const text = `T${much}1 | take 1`;
  const started = performance.now();
  const read = [wordsOf(text).length, stepsOf(text).length, parametersOf(text).length];
  expect(performance.now() - started).toBeLessThan(2000);
  expect(read).toEqual([expect.any(Number), 2, 0]);
});

describe('names in a query', () => {
  test.each<[string, string, string[]]>([
    [
      'what strings and comments have is none',
      'T // A\n| where b == "C" and d == @\'E\\\' // F',
      ['T', 'where', 'b', 'and', 'd'],
    ],
    ['nor what stands behind a dot', 'T | where a.B == c . D', ['T', 'where', 'a', 'c']],
    ['a string over lines', 'print ```x\ny``` | take z', ['print', 'take', 'z']],
    ['a hidden string over lines', 'print h```x\ny``` | take z', ['print', 'take', 'z']],
  ])('%s', (_what, query, expected) => {
    expect(wordsOf(query).map(({ text }) => text)).toEqual(expected);
    for (const { text, start } of wordsOf(query)) expect(query.slice(start)).toMatch(text);
  });
});

/** As the server describes its schema. */
const schema: Schema = {
  version: '1',
  functions: [],
  builtIns: [],
  tables: listTables(builtinCatalog).map(({ name }) => {
    const table = describeTable(builtinCatalog, name);
    return {
      name,
      category: table?.category ?? '',
      ...(table?.replacedBy !== undefined && { replacedBy: table.replacedBy }),
      columns: (table?.columns ?? []).map(({ name: column, type, summary, visible }) => ({
        name: column,
        type: type as ResultColumn['type'],
        description: summary,
        ...(!visible && { hidden: true }),
      })),
    };
  }),
};

describe('names of earlier schemas', () => {
  const renamed = (query: string) =>
    earlierNameHints(query, schema).reduceRight(
      (text, { fix }) =>
        fix ? text.slice(0, fix.start) + fix.text + text.slice(fix.start + fix.length) : text,
      query,
    );
  test.each<[string, string, string]>([
    [
      'tables and columns of 2018',
      'ProcessCreationEvents | where EventTime > ago(1d) | summarize count() by MachineId',
      'DeviceProcessEvents | where Timestamp > ago(1d) | summarize count() by DeviceId',
    ],
    [
      'columns of Sentinel',
      'DeviceLogonEvents | where TimeGenerated > ago(1d)',
      'DeviceLogonEvents | where Timestamp > ago(1d)',
    ],
    ["today's", 'DeviceInfo | where Timestamp > ago(1d)', 'DeviceInfo | where Timestamp > ago(1d)'],
    [
      'not those that the query gives itself',
      'let MachineId = "x"; DeviceInfo | where DeviceId == MachineId | extend EventTime = now()',
      'let MachineId = "x"; DeviceInfo | where DeviceId == MachineId | extend EventTime = now()',
    ],
    [
      'not where a table is one of its own that has a successor',
      'AADSignInEventsBeta | take 1',
      'AADSignInEventsBeta | take 1',
    ],
    [
      'not in text',
      'DeviceInfo | where DeviceName == "MachineId" // MachineId',
      'DeviceInfo | where DeviceName == "MachineId" // MachineId',
    ],
  ])('%s', (_what, query, expected) => {
    expect(renamed(query)).toBe(expected);
  });
});

test.each<[string, string | undefined]>([
  ['T | where a == “b”', 'T | where a == "b"'],
  ["T | where a in (‘b’, “it's”)", "T | where a in ('b', \"it's\")"],
  ['T | where a == "“b”" // ‘c’', undefined],
  ['T | where a == “b', 'T | where a == "b'],
])('quotation marks of a web page: %s', (query, expected) => {
  const [hint] = quoteHints(query);
  const { start = 0, length = 0, text = '' } = hint?.fix ?? {};
  expect(hint && query.slice(0, start) + text + query.slice(start + length)).toBe(expected);
});

describe('a name that nothing is called', () => {
  const meant = (query: string, wrong: string) =>
    nearestName(
      query,
      {
        code: 'kql.semantic',
        message: '',
        position: { line: 1, column: 1, start: query.indexOf(wrong), length: wrong.length },
      },
      schema,
    )?.fix?.text;
  test.each<[string, string, string | undefined]>([
    ['DeviceInfo | where DeviceNme == "x"', 'DeviceNme', 'DeviceName'],
    ['DeviceProcesEvents | take 1', 'DeviceProcesEvents', 'DeviceProcessEvents'],
    ['DeviceInfo | where ProcessCommandline == "x"', 'ProcessCommandline', undefined],
    ['DeviceInfo | where Foo == 1', 'Foo', undefined],
    ['DeviceInfo | where a == 1', 'a', undefined],
  ])('%s', (query, wrong, expected) => {
    expect(meant(query, wrong)).toBe(expected);
  });
});

describe('parameters that a query declares', () => {
  test.each<[string, string, object[]]>([
    ['none', 'T | take 1', []],
    [
      'with and without defaults',
      'declare query_parameters(who:string = "a, (b)", n:long, since:timespan = 1h);\nT',
      [
        { name: 'who', type: 'string', initial: '"a, (b)"' },
        { name: 'n', type: 'long', initial: undefined },
        { name: 'since', type: 'timespan', initial: '1h' },
      ],
    ],
    ['in a comment', '// declare query_parameters(a:string)\nT', []],
    [
      'while it is typed',
      'declare query_parameters(a:string, b',
      [{ name: 'a', type: 'string', initial: undefined }],
    ],
  ])('%s', (_what, query, expected) => {
    expect(parametersOf(query)).toEqual(expected);
  });

  test('what is left empty keeps its default', () => {
    const declared = parametersOf('declare query_parameters(a:string = "x", b:long);');
    expect(parameterValues(declared, { a: '', b: '5', c: 'no' })).toEqual({ b: '5' });
    expect(parameterValues(declared, {})).toBeUndefined();
  });
});

describe('a link', () => {
  test('brings its query back, whatever is in it', async () => {
    const shared = {
      title: 'ü',
      text: 'T\n| take 1 // \u{1f98a}',
      range: { kind: 'all' },
    } as const;
    const link = await shareLink('http://127.0.0.1', shared);
    expect(await sharedQuery(new URL(link).hash)).toEqual(shared);
  });

  test('that would fill the memory is none', async () => {
    const link = await shareLink('http://127.0.0.1', {
      title: '',
      text: ' '.repeat(3_000_000),
      range: { kind: 'all' },
    });
    expect(link.length).toBeLessThan(10_000);
    expect(await sharedQuery(new URL(link).hash)).toBeUndefined();
  });
});

describe('the time range', () => {
  test.each<[boolean, string]>([
    [true, 'T | where Timestamp > ago(1d)'],
    [true, 'T | where ago(1d) <= Timestamp'],
    [true, 'T | where Timestamp between (ago(2d) .. now())'],
    [true, 'T | where ingestion_time() > ago(1h)'],
    [false, 'T | summarize max(Timestamp) by bin(Timestamp, 1h)'],
    [false, 'T // | where Timestamp > ago(1d)'],
    [false, 'T | order by Timestamp desc'],
    [true, 'T | where now() - Timestamp < 5m'],
    [true, 'T | where datetime(2026-01-05 12:00) - Timestamp <= 5m'],
    [true, 'T | where (Timestamp > ago(1d)) and A - B < 3'],
    [false, 'T | join U on DeviceId | where LogonTime - Timestamp < 5m'],
    [false, 'T | extend Late = Seen -Timestamp>5m'],
    [false, 'T | where 5m > Timestamp - LogonTime'],
    [true, 'T | where ago(1h) < Timestamp // - LogonTime'],
    [true, 'T | where 1d > now() - Timestamp'],
    [true, 'T | where Url has "http://x" and Timestamp > ago(30d)'],
    [true, String.raw`T | where Path startswith @"C:\Users\" and Timestamp > ago(30d)`],
    [false, 'T | where Text == "Timestamp > ago(1d)"'],
  ])('in the query: %s for %s', (expected, query) => {
    expect(hasTimeFilter(query)).toBe(expected);
  });

  test('goes with the query, unless that says itself when', () => {
    const range = { kind: 'last', duration: 'P7D' } as const;
    expect(timespanOf(range, 'T')).toBe('P7D');
    expect(timespanOf(range, 'T | where Timestamp > ago(30d)')).toBeUndefined();
    expect(timespanOf({ kind: 'all' }, 'T')).toBeUndefined();
  });
});

test('numbers are short and say their unit', () => {
  expect([999, 12_345, 2_100_000].map(countText)).toEqual(['999', '12 k', '2.1 M']);
  expect([0, 999, 180_000_000].map(bytesText)).toEqual(['0 B', '999 B', '180 MB']);
  expect([0.0124, 1.25, 240].map(secondsText)).toEqual(['12 ms', '1.3 s', '240 s']);
});

test('one of something is not several', () => {
  expect(strings.read('1', '8 B')).toBe('read 1 row, 8 B');
  expect(strings.estimate('1', undefined)).toBe('reads about 1 row');
  expect(strings.estimate('12 k', '3 MB')).toBe('reads about 12 k rows, 3 MB');
  expect(strings.removedAll(2, '1')).toBe('The step on line 2 takes away the last 1 row.');
});

test('what a column holds is asked by its type, and by its name whatever that is', () => {
  const asked = (name: string, type: string) =>
    columnValuesQuery('T', { name, type }).split('\n')[1];
  expect(asked('FileName', 'string')).toBe('| summarize Rows = count() by FileName');
  expect(asked('kind', 'string')).toBe("| summarize Rows = count() by ['kind']");
  expect(asked('A b', 'dynamic')).toBe("| summarize Rows = count() by ['A b'] = tostring(['A b'])");
  expect(asked('Timestamp', 'datetime')).toBe('| summarize Rows = count() by bin(Timestamp, 1h)');
});

test('a past hunt that failed says so in words, and in its code where there are none', () => {
  const codes = ['kql.semantic', 'quota.calls', 'hunt.cancelled', 'portal.other'];
  expect(codes.map(strings.historyFailed)).toEqual([
    'unknown name or type',
    'quota used up',
    'stopped',
    'failed: portal.other',
  ]);
});

test('the quota that is nearest to its end is the one that is shown', () => {
  const quota = (kind: 'calls' | 'cpu', used: number, limit: number) => ({
    kind,
    used,
    limit,
    windowSeconds: 60,
  });
  const usage = [
    { generation: 'graph', limits: { rows: 1, seconds: 1 }, quotas: [quota('calls', 9, 10)] },
    {
      generation: 'portal',
      limits: { rows: 1, seconds: 1 },
      quotas: [quota('calls', 1, 45), quota('cpu', 3, 10)],
    },
  ];
  expect(quotaUse(usage)).toBe('3 of 10 s CPU in 1 min');
  expect(quotaUse([])).toBeUndefined();
});

describe('a copy for other programs says what it cannot carry', () => {
  const origin = 'https://quarry.example';
  const asked = { query: "T | where A == 'x'", timespan: 'P7D' };

  test('the time range on the command line', () => {
    const [note, command] = copyAs(origin, 'cli', asked).split('\n');
    expect(note).toBe(`# ${strings.copiedWithoutTime('P7D')}`);
    expect(command).toBe(
      `quarry query --url https://quarry.example --token "$TOKEN" 'T | where A == '\\''x'\\'''`,
    );
    expect(copyAs(origin, 'cli', { query: 'T' })).not.toContain('#');
  });

  test.each(['curl', 'powershell', 'python'] as const)('the values of parameters in %s', (kind) => {
    expect(copyAs(origin, kind, asked)).toContain('P7D');
    expect(copyAs(origin, kind, asked)).not.toContain('# ');
    const copied = copyAs(origin, kind, { ...asked, parameters: { device: 'ws\nrm -rf ~' } });
    expect(copied.split('\n')[0]).toBe(`# ${strings.copiedWithoutValues('device')}`);
    expect(copied).not.toContain('rm -rf');
  });
});
