import type { ResultColumn } from '../model.js';
import { isEmpty, plainText } from './display.js';
import { columnReference, kqlLiteral, stringLiteral } from './literal.js';

/** What a cell can add to the query it came from. */
export type Comparison = '==' | '!=' | 'has' | 'in' | '!in';

/** The most values that `in (...)` is written with; a longer list belongs into a `datatable`. */
export const inLimit = 1000;

/** Whether a comparison makes sense for the column: `has` looks for words, so text alone. */
export function isComparable(comparison: Comparison, column: ResultColumn): boolean {
  return comparison !== 'has' || column.type === 'string' || column.type === 'dynamic';
}

/** `where` with a comparison of the column with the values, as a line for the end of a query. */
export function whereLine(
  column: ResultColumn,
  comparison: Comparison,
  values: readonly unknown[],
): string {
  return `| where ${predicate(column, comparison, values)}`;
}

/** The comparison alone. Empty values become `isempty` and `isnull`: nothing is equal to null. */
export function predicate(
  column: ResultColumn,
  comparison: Comparison,
  values: readonly unknown[],
): string {
  const name = columnReference(column.name);
  if (comparison === 'has') {
    return `${operand(column)} has ${stringLiteral(plainText(values[0]))}`;
  }
  const negated = comparison.startsWith('!');
  const present = distinct(values.filter((value) => !isEmpty(value)));
  const test = emptyTest(column);
  const parts: string[] = [];
  if (present.length === 1) {
    parts.push(`${operand(column)} ${negated ? '!=' : '=='} ${literal(column, present[0])}`);
  }
  if (present.length > 1) {
    const list = present.map((value) => literal(column, value)).join(', ');
    parts.push(`${operand(column)} ${negated ? '!in' : 'in'} (${list})`);
  }
  if (present.length < values.length && values.some(isEmpty)) {
    parts.push(`${negated ? test.present : test.empty}(${name})`);
  }
  if (parts.length < 2) return parts[0] ?? 'true';
  return parts.join(negated ? ' and ' : ' or ');
}

// Objects and lists cannot be compared; their text can.
function operand(column: ResultColumn): string {
  const name = columnReference(column.name);
  return column.type === 'dynamic' ? `tostring(${name})` : name;
}

function literal(column: ResultColumn, value: unknown): string {
  return column.type === 'dynamic'
    ? stringLiteral(plainText(value))
    : kqlLiteral(value, column.type);
}

function emptyTest({ type }: ResultColumn): { empty: string; present: string } {
  return type === 'string' || type === 'dynamic'
    ? { empty: 'isempty', present: 'isnotempty' }
    : { empty: 'isnull', present: 'isnotnull' };
}

function distinct(values: readonly unknown[]): unknown[] {
  const seen = new Map<string, unknown>();
  for (const value of values) {
    const text = plainText(value);
    if (!seen.has(text)) seen.set(text, value);
  }
  return [...seen.values()];
}

/** `where` that keeps the rows between two moments, both of them included. */
export function betweenLine(column: ResultColumn, from: string, to: string): string {
  return `| where ${columnReference(column.name)} between (datetime(${from}) .. datetime(${to}))`;
}

/** `extend` that makes a column of a field inside a dynamic one. */
export function extendLine(column: ResultColumn, path: readonly (string | number)[]): string {
  const last = [...path].reverse().find((step) => typeof step === 'string') ?? column.name;
  const name = columnReference(
    String(last)
      .replaceAll(/[^A-Za-z0-9_]/g, '_')
      .replace(/^\d/, '_$&'),
  );
  return `| extend ${name} = ${fieldReference(column, path)}`;
}

/** A field inside a dynamic column, as a query names it. */
export function fieldReference(column: ResultColumn, path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(step)) return `${text}.${step}`;
    return `${text}[${stringLiteral(step)}]`;
  }, columnReference(column.name));
}
