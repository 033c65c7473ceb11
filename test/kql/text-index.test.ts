import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { compileNow } from '../compile-here.js';
import { type Harness, startHarness, tenantScope } from './harness.js';

/** The hash of "7". */
const seven = '7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
  // Among 20,000 rows, one of each kind that a search must find or must not.
  const line = `multiIf(number = 7, 'cmd /c Invoke-Mimikatz -x', number = 9000, 'say “mimikatz” twice',
    number = 12, 'ΟΔΟΣΑ ΟΔΟΣ.ΑΒ', number = 15000, 'premimikatz', number = 15001, 'mimikatz_x', concat('svc ', hex(sipHash64(number))))`;
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceProcessEvents (Timestamp, ProcessCommandLine, FileName, SHA256)
     SELECT now64(7) - number, ${line}, if(number % 5000 = 1, 'naïve–Tool.exe', 'svc.exe'),
       if(number = 8, 'ÉCRAN', lower(hex(SHA256(toString(number))))) FROM numbers(20000)`,
  );
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceNetworkEvents (Timestamp, RemoteIP)
     SELECT now64(7) - number, if(number = 9, 'fe80::1', format('10.1.{}.{}', toString(intDiv(number, 100)), toString(number % 100)))
     FROM numbers(20000)`,
  );
  await kql.engine.command(
    `INSERT INTO tenant_default.CloudAppEvents (Timestamp, RawEventData)
     SELECT now64(7) - number, if(number = 3, '"tab\\\\tmimikatz"', if(number = 4, '{"a":"mimikatz"}', '{"a":1}'))
     FROM numbers(20000)`,
  );
});
afterAll(() => kql.close());

async function plan(query: string): Promise<string> {
  const compiled = compileNow(query, builtinCatalog, tenantScope);
  if (compiled.kind !== 'query') throw new Error('not a query');
  const lines = await kql.engine.select<{ explain: string }>(`EXPLAIN indexes = 1 ${compiled.sql}`);
  return lines.map(({ explain }) => explain).join('\n');
}

describe('a search finds by the index what a scan finds', () => {
  test.each([
    ['ProcessCommandLine has "mimikatz"', 3, 'terms_ProcessCommandLine'],
    ['ProcessCommandLine has "invoke-mimikatz"', 1, 'terms_ProcessCommandLine'],
    ['ProcessCommandLine has_cs "Mimikatz"', 1, 'terms_ProcessCommandLine'],
    ['ProcessCommandLine has_any ("mimikatz", "none")', 3, 'terms_ProcessCommandLine'],
    [
      'ProcessCommandLine has_any ("invoke-mimikatz", "invoke-none", "x–y")',
      1,
      'terms_ProcessCommandLine',
    ],
    [
      'ProcessCommandLine has_any ((DeviceProcessEvents | take 1 | project x = "invoke-mimikatz"))',
      1,
      'terms_ProcessCommandLine',
    ],
    ['ProcessCommandLine has_all ("invoke", "mimikatz")', 1, 'terms_ProcessCommandLine'],
    [
      'ProcessCommandLine has_any ((DeviceProcessEvents | where FileName == "none" | project x = "mimikatz" | union (print x = "mimikatz")))',
      3,
      'terms_ProcessCommandLine',
    ],
    ['ProcessCommandLine contains "MIMIKATZ"', 4, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine hasprefix "mimi"', 3, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine startswith "premimi"', 1, 'grams_ProcessCommandLine'],
    [
      'ProcessCommandLine startswith toscalar(DeviceProcessEvents | take 1 | project x = "Premimi")',
      1,
      'grams_ProcessCommandLine',
    ],
    ['ProcessCommandLine endswith "katz_x"', 1, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine startswith_cs "say “mimi"', 1, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine endswith_cs "-Mimikatz -x"', 1, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine endswith_cs "-mimikatz -x"', 0, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine matches regex @"(?i)invoke-mimi\\w+"', 1, 'grams_ProcessCommandLine'],
    ['ProcessCommandLine == "cmd /c Invoke-Mimikatz -x"', 1, 'grams_ProcessCommandLine'],
    [
      'ProcessCommandLine in ("premimikatz", "mimikatz_x", "Mimikatz_x")',
      2,
      'grams_ProcessCommandLine',
    ],
    [`SHA256 == "${seven}"`, 1, 'value_SHA256'],
    [`"${seven}" == SHA256`, 1, 'value_SHA256'],
    [`SHA256 == "${seven.toUpperCase()}"`, 0, 'value_SHA256'],
    [`SHA256 =~ "${seven.toUpperCase()}"`, 1, 'value_SHA256'],
    ['SHA256 == "ÉCRAN"', 1, 'value_SHA256'],
    [`SHA256 in ("${seven}", "none", "ÉCRAN")`, 2, 'value_SHA256'],
    [`SHA256 in (1, "${seven}", 2.5)`, 1, 'value_SHA256'],
    [`FileName == "none" or SHA256 == "${seven}"`, 1, 'value_SHA256'],
  ])('%s', async (condition, count, index) => {
    const query = `DeviceProcessEvents | where ${condition} | count`;
    expect(await kql.values(query)).toEqual([[count]]);
    expect(await plan(query)).toContain(index);
  });
});

test.each([
  ['search in (DeviceProcessEvents) "tool"', 4],
  ['search in (DeviceProcessEvents, CloudAppEvents) "naïve"', 4],
  ['search in (DeviceProcessEvents, CloudAppEvents) "mimikatz"', 5],
  ['search kind=case_sensitive in (DeviceProcessEvents) "tool"', 0],
  ['search in (DeviceProcessEvents) "mimi*" and "cmd"', 1],
  ['search in (DeviceProcessEvents) "*ool*" or "katz_x" or "*katz"', 7],
  ['search in (DeviceProcessEvents) "inv*katz"', 1],
  ['find in (DeviceProcessEvents, CloudAppEvents) where "mimikatz"', 5],
])('rows with a text in any column: %s', async (query, count) => {
  expect(await kql.values(`${query} | count`)).toEqual([[count]]);
});

test.each([
  'contains "ΟΔΟΣ"',
  'contains_cs "ΟΔΟΣ"',
  'startswith "ΟΔΟΣ"',
  'startswith_cs "ΟΔΟΣ"',
  'has "ΟΔΟΣ"',
  'has_cs "ΟΔΟΣ"',
  'has_any ("ΟΔΟΣ", "ΟΔΟΣΑ ΟΔΟΣ")',
  'has_any ("none", "nothing", "ΟΔΟΣΑ ΟΔΟΣ", "x–y")',
  'has_all ("ΟΔΟΣ", "ΑΒ")',
])('a stored Σ, in lower case ς or σ: %s', async (test) => {
  const query = `DeviceProcessEvents | where ProcessCommandLine ${test} | count`;
  expect(await kql.values(query)).toEqual([[1]]);
});

describe('a lower case is searched by the index of what it is of', () => {
  test.each([
    ['tolower(ProcessCommandLine) has "mimikatz"', 3, 'terms_ProcessCommandLine'],
    ['tolower(ProcessCommandLine) has_any ("MIMIKATZ", "none")', 3, 'terms_ProcessCommandLine'],
    ['tolower(ProcessCommandLine) contains "MIMIkatz"', 4, 'grams_ProcessCommandLine'],
    ['tolower(ProcessCommandLine) startswith "premimi"', 1, 'grams_ProcessCommandLine'],
    ['tolower(ProcessCommandLine) startswith_cs "Premimi"', 0, ''],
    ['tolower(ProcessCommandLine) == "premimikatz"', 1, 'grams_ProcessCommandLine'],
    [
      'tolower(ProcessCommandLine) matches regex "invoke-mimi[a-z]+"',
      1,
      'grams_ProcessCommandLine',
    ],
  ])('%s', async (condition, count, index) => {
    const query = `DeviceProcessEvents | where ${condition} | count`;
    expect(await kql.values(query)).toEqual([[count]]);
    expect(await plan(query)).toContain(index);
    const named = query
      .replace(/tolower\(\w+\)/, 'line')
      .replace('|', '| extend line = tolower(ProcessCommandLine) |');
    expect(await kql.values(named)).toEqual([[count]]);
    expect(await plan(named)).toContain(index);
  });
});

describe('an address is looked up by its index', () => {
  test.each([
    ['RemoteIP == "10.1.0.7"', 1],
    ['RemoteIP in ("10.1.0.7", "10.1.1.7", "192.0.2.1")', 2],
    ['RemoteIP in~ (dynamic(["FE80::1", "10.1.0.7"]))', 2],
    ['RemoteIP has_any ("10.1.0.7")', 1],
  ])('%s', async (condition, count) => {
    const query = `DeviceNetworkEvents | where ${condition} | count`;
    expect(await kql.values(query)).toEqual([[count]]);
    if (!condition.includes('has_any')) expect(await plan(query)).toContain('value_RemoteIP');
  });
});

describe('a hash is looked up by its index', () => {
  test.each([
    [
      'in a union',
      `union DeviceFileEvents, DeviceProcessEvents | where SHA256 == "${seven}" | count`,
    ],
    [
      'under another name',
      `DeviceProcessEvents | project h = SHA256, t = Timestamp | where h == "${seven}" | count`,
    ],
    [
      'in a list that has a name',
      `let l = dynamic(["${seven}"]); DeviceProcessEvents | where SHA256 in (l) | count`,
    ],
    [
      'behind a summary',
      `DeviceProcessEvents | summarize count() by SHA256 | where SHA256 == "${seven}" | count`,
    ],
  ])('%s', async (_where, query) => {
    expect(await kql.values(query)).toEqual([[1]]);
    expect(await plan(query)).toContain('value_SHA256');
  });
});

test.each([
  ['FileName has "tool"', 4],
  ['FileName has "naïve"', 4],
  ['FileName has "na"', 0],
  ['FileName has_any ("tool", "none")', 4],
  ['FileName !has "tool"', 19_996],
])('a dictionary column: %s', async (condition, count) => {
  expect(await kql.values(`DeviceProcessEvents | where ${condition} | count`)).toEqual([[count]]);
});

test.each([
  ['RawEventData has "mimikatz"', 2],
  ['RawEventData has_any ("mimikatz", "none")', 2],
  ['RawEventData contains "mimik"', 2],
])('a dynamic column: %s', async (condition, count) => {
  const query = `CloudAppEvents | where ${condition} | count`;
  expect(await kql.values(query)).toEqual([[count]]);
  expect(await plan(query)).toContain('grams_RawEventData');
});
