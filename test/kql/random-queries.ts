import fc from 'fast-check';

/** Random tables and expressions over their columns, all well typed. */

const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

const words = ['', 'a', 'A', 'ab', 'cmd.exe', 'CMD.EXE', 'foo_bar', 'foo bar', 'x-1', '10', 'Ab c'];
const text = fc.constantFrom(...words);
const long = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom(7_000_000_000, -7_000_000_000, 100),
);
const real = fc.constantFrom(-2.5, -1, 0, 0.25, 1, 1.5, 3, 1e10);
const day = fc.integer({ min: 1, max: 9 });
const list = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b')), {
  maxLength: 3,
});
const orNull = (type: string, value: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 5, arbitrary: value }, fc.constant(`${type}(null)`));

const row = fc.tuple(
  orNull('long', long.map(String)),
  text.map(quoted),
  orNull(
    'datetime',
    day.map((n) => `datetime(2024-02-0${n} 0${n}:30)`),
  ),
  orNull(
    'real',
    real.map((n) => `real(${n})`),
  ),
  orNull(
    'bool',
    fc.boolean().map((value) => `bool(${value})`),
  ),
  orNull(
    'timespan',
    day.map((n) => `time(${n - 5}h)`),
  ),
  list.map((values) => `dynamic(${JSON.stringify(values)})`),
);

/** A datatable of the columns `n` long, `s` string, `t` datetime, `r` real, `b` bool, `d` timespan, `l` list. */
export const table = fc
  .array(row, { maxLength: 8 })
  .map(
    (rows) =>
      `datatable(n: long, s: string, t: datetime, r: real, b: bool, d: timespan, l: dynamic) [${rows.flat().join(', ')}]`,
  );

const comparison = fc.constantFrom('<', '<=', '>', '>=', '==', '!=');
const textOperator = fc.constantFrom(
  '==',
  '!=',
  '=~',
  '!~',
  'has',
  '!has',
  'contains',
  '!contains',
  'startswith',
  'endswith',
  'has_cs',
  'hasprefix',
);

/** Numbers over `n` and `s`; none can fail. */
export const number = fc.oneof(
  fc.constantFrom('n', 'n + 1', 'n % 3', 'abs(n)', 'strlen(s)', 'bin(n, 2)', 'array_length(l)'),
  long.map(String),
);

const simple = fc.oneof(
  fc.tuple(number, comparison, number).map((parts) => parts.join(' ')),
  fc.tuple(textOperator, text).map(([operator, value]) => `s ${operator} ${quoted(value)}`),
  fc.tuple(comparison, day).map(([operator, n]) => `t ${operator} datetime(2024-02-0${n})`),
  fc.tuple(comparison, real).map(([operator, n]) => `r ${operator} ${n}`),
  fc.constantFrom('b', 'isnull(n)', 'isnotnull(t)', 'isempty(s)', 'isnotempty(r)', 'd > 1h'),
);

/** Conditions, nested up to three deep. */
export const condition = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    simple,
    fc.tuple(tie('all'), tie('all')).map(([a, b]) => `(${a} and ${b})`),
    fc.tuple(tie('all'), tie('all')).map(([a, b]) => `(${a} or ${b})`),
    tie('all').map((a) => `not(${a})`),
  ),
})).all;

/** Words to look for. */
export const needle = fc.constantFrom(
  'a',
  'A',
  'ab',
  'cmd',
  'exe',
  'foo',
  'bar',
  'foo_bar',
  '10',
  'x',
  'c',
);

/** Columns that can be keys. */
export const key = fc.constantFrom('n', 's', 't', 'b', 'd', 'r', 's, b', 'n, s');

export const scalar = fc.constantFrom('n', 's', 't', 'b', 'd', 'r');
export const bound = fc.integer({ min: -4, max: 4 });
