import type { ScalarType } from '../catalog/types.js';

/**
 * A fragment of ClickHouse SQL. It delimits itself (a call, a name, a literal, or parentheses), so
 * that no one counts precedence. Only `sql`, `literal` and `identifier` make one: a plain string does
 * not type-check, and text from outside becomes SQL through `literal` and `identifier` alone.
 */
export interface Sql {
  readonly text: string;
}

/** Characters that the engine reads of one query. */
export const longestSql = 16 * 1024 * 1024;

/** A fragment from a template; every hole is a fragment. */
export function sql(strings: TemplateStringsArray, ...holes: readonly Sql[]): Sql {
  let text = strings[0] ?? '';
  for (const [index, hole] of holes.entries()) {
    text += hole.text + (strings[index + 1] ?? '');
  }
  return { text };
}

/** Fragments joined by a separator that is itself SQL, `, ` by default. */
export function join(parts: readonly Sql[], separator: Sql = { text: ', ' }): Sql {
  return { text: parts.map((part) => part.text).join(separator.text) };
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A string literal. Unpaired surrogates become U+FFFD: ClickHouse strings are UTF-8 bytes. */
export function literal(value: string): Sql {
  const body = value.toWellFormed().replace(/[\\'\0\n\r\t\b\f]/g, (c) => escapes[c] ?? c);
  return { text: `'${body}'` };
}

/** A quoted name. */
export function identifier(name: string): Sql {
  const body = name
    .toWellFormed()
    .replace(/[\\`\0\n\r\t\b\f]/g, (c) => (c === '`' ? '\\`' : (escapes[c] ?? c)));
  return { text: `\`${body}\`` };
}

/** A whole number as it stands, without a type: for positions where SQL wants a number. */
export function integer(value: number | bigint): Sql {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new Error(`${value} is not a whole number`);
  }
  return { text: value < 0 ? `(${value})` : String(value) };
}

/** The ClickHouse type that holds a KQL type's values (never Nullable; `nullable` says when it is). */
export const columnTypes: Readonly<Record<ScalarType, string>> = {
  bool: 'Bool',
  int: 'Int32',
  long: 'Int64',
  real: 'Float64',
  decimal: 'Decimal(76, 20)',
  string: 'String',
  datetime: "DateTime64(7, 'UTC')",
  timespan: 'Int64',
  guid: 'UUID',
  dynamic: 'String',
};

/** Texts, and documents, which are held as texts, have no null. */
export function isNullableColumn(type: ScalarType): boolean {
  return type !== 'string' && type !== 'dynamic';
}
