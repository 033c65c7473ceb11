import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** A function of one text, over a column. */
async function ofColumn(expression: string, texts: readonly string[]) {
  const table = `datatable(s:string, n:long)[${texts.map((text, n) => `${JSON.stringify(text)}, ${n}`).join(', ')}]`;
  const rows = await kql.values(`${table} | project x = ${expression}, n | sort by n asc`);
  return rows.map(([value]) => value);
}

test('parse_url: every part, and none', async () => {
  const urls = [
    'scheme://user:pass@host:1234/this/path?k1=v1&k2=v2#fragment',
    'http://[::1]:80/?a&b=c=d',
    'http://u:p@q@h/',
    'mailto:a@b.c',
    'host/path',
    '',
  ];
  const parts = ['Scheme', 'Host', 'Port', 'Path', 'Username', 'Password', 'Fragment'];
  const found = (await ofColumn('parse_url(s)', urls)) as (Record<string, unknown> | null)[];
  expect(found.map((url) => url && parts.map((part) => url[part]).join('|'))).toEqual([
    'scheme|host|1234|/this/path|user|pass|fragment',
    'http|[::1]|80|/|||',
    'http|h||/|u|p@q|',
    'mailto|||a@b.c|||',
    '|||host/path|||',
    null,
  ]);
  expect(found.map((url) => url?.['Query Parameters'])).toEqual([
    { k1: 'v1', k2: 'v2' },
    { a: '', b: 'c=d' },
    {},
    {},
    {},
    undefined,
  ]);
});

describe('a text out of a result is the one that is in the whole result', () => {
  const whole = (call: string) => `parse_json(tostring(${call}))`;
  const urls = [
    'scheme://user:pass@host:1234/this/path?k1=v1&k2=v2#fragment',
    'http://[::1]:80/?a&b=c=d#x?y#z',
    'http://u:p@q@h:x/"\\é',
    'mailto:a@b.c',
    '//h\n/p',
    ':/?#',
    'host/path',
    '',
  ];
  test.each([
    'Scheme',
    'Host',
    'Port',
    'Path',
    'Username',
    'Password',
    'Fragment',
    'Query Parameters',
    'None',
  ])('parse_url, %s', async (name) => {
    const at = `["${name}"]`;
    const expected = await ofColumn(`tostring(${whole('parse_url(s)')}${at})`, urls);
    expect(await ofColumn(`tostring(parse_url(s)${at})`, urls)).toEqual(expected);
    const filled = await ofColumn(`iff(isempty(parse_url(s)${at}), "none", "some")`, urls);
    const inWhole = `iff(isempty(${whole('parse_url(s)')}${at}), "none", "some")`;
    expect(filled).toEqual(await ofColumn(inWhole, urls));
  });
  const lists = ['a,b,c', ',', '', 'é,"x"', '1.0,2', 'null,[1.0]', 'C:\\a,b'];
  test.each(['0', '1', '-1', '-2', '5', '-5'])('split, [%s]', async (index) => {
    const expected = await ofColumn(`tostring(${whole('split(s, ",")')}[${index}])`, lists);
    expect(await ofColumn(`tostring(split(s, ",")[${index}])`, lists)).toEqual(expected);
    const number = `toint(split(s, ",")[${index}])`;
    expect(await ofColumn(number, lists)).toEqual(
      await ofColumn(`toint(${whole('split(s, ",")')}[${index}])`, lists),
    );
  });
  test('under a name, and compared', async () => {
    const query = `datatable(u: string)["http://A.b.c/x", ""] | extend p = parse_url(u), s = split(u, "/")
      | extend h = tolower(p.Host), t = split(tostring(p.Host), ".")
      | project h, t[-1], s[2], is = p.Host == "A.b.c", has = s[2] has "b", p.Host`;
    expect(await kql.values(query)).toEqual([
      ['a.b.c', 'c', 'A.b.c', 1, 1, 'A.b.c'],
      ['', '', null, 0, 0, null],
    ]);
  });
});

test('parse_path: drives, shares, slashes and streams', async () => {
  const paths = [
    'C:\\a\\b.txt',
    '\\\\share\\d\\f.tar.gz',
    '/usr/lib/f',
    'file://C:/t/f.e:s',
    'f',
    'C:\\f',
    'd/',
  ];
  const parts =
    '["RootPath", "DirectoryPath", "DirectoryName", "Filename", "Extension", "AlternateDataStreamName"]';
  const names = JSON.parse(parts) as string[];
  const expression = `strcat_delim("|", ${names.map((name) => `parse_path(s).${name}`).join(', ')})`;
  expect(await ofColumn(expression, paths)).toEqual([
    'C:|C:\\a|a|b.txt|txt|',
    '|\\\\share\\d|d|f.tar.gz|gz|',
    '|/usr/lib|lib|f||',
    'C:|C:/t|t|f.e|e|s',
    '|||f||',
    'C:|C:||f||',
    '|d|d|||',
  ]);
});

test('parse_command_line: quotes and backslashes by the rules of Windows', async () => {
  const lines = [
    String.raw`"C:\Program Files\x.exe" -k "a b" c\d`,
    String.raw`x "a\\" b\"c "q\"r" e\\`,
    'x "" "a""b" c"d e"f',
    'x "not closed',
    '  x',
    '',
  ];
  expect(await ofColumn('parse_command_line(s, "windows")', lines)).toEqual([
    ['C:\\Program Files\\x.exe', '-k', 'a b', 'c\\d'],
    ['x', 'a\\', 'b"c', 'q"r', 'e\\\\'],
    ['x', '', 'a"b', 'cd ef'],
    ['x', 'not closed'],
    ['', 'x'],
    [],
  ]);
});

test('parse_csv: the first record', async () => {
  const records = ['a,"b,c",d', '"say ""hi""",x', 'a\nb,c', '"a\nb",c', '', ',', 'a,"open'];
  expect(await ofColumn('parse_csv(s)', records)).toEqual([
    ['a', 'b,c', 'd'],
    ['say "hi"', 'x'],
    ['a'],
    ['a\nb', 'c'],
    [''],
    ['', ''],
    ['a', '"open'],
  ]);
});

test('parse_version: numbers that compare', async () => {
  const versions = ['1', '1.2.3.4', '0.0.0.5', '1.2.3.4.5', '123456789', 'x', '1..2', ''];
  expect(await ofColumn('tostring(parse_version(s))', versions)).toEqual([
    '1000000000000000000000000',
    '1000000020000000300000004',
    '5',
    '',
    '',
    '',
    '',
    '',
  ]);
});

describe('parse_xml', () => {
  test.each([
    ['<e/>', { e: null }],
    ['<e>text</e>', { e: 'text' }],
    ['<e name="v"/>', { e: { '@name': 'v' } }],
    ["<e name='v'>text</e>", { e: { '@name': 'v', '#text': 'text' } }],
    ['<e> <a>1</a> <a>2</a> <b/> </e>', { e: { a: ['1', '2'], b: null } }],
    ['<e> text <a>1</a> </e>', { e: { '#text': 'text', a: '1' } }],
    ['<?xml version="1.0"?><!-- <x> --><e>&lt;&amp;&#233;</e>', { e: '<&é' }],
    ['<n:e n:a="1 > 0"/>', { 'n:e': { '@n:a': '1 > 0' } }],
    ['<a><b></a></b>', null],
    ['<a>', null],
    ['</a>', null],
    ['<a/><b/>', null],
    ['text', null],
    ['<a b=1/>', null],
    ['', null],
  ])('%s', async (xml, expected) => {
    expect(await ofColumn('parse_xml(s)', [xml])).toEqual([expected]);
  });

  test('a document with too many parts fails, and is not cut', async () => {
    const error = await kql.error(
      'print s = strcat("<a>", strrep("<b/>", 1024), strrep(strrep("<b/>", 10), 500), "</a>") | project parse_xml(s)',
    );
    expect(error.code).toBe('hunt.evaluation');
  });
});

test('punycode there and back', async () => {
  const names = ['académie-française', '艺术', 'Ελλάδα', '😀x', 'abc', '', 'a-b'];
  expect(await ofColumn('punycode_from_string(s)', names)).toEqual([
    'acadmie-franaise-npb1a',
    'cqv902d',
    'twa0cpl7aa',
    'x-iv3s',
    'abc-',
    '',
    'a-b-',
  ]);
  expect(await ofColumn('punycode_to_string(punycode_from_string(s))', names)).toEqual(names);
  expect(await ofColumn('punycode_to_string(s)', ['é', '!!', '99999999999', 'a_b'])).toEqual([
    '',
    '',
    '',
    '',
  ]);
  expect(await ofColumn('punycode_domain_to_string(s)', ['Riðill｡org', 'plain.org'])).toEqual([
    'xn--Riill-jta.org',
    'plain.org',
  ]);
  expect(
    await ofColumn('punycode_domain_from_string(s)', ['xn--Ge-mia.Bulg.edu', 'xn--!!.x']),
  ).toEqual(['Gáe.Bulg.edu', '']);
});

test('parse_user_agent: what it looks for, and what it does not know', async () => {
  const agents = [
    'Mozilla/5.0 (Linux; Android 9; moto g(7) play) AppleWebKit/537.36 Chrome/90.0.4430.82 Mobile Safari/537.36',
    'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
    'nobody',
    '',
  ];
  const parts = ['Browser', 'OperatingSystem', 'Device'];
  const found = (await ofColumn('parse_user_agent(s)', agents)) as Record<string, object>[];
  const lines = found.map((agent) =>
    parts.map((part) => Object.values(agent[part] ?? {}).join(' ')),
  );
  expect(lines).toEqual([
    ['Chrome Mobile 90 0 4430', 'Android 9   ', 'Motorola g(7) play Motorola g(7) play'],
    ['Mobile Safari 16 6 ', 'iOS 16 6  ', 'iPad Apple iPad'],
    ['Other   ', 'Other    ', 'Other  '],
    ['Other   ', 'Other    ', 'Other  '],
  ]);
  const some = await ofColumn('bag_keys(parse_user_agent(s, dynamic(["os", "Browser"])))', ['x']);
  expect(some).toEqual([['Browser', 'OperatingSystem']]);
  expect((await kql.error('print parse_user_agent("x", "colour")')).code).toBe('kql.semantic');
  expect((await kql.error('print s = "os" | extend parse_user_agent("x", s)')).code).toBe(
    'kql.unsupported',
  );
});
