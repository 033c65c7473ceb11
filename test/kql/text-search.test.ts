import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { identifier, literal } from '../../src/sql/sql.js';
import { termText } from '../../src/sql/terms.js';
import { compileNow } from '../compile-here.js';
import { type Harness, startHarness, tenantScope } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** The same test with a constant needle, with a column's, and in a filter. */
async function answers(text: string, operator: string, needle: string) {
  const [subject, searched] = [JSON.stringify(text), JSON.stringify(needle)];
  const table = `datatable(s:string, n:string)[${subject}, ${searched}]`;
  const [row] = await kql.values(`${table} | project s ${operator} ${searched}, s ${operator} n`);
  const [counted] = await kql.values(`${table} | where s ${operator} ${searched} | count`);
  return [...(row ?? []), counted?.[0]];
}

describe('terms end where letters and digits end', () => {
  test.each([
    ['a_b', 'has', 'b', 1],
    ['a1b', 'has', 'b', 0],
    ['cmd.exe /c whoami', 'has', 'EXE', 1],
    ['cmd.exe /c whoami', 'has', 'cmd.exe', 1],
    ['cmd.exe /c whoami', 'has', 'md.exe', 0],
    ['cmd.exe /c whoami', 'has', '.exe', 1],
    ['cmd.exe /c whoami', 'has', '.ex', 0],
    ['cmd.exe', 'has', '.', 1],
    ['cmdexe', 'has', '.', 0],
    ['“quoted” text', 'has', 'quoted', 1],
    ['before–after', 'has', 'after', 1],
    ['no\u00a0break', 'has', 'break', 1],
    ['Straße', 'has', 'stra', 0],
    ['Привет, мир', 'has', 'МИР', 1],
    ['naïve', 'has', 'na', 0],
    ['x', 'has', '', 1],
    ['', 'has', 'x', 0],
    ['a\\b', 'has', '\\', 1],
    ["it's", 'has', "it's", 1],
    ['100%', 'has', '100%', 1],
    ['North America', 'has_cs', 'America', 1],
    ['North America', 'has_cs', 'america', 0],
    ['a-Bcd', 'hasprefix', 'bc', 1],
    ['a-Bcd', 'hasprefix', 'cd', 0],
    ['a-Bcd', 'hasprefix_cs', 'bc', 0],
    ['abC-d', 'hassuffix', 'bc', 1],
    ['abC-d', 'hassuffix', 'ab', 0],
    ['abC-d', 'hassuffix_cs', 'bC', 1],
    ['a.exe', 'hasprefix', '.ex', 1],
    // In lower case a Σ is ς or σ by what follows it.
    ['ΟΔΟΣΑ', 'contains', 'ΟΔΟΣ', 1],
    ['ΟΔΟΣΑ', 'contains', 'οδος', 1],
    ['ΟΔΟΣΑ', 'contains_cs', 'ΟΔΟΣ', 1],
    ['ΟΔΟΣΑ', 'startswith', 'ΟΔΟΣ', 1],
    ['ΑΣ', 'endswith', 'Σ', 1],
    ['ΑΣ', 'endswith_cs', 'Σ', 1],
    ['ΟΔΟΣΑ', 'hasprefix', 'ΟΔΟΣ', 1],
    ['ΟΔΟΣΑ', 'hasprefix_cs', 'ΟΔΟΣ', 1],
    ['ΟΔΟΣ.ΑΒ', 'has', 'ΟΔΟΣ', 1],
    ['ΟΔΟΣ.ΑΒ', 'has', 'ΑΒ', 1],
    ['ΟΔΟΣ.ΑΒ', 'has_cs', 'ΟΔΟΣ', 1],
    ['ΟΔΟΣΑ', 'has', 'ΟΔΟΣ', 0],
    ['x ΟΔΟΣ.ΑΒ', 'hassuffix', 'ΔΟΣ', 1],
  ])('%j %s %j', async (text, operator, needle, expected) => {
    expect(await answers(text, operator, needle)).toEqual([expected, expected, expected]);
    const negated = expected === 1 ? 0 : 1;
    expect(await answers(text, `!${operator}`, needle)).toEqual([negated, negated, negated]);
  });
});

describe('a part of a text', () => {
  test.each([
    ['FabriKam', 'contains', 'BRik', 1],
    ['50%_a\\b', 'contains', '%_A\\', 1],
    ['abc', 'contains', 'a%c', 0],
    ['abc', 'contains', 'a_c', 0],
    ['line\nbreak', 'contains', 'e\nb', 1],
    ['ÄÖÜ', 'contains', 'äö', 1],
    ['Fabrikam', 'contains_cs', 'Kam', 0],
    ['Fabrikam', 'startswith', 'fab', 1],
    ['Fabrikam', 'startswith_cs', 'fabr', 0],
    ['Fabrikam', 'endswith', 'KAM', 1],
    ['Fabrikam', 'endswith', 'rikam', 1],
    ['Fabrikam', 'endswith_cs', 'rikaM', 0],
    ['', 'startswith', '', 1],
  ])('%j %s %j', async (text, operator, needle, expected) => {
    expect(await answers(text, operator, needle)).toEqual([expected, expected, expected]);
  });
});

describe('regular expressions', () => {
  test.each([
    ['Fabrikam', 'b.*k', 1],
    ['a\nb', 'a.b', 0],
    ['a\nb', '(?s)a.b', 1],
    ['Müller', String.raw`^\w+$`, 1],
    ['M-ller', String.raw`^\w+$`, 0],
    ['٣', String.raw`^\d$`, 1],
    ['é', String.raw`^[^\W]$`, 1],
    ['MICROSOFT', '(?i)microsoft', 1],
    ['microſoft', '(?i)MICROSOFT', 1],
    ['invoke-mimikatz', String.raw`invoke-\w+katz`, 1],
    ['x', '', 1],
  ])('%j matches regex %j', async (text, pattern, expected) => {
    const [constant, , filtered] = await answers(text, 'matches regex', pattern);
    expect([constant, filtered]).toEqual([expected, expected]);
  });

  test('one from the data is RE2 as it stands', async () => {
    const [, runtime] = await answers('Fabrikam', 'matches regex', 'b.*k');
    expect(runtime).toBe(1);
  });

  test('a malformed one is refused with its place', async () => {
    const query = 'print x = "a" | where x matches regex "(a"';
    const error = await kql.error(query);
    expect([error.code, error.status]).toEqual(['kql.semantic', 400]);
    expect(query.slice(error.span?.start)).toMatch(/^x matches regex/);
  });

  test('one from the data that is malformed fails the hunt, not the server', async () => {
    const error = await kql.error(
      'datatable(s:string, r:string)["a", "(a"] | where s matches regex r',
    );
    expect(error.code).toBe('hunt.evaluation');
  });

  test('a part of the language that the engine lacks is refused', async () => {
    const error = await kql.error('print x = "a" | where x matches regex @"(?R)a$"');
    expect(error.code).toBe('kql.unsupported');
  });
});

test('dynamic columns are searched by their own text', async () => {
  const query = `datatable(d:dynamic)[dynamic({"k":"x-y","n":[1,2]}), dynamic("tab\\tword"), dynamic(null)]
    | project d has "word", d contains "X-Y", d has_any ("word", "zzzz"), d startswith "{"`;
  expect(await kql.values(query)).toEqual([
    [0, 1, 0, 1],
    [1, 0, 1, 0],
    [0, 0, 0, 0],
  ]);
  const filtered = 'datatable(d:dynamic)[dynamic("tab\\tword"), dynamic({"a":"word"})]';
  expect(await kql.values(`${filtered} | where d has "word" | count`)).toEqual([[2]]);
  expect(await kql.values(`${filtered} | where d has_any ("word", "none") | count`)).toEqual([[2]]);
});

test('like takes SQL wildcards and no escapes', async () => {
  const query = `print s = @"a\\b%c" | project s like "A%", s likecs "A%", s like @"a\\_%c", s notlike "x%"`;
  expect(await kql.values(query)).toEqual([[1, 0, 1, 1]]);
});

describe('a search uses the expressions that the indexes are built on', () => {
  const column = identifier('ProcessCommandLine');
  const terms = termText(column).text;
  const whereOf = (condition: string) => {
    const query = compileNow(
      `DeviceProcessEvents | where ${condition} | count`,
      builtinCatalog,
      tenantScope,
    );
    return query.kind === 'query' ? query.sql : '';
  };

  test.each([
    ['ProcessCommandLine has "Mimikatz"', `hasToken(${terms}, 'mimikatz')`],
    ['ProcessCommandLine has_any ("a1", "b1")', `hasAnyTokens(${terms}, ['a1', 'b1'])`],
    [
      'ProcessCommandLine has_any ((datatable(x:string)["a1", "b1"]))',
      `hasAnyTokens(${terms}, ['a1', 'b1'])`,
    ],
    ['ProcessCommandLine has strcat("mimi", "katz")', `hasToken(${terms}, 'mimikatz')`],
    ['ProcessCommandLine contains "Mimikatz"', "LIKE '%mimikatz%'"],
    [
      'ProcessCommandLine startswith "Mimikatz"',
      "startsWith(lowerUTF8(`ProcessCommandLine`), 'mimikatz')",
    ],
    ['ProcessCommandLine endswith_cs "Katz"', "endsWith(lowerUTF8(`ProcessCommandLine`), 'katz')"],
    ['tolower(ProcessCommandLine) has "Mimikatz"', `hasToken(${terms}, 'mimikatz')`],
    ['ProcessCommandLine == "Mimikatz -x"', "lowerUTF8(`ProcessCommandLine`) = 'mimikatz -x'"],
    ['ProcessCommandLine has_any ("a.x", "b.x")', `hasAnyTokens(${terms}, ['a', 'b'])`],
    ['ProcessCommandLine contains_cs "Mimikatz"', "LIKE '%mimikatz%'"],
    ['ProcessCommandLine matches regex "Invoke-[a-z]+Mimi"', "LIKE '%invoke-%'"],
    ['has_ipv4(ProcessCommandLine, "10.1.2.3")', `LIKE ${literal('%10.1.2.3%').text}`],
  ])('%s', (condition, part) => {
    expect(whereOf(condition)).toContain(part);
  });

  test('but not where the rows that do not match are wanted', () => {
    expect(whereOf('ProcessCommandLine !contains_cs "Mimikatz"')).not.toContain('%mimikatz%');
    expect(whereOf('not(ProcessCommandLine matches regex "Mimi.*")')).not.toContain('%mimi%');
  });
});
