import { bound } from '../../bound.js';
import type { ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import { constantText, type Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';
import { stringArray, text } from './text.js';

/** A JSON object of texts under constant names. */
function bagOfTexts(
  members: Readonly<Record<string, Sql>>,
  json: Readonly<Record<string, Sql>> = {},
): Sql {
  const parts = Object.entries(members).map(
    ([name, value]) =>
      sql`${literal(`"${name}":`)}, if(${value} = '', '""', toJSONString(${value}))`,
  );
  const documents = Object.entries(json).map(
    ([name, value]) => sql`${literal(`"${name}":`)}, ${value}`,
  );
  const all = [...parts, ...documents].map((part) => part.text).join(", ',', ");
  return { text: `concat('{', ${all}, '}')` };
}

/** The first record's fields; a quoted one may hold commas, line breaks, and its quotes doubled. */
function csvFields(source: Sql): Sql {
  const record = sql`extract(${source}, ${literal(String.raw`^(?:"(?:[^"]|"")*"|[^"\r\n]|")*`)})`;
  const field = literal(',(?:"((?:[^"]|"")*)"([^,]*)|([^,]*))');
  const value = sql`concat(replaceAll(_m[1], '""', '"'), _m[2], _m[3])`;
  return sql`arrayMap(_m -> ${value}, extractAllGroupsVertical(concat(',', ${record}), ${field}))`;
}

// ---- addresses -----------------------------------------------------------------------------------

const urlPattern = String.raw`(?s)^(?:([^:/?#]+):)?(?://(?:([^/?#:]*)(?::([^/?#]*))?@)?(\[[^\]/?#]*\]|[^:/?#]*)(?::([0-9]*))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$`;

/** The groups of the pattern that are members of the result as they are. */
const urlMembers = {
  Scheme: 1,
  Host: 4,
  Port: 5,
  Path: 6,
  Username: 2,
  Password: 3,
  Fragment: 8,
};

/** The pattern with this group alone to be captured. */
function urlPatternOf(group: number): string {
  let count = 0;
  return urlPattern.replace(/\((?!\?)/g, () => (++count === group ? '(' : '(?:'));
}

function urlMember(key: Operand, url: Operand): Sql | undefined {
  const group = Object.entries(urlMembers).find(([name]) => name === constantText(key))?.[1];
  if (group === undefined) return undefined;
  return sql`extract(${text(url)}, ${literal(urlPatternOf(group))})`;
}

/** `a=1&b=2` as a JSON object; the first of equal names counts. */
function queryParameters(query: Sql): Sql {
  const pairs = sql`arrayMap(_p -> (substringIndex(_p, '=', 1), if(position(_p, '=') = 0, '', substring(_p, position(_p, '=') + 1))), arrayFilter(_p -> notEmpty(_p), splitByChar('&', ${query})))`;
  const members = bound(
    pairs,
    (list) =>
      sql`arrayMap(_p -> concat(toJSONString(_p.1), ':', toJSONString(_p.2)), arrayFilter((_p, _i) -> indexOf(arrayMap(_q -> _q.1, ${list}), _p.1) = _i, ${list}, arrayEnumerate(${list})))`,
  );
  return sql`concat('{', arrayStringConcat(${members}, ','), '}')`;
}

function urlParts(url: Sql): Sql {
  const part = (index: number) => sql`_g[${{ text: String(index) }}]`;
  const parts = Object.fromEntries(
    Object.entries(urlMembers).map(([name, group]) => [name, part(group)]),
  );
  const bag = bagOfTexts(parts, { 'Query Parameters': queryParameters(part(7)) });
  return letIn(
    { _g: sql`extractGroups(${url}, ${literal(urlPattern)})` },
    sql`if(empty(_g), '', ${bag})`,
  );
}

const parseUrl: ScalarFunction = {
  doc: 'parse-url-function',
  emit: (url: Operand) =>
    bound(text(url), (value) => sql`if(empty(${value}), '', ${urlParts(value)})`),
  textAt: urlMember,
  examples: [
    ['parse_url("https://u:p@a.b:81/c/d?k=v#f").Host', 'a.b'],
    ['parse_url("https://a.b/c?k1=v1&k2=v2")["Query Parameters"].k2', 'v2'],
  ],
};

const parseUrlQuery: ScalarFunction = {
  doc: 'parse-url-query-function',
  emit: (query: Operand) => bagOfTexts({}, { 'Query Parameters': queryParameters(text(query)) }),
  examples: [['parse_urlquery("k1=v1&k2=v2")', '{"Query Parameters":{"k1":"v1","k2":"v2"}}']],
};

// ---- paths ---------------------------------------------------------------------------------------

/** Where a path's last separator is decides what is directory and what is file. */
function pathParts(path: Sql): Sql {
  const groups = (value: Sql, pattern: string) => sql`extractGroups(${value}, ${literal(pattern)})`;
  const scheme = groups(path, '(?s)^(?:([A-Za-z][A-Za-z0-9+.-]+)://)?(?:/([A-Za-z]:))?(.*)$');
  const parts = {
    Scheme: sql`_s[1]`,
    RootPath: sql`_r`,
    DirectoryPath: sql`_d[1]`,
    DirectoryName: sql`if(_d[1] = _r, '', extract(_d[1], ${literal(String.raw`(?s)([^\\/]*)$`)}))`,
    Filename: sql`_f[1]`,
    Extension: sql`extract(_f[1], ${literal(String.raw`(?s)\.([^.]*)$`)})`,
    AlternateDataStreamName: sql`_f[2]`,
  };
  const ofFile = letIn(
    {
      // What a drive is not part of, when there is no separator after it.
      _f: groups(
        sql`if(empty(_d[1]) AND startsWith(_d[2], _r), substring(_d[2], length(_r) + 1), _d[2])`,
        '(?s)^([^:]*)(?::(.*))?$',
      ),
    },
    bagOfTexts(parts),
  );
  const ofRest = letIn(
    {
      _r: sql`extract(_p, ${literal(String.raw`^(?:\\\\[?.]\\)?([A-Za-z]:)`)})`,
      _d: groups(sql`_p`, String.raw`(?s)^(?:(.*)[\\/])?([^\\/]*)$`),
    },
    ofFile,
  );
  return letIn({ _s: scheme }, letIn({ _p: sql`concat(_s[2], _s[3])` }, ofRest));
}

// ---- command lines -------------------------------------------------------------------------------

/** An argument: quoted and other pieces without white space between them. */
const quotedPiece = String.raw`"(?:\\\\|\\"|\\|""|[^"\\])*"?`;
const plainPiece = String.raw`(?:\\\\|\\"|\\|[^\s"\\])+`;

/** Backslashes count as escapes before a quote alone: two for one, and one for the quote. */
function unescaped(piece: Sql): Sql {
  const token = literal(String.raw`\\+"?|""|"|[^"\\]+`);
  const size = sql`(length(_t) - 1)`;
  const quoted = sql`concat(repeat('\\\\', intDiv(${size}, 2)), if(modulo(${size}, 2) = 1, '"', ''))`;
  const value = sql`multiIf(_t = '""', '"', _t = '"', '', endsWith(_t, '"'), ${quoted}, _t)`;
  return sql`arrayStringConcat(arrayMap(_t -> ${value}, extractAll(${piece}, ${token})))`;
}

/** By the rules of Windows' CommandLineToArgvW: the first argument, a program's path, has no escapes. */
function windowsArguments(line: Sql): Sql {
  const first = literal(String.raw`(?s)^(?:"([^"]*)"?|(\S*))\s*(.*)$`);
  const argument = literal(`(?s)(?:${quotedPiece}|${plainPiece})+`);
  const piece = literal(`(?s)${quotedPiece}|${plainPiece}`);
  // The opening quote goes; the closing one is told apart from an escaped one by what stands before it.
  const inner = sql`if(startsWith(_w, '"'), substring(_w, 2), _w)`;
  const rest = sql`arrayMap(_a -> arrayStringConcat(arrayMap(_w -> ${unescaped(inner)}, extractAll(_a, ${piece}))), extractAll(_g[3], ${argument}))`;
  return letIn(
    { _g: sql`extractGroups(${line}, ${first})` },
    sql`arrayConcat([concat(_g[1], _g[2])], ${rest})`,
  );
}

// ---- versions ------------------------------------------------------------------------------------

/** Up to four numbers of eight digits each as one. */
function versionNumber(version: Sql): Sql {
  const isVersion = sql`match(${version}, '^[0-9]{1,8}(?:[.][0-9]{1,8}){0,3}$')`;
  const digits = sql`arrayStringConcat(arrayMap(_p -> leftPad(_p, 8, '0'), arrayResize(splitByChar('.', ${version}), 4, '0')))`;
  return sql`if(${isVersion}, toDecimal256OrNull(${digits}, 20), NULL)`;
}

export const parseFunctions = {
  parse_csv: {
    doc: 'parse-csv-function',
    emit: (source: Operand) => stringArray(csvFields(text(source))),
    examples: [
      ['parse_csv(\'aa,"b,b","say ""hi"""\')', '["aa","b,b","say \\"hi\\""]'],
      ['parse_csv("a,,b\\nc,d")', '["a","","b"]'],
    ],
  },
  parse_url: parseUrl,
  parseurl: parseUrl,
  parse_urlquery: parseUrlQuery,
  parseurlquery: parseUrlQuery,
  parse_path: {
    doc: 'parse-path-function',
    emit: (path: Operand) => pathParts(text(path)),
    examples: [
      ['parse_path(@"C:\\temp\\file.txt").DirectoryPath', 'C:\\temp'],
      ['parse_path("file://C:/temp/file.txt:some.exe").AlternateDataStreamName', 'some.exe'],
    ],
  },
  parse_command_line: {
    doc: 'parse-command-line-function',
    constants: [1],
    emitCall: (call, line: Operand, parser: Operand) => {
      if (String(parser.constant?.value).toLowerCase() !== 'windows')
        throw invalid(call, "parse_command_line(): the parser is 'windows'");
      return bound(
        text(line),
        (value) => sql`if(empty(${value}), '[]', ${stringArray(windowsArguments(value))})`,
      );
    },
    examples: [
      [
        'parse_command_line(@\'"C:\\My Tools\\x.exe" -a "b \\"c\\"" d\\\\e\', "windows")',
        '["C:\\\\My Tools\\\\x.exe","-a","b \\"c\\"","d\\\\\\\\e"]',
      ],
    ],
  },
  parse_version: {
    doc: 'parse-version-function',
    nullable: 'always',
    emit: (version: Operand) => bound(text(version), versionNumber),
    examples: [['parse_version("1.2.0") < parse_version("1.10")', 'true']],
  },
} satisfies Record<string, ScalarFunction>;
