import { describe, expect, test } from 'vitest';
import { assertOneSelect } from '../../src/engine/fence.js';
import { identifier, literal } from '../../src/sql/sql.js';

const hostile = [
  "'; DROP TABLE x --",
  "\\'; DROP TABLE x --",
  '`; DROP TABLE x --',
  '") INTO OUTFILE',
  "') INTO OUTFILE '/tmp/x' FORMAT TSV --",
  '/* */ -- # $$ {x:String} ;',
  '\\',
  "\\\\'",
  "''",
  "a\0'b",
  '\ud800',
  '’ “ − \u00a0',
  "file('/etc/passwd')",
  'system.processes',
  'a\nb\rc\td',
];

describe('what the generator writes passes', () => {
  test.each([
    "SELECT concat('{\"a\":', toJSONString(a), '}') AS row FROM tenant_x.DeviceEvents",
    'WITH `t1` AS (SELECT 1 AS `a`) SELECT toString(a) AS row FROM t1',
    "SELECT format('{}', 'x') AS row",
    'SELECT arrayMap(x -> (x + -1) * 2 / 3 % 4, [1, 2])::Array(Int64)[1] AS row',
    'SELECT toString(a <=> b OR a != 1.5e-10 AND NOT (a >= 2)) AS row FROM t',
    "SELECT DISTINCT a AS row FROM t WHERE a IN ('b', 'c') ORDER BY a ASC NULLS FIRST LIMIT 1 BY a",
    'SELECT `format`, `settings`, `into`, `file`, `system` AS row FROM `t`',
    "SELECT a ? 'b' : 'c' AS row FROM t",
  ])('%s', (sql) => {
    expect(() => assertOneSelect(sql)).not.toThrow();
  });

  test.each(hostile)('text from outside, as a literal and as a name: %j', (text) => {
    const sql = `SELECT ${literal(text).text} AS ${identifier(text).text}`;
    expect(assertOneSelect(sql)).toEqual([text.toWellFormed()]);
  });
});

describe('what it never writes is refused', () => {
  test.each([
    ['', 'an empty statement'],
    ['  ', 'an empty statement'],
    ['DROP TABLE t', 'not a SELECT'],
    ['(SELECT 1)', 'not a SELECT'],
    ['EXPLAIN SELECT 1', 'not a SELECT'],
    ['SELECT 1;', '";"'],
    ['SELECT 1; SELECT 2', '";"'],
    ["SELECT 'a'; DROP TABLE t", '";"'],
    ["SELECT 'a\\''; DROP TABLE t", '";"'],
    ["SELECT 'a''b'; DROP TABLE t", '";"'],
    ['SELECT `a``b`; DROP TABLE t', '";"'],
    ['SELECT "a\\"b"; DROP TABLE t', '";"'],
    ['SELECT 1 -- comment', '"-"'],
    ['SELECT 1 /* comment */', '"/"'],
    ['SELECT 1 // comment', '"/"'],
    ['SELECT 1 # comment', '"#"'],
    ['SELECT $tag$ a $tag$', '"$"'],
    ['SELECT {x:String}', '"{"'],
    ['SELECT ‘a’', '"‘"'],
    ['SELECT “a”', '"“"'],
    ['SELECT 1\u00a0', '"\u00a0"'],
    ['SELECT 1\0', '"\\u0000"'],
    ["SELECT 'a\0b'", 'a NUL character'],
    ['SELECT 1 \\G', '"\\\\"'],
    ["SELECT x'41'", 'a prefixed literal'],
    ["SELECT 'abc", 'an unterminated literal'],
    ["SELECT 'abc\\'", 'an unterminated literal'],
    ['SELECT `abc', 'an unterminated literal'],
    ['SELECT (1', 'an unbalanced parenthesis'],
    ['SELECT 1) UNION ALL SELECT (2', 'an unbalanced parenthesis'],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", 'the clause INTO'],
    ["SELECT 1 into\n outfile '/tmp/x'", 'the clause INTO'],
    ["SELECT 1 OUTFILE '/tmp/x'", 'the clause OUTFILE'],
    ['SELECT 1 FORMAT JSON', 'the clause FORMAT'],
    ['SELECT 1 format\tJSON', 'the clause FORMAT'],
    ['SELECT 1 SETTINGS readonly = 0', 'the clause SETTINGS'],
    ['SELECT (SELECT 1 SETTINGS max_memory_usage = 0)', 'the clause SETTINGS'],
    ['WITH 1 AS a INSERT INTO t SELECT a', 'the clause INTO'],
    ["SELECT file('/etc/passwd')", 'the function file'],
    ["SELECT FILE ('/etc/passwd')", 'the function file'],
    ["SELECT `file`('/etc/passwd')", 'a quoted function name'],
    ['SELECT "file" (\'/etc/passwd\')', 'a quoted function name'],
    ["SELECT * FROM url('http://x')", 'the function url'],
    ["SELECT * FROM urlCluster('c', 'http://x')", 'the function urlcluster'],
    ["SELECT * FROM s3('http://x')", 'the function s3'],
    ["SELECT * FROM s3Cluster('c', 'http://x')", 'the function s3cluster'],
    ["SELECT * FROM remote('h', 'd', 't')", 'the function remote'],
    ["SELECT * FROM remoteSecure('h', 'd', 't')", 'the function remotesecure'],
    ["SELECT * FROM clusterAllReplicas('c', 'd', 't')", 'the function clusterallreplicas'],
    ["SELECT * FROM executable('a', TSV, 'x String')", 'the function executable'],
    ["SELECT * FROM mysql('h', 'd', 't', 'u', 'p')", 'the function mysql'],
    ["SELECT * FROM azureBlobStorage('x')", 'the function azureblobstorage'],
    ["SELECT * FROM merge('tenant_.*', 't')", 'the function merge'],
    ["SELECT dictGetString('d', 'a', 1)", 'the function dictgetstring'],
    ['SELECT * FROM Python(x)', 'the function python'],
    ["SELECT getSetting('readonly')", 'the function getsetting'],
    ['SELECT sleep(3)', 'the function sleep'],
    ['SELECT * FROM system.processes', 'the database system'],
    ['SELECT * FROM `system` . `processes`', 'the database system'],
    ['SELECT * FROM "SYSTEM".processes', 'the database system'],
    ['SELECT * FROM information_schema.tables', 'the database information_schema'],
  ])('%s', (sql, reason) => {
    expect(() => assertOneSelect(sql)).toThrow(reason);
  });
});

test('it takes time in proportion to the text', () => {
  const list = Array.from({ length: 200_000 }, (_, index) => `'${index}'`).join(', ');
  expect(assertOneSelect(`SELECT 1 IN (${list})`)).toHaveLength(200_000);
  expect(() => assertOneSelect(`SELECT ${' '.repeat(2_000_000)}1`)).not.toThrow();
  expect(() => assertOneSelect(`SELECT ${'a '.repeat(500_000)}`)).not.toThrow();
});
