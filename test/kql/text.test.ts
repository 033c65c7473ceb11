import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** Values that a column may hold: nothing, ASCII, other scripts, and characters of four bytes. */
const texts = ['', 'abcabc', 'żółć', 'a😀b', ' x ', "it's", '10.1.2.3'];

/** An expression over the column `s`, for every text. */
async function each(expression: string, values: readonly string[] = texts) {
  const table = `datatable(s:string, n:long)[${values.map((value, index) => `${JSON.stringify(value)}, ${index}`).join(', ')}]`;
  const rows = await kql.values(`${table} | project x = ${expression}, n | sort by n asc`);
  return rows.map(([value]) => value);
}

describe('a function of text gives for a column what it gives for a constant', () => {
  const expressions = [
    'strlen(s)',
    'string_size(s)',
    'toupper(s)',
    'reverse(s)',
    'substring(s, 1, 2)',
    'substring(s, -2)',
    'substring(s, -200, 3)',
    'indexof(s, "b")',
    'indexof(s, "b", 1, -1, 2)',
    'indexof(s, "", -1)',
    'indexof_regex(s, @"\\w", 1)',
    'countof(s, "a")',
    'countof(s, @"\\w", "regex")',
    'split(s, "b")',
    'split(s, "b", 1)',
    'split(s, "")',
    'strrep(s, 2, "-")',
    'strcat_delim(",", s, 1, s)',
    'replace_string(s, "a", "\\\\1")',
    'replace_regex(s, @"(\\w)", @"<\\1\\0\\2>")',
    'trim(@"\\s+", s)',
    'extract(@"(\\w)(\\w)", 2, s)',
    'extract(@"\\w(\\w)", 0, s)',
    'extract(@"(\\w)", 7, s)',
    'extract_all(@"(\\w)", s)',
    'translate("ab", "X", s)',
    'unicode_codepoints_from_string(s)',
    'unicode_codepoints_to_string(unicode_codepoints_from_string(s))',
    'url_encode(s)',
    'url_decode(url_encode_component(s))',
    'base64_encode_tostring(s)',
    'base64_decode_tostring(base64_encode_tostring(s))',
    'base64_decode_toarray(base64_encode_tostring(s))',
    'hash(s)',
    'hash(s, 10)',
    'hash_sha256(s)',
    'regex_quote(s)',
    'isempty(s)',
    'isascii(s)',
    'punycode_to_string(punycode_from_string(s))',
    'parse_csv(s)',
    'parse_path(s)',
    'parse_url(s)',
    'parse_urlquery(s)',
    'parse_command_line(s, "windows")',
    'parse_version(s)',
    'parse_xml(strcat("<a>", s, "</a>"))',
  ];
  test.each(expressions)('%s', async (expression) => {
    const ofColumn = await each(expression);
    const constants = texts.map((value) =>
      expression.replace(/(?<!\\)\bs\b(?!")/g, JSON.stringify(value)),
    );
    const [ofConstants] = await kql.values(
      `print ${constants.map((constant, index) => `c${index} = ${constant}`).join(', ')}`,
    );
    expect(ofConstants).toEqual(ofColumn);
  });
});

test('characters are counted, not bytes', async () => {
  expect(await each('strcat(strlen(s), ",", indexof(s, "b"), ",", substring(s, 1, 1))')).toEqual([
    '0,-1,',
    '6,1,b',
    '4,-1,ó',
    '3,2,😀',
    '3,-1,x',
    '4,-1,t',
    '8,-1,0',
  ]);
});

describe('numbers that are null or out of range', () => {
  test.each([
    ['substring("abc", n)', ['abc', 'bc', '', 'abc']],
    ['indexof("abca", "a", n)', [0, 3, -1, 3]],
    ['indexof("abca", "a", 0, n)', [0, 0, 0, null]],
    ['indexof_regex("abca", "a", n)', [0, 3, -1, null]],
    ['split("a_b", "_", n)', [[], ['b'], [], []]],
    ['tohex(n)', ['', '1', '3e8', 'fffffffffffffffd']],
    ['tohex(toint(n))', ['', '1', '3e8', 'fffffffd']],
    ['format_bytes(n)', ['', '1 Bytes', '1000 Bytes', '-3 Bytes']],
    ['unicode_codepoints_to_string(n)', ['', '\u0001', 'Ϩ', '']],
    ['hash(n) == hash(n)', [1, 1, 1, 1]],
  ])('%s', async (expression, expected) => {
    const table = 'datatable(n:long, i:int)[long(null), 0, 1, 1, 1000, 2, -3, 3]';
    const rows = await kql.values(`${table} | project x = ${expression}, i | sort by i asc`);
    expect(rows.map(([value]) => value)).toEqual(expected);
  });
});

test('texts are replaced in the order of their list, each place once', async () => {
  const query = `print s = "This is it"
    | project replace_strings(s, dynamic(["This", "is"]), dynamic(["That", "was"])),
        replace_strings(s, dynamic(["is", "This"]), dynamic(["was", "That"])),
        replace_strings(s, dynamic(["This", 5, "it"]), dynamic([1, "x", ""]))`;
  expect(await kql.values(query)).toEqual([['That was it', 'Thwas was it', 'This is ']]);
});

test('what is packed can be unpacked', async () => {
  const query = `range n from 0 to 3 step 1
    | extend s = strrep("Quarry é ", n * n * n * 30)
    | project s, gzip_compress_to_base64_string(s), zlib_compress_to_base64_string(s)`;
  for (const [text, gzip, zlib] of await kql.values(query)) {
    expect(gunzipSync(Buffer.from(String(gzip), 'base64')).toString()).toBe(text);
    expect(inflateSync(Buffer.from(String(zlib), 'base64')).toString()).toBe(text);
  }
  // Longer than one block of 65,535 bytes.
  const long =
    'print s = strrep(strrep("x", 1000), 200) | project gzip_compress_to_base64_string(s)';
  const [[packed] = []] = await kql.values(long);
  expect(gunzipSync(Buffer.from(String(packed), 'base64')).length).toBe(200_000);
});

test('what is no packed text unpacks to nothing', async () => {
  const inputs = ['x0x0x0', '', 'H4sIAAAAAAAA/wEUAOv/', '!!', 'H4sIAAAAAAAA/wECAP3//////////w=='];
  const calls = inputs.flatMap((input) => [
    `gzip_decompress_from_base64_string("${input}")`,
    `zlib_decompress_from_base64_string("${input}")`,
  ]);
  const [row] = await kql.values(`print ${calls.map((each, i) => `c${i} = ${each}`).join(', ')}`);
  expect(row).toEqual(calls.map(() => ''));
  const error = await kql.error(
    'print s = "x" | project zlib_decompress_from_base64_string(strcat(s, "y"))',
  );
  expect(error.code).toBe('kql.unsupported');
});

describe('a call that cannot be right is refused', () => {
  test.each([
    ['print countof("a", "a", "other")', 'kql.semantic'],
    ['print extract_all("a", "a")', 'kql.semantic'],
    ['print extract_all("(a)", dynamic([2]), "a")', 'kql.semantic'],
    ['print extract("(", 1, "a")', 'kql.semantic'],
    ['print parse_command_line("a", "unix")', 'kql.semantic'],
    ['print extract_json("$.a[", "{}")', 'kql.semantic'],
    ['print s = "a" | project s like "[a-z]"', 'kql.unsupported'],
  ])('%s', async (query, code) => {
    const error = await kql.error(query);
    expect(error.code).toBe(code);
    expect(error.span).toBeDefined();
  });
});

test('a JSON path reads what the document holds', async () => {
  const json = '{"a":{"b c":[1,{"d":"x"}]},"n":1.50,"t":true,"z":null}';
  const paths = ["$.a['b c'][1].d", '$.a["b c"][0]', '$.n', '$.t', '$.z', '$.none', '$.a', '$'];
  const calls = paths.map((path, i) => `c${i} = extract_json(${JSON.stringify(path)}, s)`);
  const query = `print s = ${JSON.stringify(json)} | project ${calls.join(', ')}, extract_json("$.n", s, typeof(real)) + 1`;
  const [row] = await kql.values(query);
  expect(row?.slice(0, 4)).toEqual(['x', '1', '1.5', 'true']);
  expect(row?.slice(4, 6)).toEqual(['', '']);
  expect(row?.at(-1)).toBe(2.5);
});
