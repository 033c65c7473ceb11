import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { externalDataReader, type FetchExternal } from '../../src/hunting/external-data.js';
import { hunt } from '../../src/hunting/hunt.js';
import { compileHere } from '../compile-here.js';
import { zipOf } from '../ingest/archives.js';
import { type Harness, startHarness } from '../kql/harness.js';

const files: Readonly<Record<string, string | Buffer>> = {
  '/iocs.csv': 'name,score\nevil.exe,10\n"a, ""quoted"" one",20\n',
  '/iocs.tsv': 'evil.exe\t10\n',
  '/list.txt': 'one\r\ntwo\r\n',
  '/lines.json': '{"name":"a","score":1}\n{"score":2,"name":"b","more":true}\n',
  '/array.json': '[\n {"name": "a",\n  "score": 1}, {"name": "b"}]',
  '/nested.json': '[{"a": [{"k": 1}, 2], "b": {"c d": 7}}]',
  '/packed.csv.gz': gzipSync('evil.exe,10\n'),
  '/packed.json.zip': zipOf({ 'a.json': '{"name":"a","score":1}', 'b/c.json': '{"name":"c"}' }),
  '/cut.csv.zip': zipOf({ a: 'evil.exe,10' }).subarray(0, 40),
  '/large.zip': zipOf({ a: 'x'.repeat(60_000), b: 'x'.repeat(60_000) }),
  '/broken.json': '{"name":',
  '/large.txt': 'x'.repeat(200_000),
};

const server = createServer((request, response) => {
  const path = request.url ?? '';
  if (path === '/away')
    return response.writeHead(302, { location: 'http://elsewhere.example/x' }).end();
  const body = files[path];
  if (body === undefined) return response.writeHead(404).end();
  return response.end(body);
});

let kql: Harness;
let base = '';
beforeAll(async () => {
  kql = await startHarness();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await kql.close();
});

const principal = {
  tenant: 'default',
  id: 'test',
  name: 'test',
  kind: 'application' as const,
  roles: [],
  scopes: [],
  deviceGroups: null,
};
const limits = { wallSeconds: 60, memoryBytes: 2e9, rows: 1000, resultBytes: 1e7 };

async function answer(
  text: string,
  fetchExternal: FetchExternal | undefined,
): Promise<unknown[][]> {
  const services = {
    engine: kql.engine,
    compiler: compileHere,
    tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
    fetchExternal,
  };
  const { rows } = await hunt({ principal, text, limits }, services);
  const found = JSON.parse(`[${await textOf(rows)}]`) as Record<string, unknown>[];
  return found.map((row) => Object.values(row));
}

const options = { maxBytes: 100_000, timeoutMs: 5000 };
const reader = () =>
  externalDataReader({ ...options, allow: [{ host: '127.0.0.1', private: true }] });

describe('files that a hunt reads', () => {
  test.each([
    [
      'csv',
      `externaldata(name: string, score: long)[h@"BASE/iocs.csv"] with (format="csv", ignoreFirstRecord=true)`,
      [
        ['evil.exe', 10],
        ['a, "quoted" one', 20],
      ],
    ],
    [
      'tsv',
      `externaldata(name: string, score: long)["BASE/iocs.tsv"] with (format="tsv")`,
      [['evil.exe', 10]],
    ],
    ['txt by its name', `externaldata(line: string)["BASE/list.txt"]`, [['one'], ['two']]],
    [
      'json lines',
      `externaldata(score: long, name: string)["BASE/lines.json"] with (format="json")`,
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'multijson',
      `externaldata(name: string, score: long)["BASE/array.json"] with (format="multijson")`,
      [
        ['a', 1],
        ['b', null],
      ],
    ],
    ['gzip', `externaldata(name: string, score: long)["BASE/packed.csv.gz"]`, [['evil.exe', 10]]],
    [
      'zip',
      `externaldata(name: string, score: long)["BASE/packed.json.zip"]`,
      [
        ['a', 1],
        ['c', null],
      ],
    ],
    [
      'a mapping by path',
      `externaldata(head: dynamic, n: long, other: string, whole: dynamic, same: string)["BASE/nested.json"]
       with (format="multijson", ingestionMapping='[${[
         '{"Column":"head","Properties":{"Path":"$.a[0]"}}',
         '{"column":"n","path":"$.b.c d"}',
         '{"Column":"whole","Properties":{"Path":"$"}}',
         '{"Column":"same","Properties":{"ConstValue":"x"}}',
       ].join()}]')
       | project toint(head.k), n, other, array_length(whole.a), same`,
      [[1, 7, '', 2, 'x']],
    ],
    [
      'a mapping by place',
      `externaldata(score: long, name: string)["BASE/iocs.csv"] with (ignoreFirstRecord=true,
         ingestionMapping='[{"Column":"score","Properties":{"Ordinal":"1"}},{"Column":"name","Ordinal":0}]')`,
      [
        [10, 'evil.exe'],
        [20, 'a, "quoted" one'],
      ],
    ],
    [
      'several files',
      `externaldata(line: string)["BASE/list.txt", "BASE/list.txt"] | count`,
      [[4]],
    ],
    [
      'as a list of indicators',
      `let bad = externaldata(name: string)["BASE/list.txt"]; datatable(x: string)["one", "three"] | where x in (bad)`,
      [['one']],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await answer(text.replaceAll('BASE', base), reader())).toEqual(expected);
  });
});

describe('a file that a hunt must not have', () => {
  const text = () => `externaldata(line: string)["${base}/list.txt"]`;
  test.each([
    ['nothing is allowed', undefined, () => text(), /allowed no host/],
    ['another host is', [{ host: 'example.com' }], () => text(), /not among the hosts/],
    [
      'the host is allowed, but not as a private one',
      [{ host: '127.0.0.1' }],
      () => text(),
      /private/,
    ],
    [
      'a name that leads to a private address',
      [{ host: 'localhost' }],
      () => text().replace('127.0.0.1', 'localhost'),
      /private network/,
    ],
    [
      'a redirect to another host',
      [{ host: '127.0.0.1', private: true }],
      () => text().replace('list.txt', 'away'),
      /not among the hosts/,
    ],
    [
      'too large',
      [{ host: '127.0.0.1', private: true }],
      () => text().replace('list.txt', 'large.txt'),
      /larger than/,
    ],
    [
      'too large once unzipped',
      [{ host: '127.0.0.1', private: true }],
      () => text().replace('list.txt', 'large.zip'),
      /larger than/,
    ],
    [
      'a zip archive that is cut off',
      [{ host: '127.0.0.1', private: true }],
      () => text().replace('list.txt', 'cut.csv.zip'),
      /not a zip archive/,
    ],
    [
      'not found',
      [{ host: '127.0.0.1', private: true }],
      () => text().replace('list.txt', 'none.txt'),
      /status 404/,
    ],
    [
      'broken',
      [{ host: '127.0.0.1', private: true }],
      () => `externaldata(name: string)["${base}/broken.json"] with (format="json")`,
      /cannot be read as json/,
    ],
    [
      'mapped otherwise',
      [{ host: '127.0.0.1', private: true }],
      () =>
        `externaldata(l: string)["${base}/list.txt"] with (ingestionMapping='[{"Column":"l","Path":"$..x"}]')`,
      /this ingestionMapping is not supported/i,
    ],
    [
      'no http',
      [{ host: '127.0.0.1', private: true }],
      () => 'externaldata(l: string)["file:///etc/passwd"]',
      /http or https/,
    ],
  ])('%s', async (_, allow, query, message) => {
    const fetchExternal = allow && externalDataReader({ ...options, allow });
    await expect(answer(query(), fetchExternal)).rejects.toThrow(message);
  });

  test.each([
    ['csv', '{"Column":"l","Path":"$.x"}'],
    ['csv', '{"Column":"l","Ordinal":"first"}'],
    ['csv', '{"Column":"l","Ordinal":-1}'],
    ['json', '{"Column":"l","Ordinal":0}'],
  ])('as %s it is mapped by %s', async (format, mapping) => {
    const query = `externaldata(l: string)["${base}/list.txt"]
      with (format="${format}", ingestionMapping='[${mapping}]')`;
    await expect(answer(query, reader())).rejects.toThrow(
      /this ingestionMapping is not supported/i,
    );
  });
});
