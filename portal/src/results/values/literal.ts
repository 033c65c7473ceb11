import type { KustoType, ResultColumn } from '../model.js';
import { isEmpty, legible, plainText } from './display.js';

/** Words that the language keeps for itself; a column with such a name is written in brackets. */
const keywords = new Set(
  (
    'and as asc between by contains count datatable desc distinct evaluate extend externaldata false ' +
    'find fork from has hint in invoke join kind let limit lookup materialize not nulls of on or order ' +
    'parse partition print project range render sample scan search serialize set sort step summarize ' +
    'take to top toscalar true typeof union where with consume facet getschema reduce'
  ).split(' '),
);

/** A column's name as it is written in a query. */
export function columnReference(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name)) return name;
  return `['${legible(name.replaceAll('\\', '\\\\').replaceAll("'", "\\'"))}']`;
}

/** A string literal: verbatim where only backslashes would need escapes, so that paths stay readable. */
export function stringLiteral(text: string): string {
  const isPlain = !hasControls(text) && !text.includes('"') && legible(text) === text;
  if (text.includes('\\') && isPlain) return `@"${text}"`;
  let escaped = '';
  for (const unit of text) escaped += escapes[unit] ?? (isControl(unit) ? codeEscape(unit) : unit);
  return `"${legible(escaped)}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// Line separators too: the query would end its line there.
function isControl(unit: string): boolean {
  const code = unit.charCodeAt(0);
  return code < 32 || (code >= 127 && code < 160) || code === 0x2028 || code === 0x2029;
}

function hasControls(text: string): boolean {
  for (const unit of text) if (isControl(unit)) return true;
  return false;
}

function codeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const literals: Readonly<Record<KustoType, (value: unknown) => string>> = {
  string: (value) => stringLiteral(plainText(value)),
  bool: (value) => (value === true || value === 1 || value === 'true' ? 'true' : 'false'),
  int: (value) => wholeNumber(plainText(value), 'int'),
  long: (value) => wholeNumber(plainText(value), 'long'),
  real: realLiteral,
  decimal: (value) => `decimal(${plainText(value)})`,
  datetime: (value) => `datetime(${plainText(value)})`,
  timespan: (value) => `timespan(${plainText(value)})`,
  guid: (value) => `guid(${plainText(value)})`,
  dynamic: dynamicLiteral,
};

/** A KQL literal of the column's type with the same value, and the type's null for null. */
export function kqlLiteral(value: unknown, type: KustoType): string {
  if (type === 'string') return literals.string(value);
  return isEmpty(value) ? `${type}(null)` : literals[type](value);
}

// A bare number is a long to Kusto, and a bare minus an operator.
function wholeNumber(digits: string, type: 'int' | 'long'): string {
  return type === 'long' && /^\d+$/.test(digits) ? digits : `${type}(${digits})`;
}

function realLiteral(value: unknown): string {
  const text = plainText(value);
  const special = { NaN: 'nan', Infinity: '+inf', '-Infinity': '-inf' }[text];
  if (special !== undefined) return `real(${special})`;
  if (/^-?\d+$/.test(text)) return `real(${text}.0)`;
  return `real(${text})`;
}

function dynamicLiteral(value: unknown): string {
  if (typeof value === 'string' && !isJson(value)) return `dynamic(${JSON.stringify(value)})`;
  return `dynamic(${typeof value === 'string' ? value : JSON.stringify(value)})`;
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Rows as a `datatable` expression, to be used in a query of its own. */
export function datatable(
  columns: readonly ResultColumn[],
  rows: readonly (readonly unknown[])[],
): string {
  const schema = columns.map(({ name, type }) => `${columnReference(name)}: ${type}`).join(', ');
  const lines = rows.map(
    (row) => `  ${columns.map(({ type }, index) => kqlLiteral(row[index], type)).join(', ')}`,
  );
  return `datatable(${schema})\n[\n${lines.join(',\n')}\n]`;
}
