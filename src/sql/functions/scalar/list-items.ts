import type { LiteralValue } from '../../../kql/literals.js';
import type { LogicalPlan, PlanColumn } from '../../../plan/plan.js';
import { elementsOf, isArray } from '../../json.js';
import { columnName, literalSql, type Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

/** The right side of a list operator. */
export interface List {
  readonly values: readonly Operand[];
  /** Dynamics whose elements count, known only when the query runs. */
  readonly arrays: readonly Operand[];
  readonly tables: readonly Operand[];
}

/** A dynamic array counts as its elements, and a table of literals as its values. */
export function listOf(items: readonly Operand[]): List {
  const values: Operand[] = [];
  const arrays: Operand[] = [];
  const tables: Operand[] = [];
  for (const item of items) {
    const known = item.table ? tableElements(item) : dynamicElements(item);
    if (known) values.push(...known);
    else if (item.table) tables.push(item);
    else if (item.type === 'dynamic') arrays.push(item);
    else values.push(item);
  }
  return { values, arrays, tables };
}

export function constantOperand(value: LiteralValue, { expression }: Operand): Operand {
  const isText = value.type === 'string' || value.type === 'dynamic';
  return {
    ...literalSql(value),
    type: value.type,
    nullable: value.value === null && !isText,
    constant: value,
    expression,
  };
}

function tableElements(table: Operand): Operand[] | undefined {
  const { expression } = table;
  if (expression.kind !== 'tableArgument') return undefined;
  const found = literalsOf(expression.input, expression.column);
  return found?.flatMap((value) => {
    const operand = constantOperand(value, table);
    return dynamicElements(operand) ?? [operand];
  });
}

/** The values of a column that are written in the query, or undefined. */
function literalsOf(plan: LogicalPlan, column: PlanColumn): LiteralValue[] | undefined {
  switch (plan.kind) {
    case 'values': {
      const place = plan.columns.indexOf(column);
      const cells = plan.rows.map((row) => row[place]);
      const found = cells.filter((cell) => cell?.kind === 'literal');
      return found.length === cells.length ? found : undefined;
    }
    case 'shared': {
      const source = plan.columns.find((candidate) => candidate.column === column)?.source;
      return source && literalsOf(plan.shared.plan, source);
    }
    case 'project': {
      const source = plan.columns.find((candidate) => candidate.column === column)?.expression;
      return source?.kind === 'column' ? literalsOf(plan.input, source.column) : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * The elements of a dynamic that is written in the query, arrays inside it flattened; undefined for
 * anything else.
 */
export function dynamicElements(item: Operand): Operand[] | undefined {
  if (item.type !== 'dynamic') return undefined;
  const { constant, expression } = item;
  if (constant && typeof constant.value === 'string') {
    const parsed: unknown = JSON.parse(constant.value);
    const elements = Array.isArray(parsed) ? parsed.flat(Number.POSITIVE_INFINITY) : [parsed];
    return elements.map((element) => constantOperand(literalOf(element), item));
  }
  if (constant) return [];
  if (expression.kind !== 'call' || expression.name !== 'pack_array') return undefined;
  const parts = expression.arguments.filter((part) => part.kind === 'literal');
  return parts.length === expression.arguments.length
    ? parts.flatMap((part) => {
        const operand = constantOperand(part, item);
        return dynamicElements(operand) ?? [operand];
      })
    : undefined;
}

function literalOf(element: unknown): LiteralValue {
  switch (typeof element) {
    case 'string':
      return { type: 'string', value: element };
    case 'number':
      return Number.isSafeInteger(element)
        ? { type: 'long', value: BigInt(element) }
        : { type: 'real', value: element };
    case 'boolean':
      return { type: 'bool', value: element };
    default:
      return { type: 'dynamic', value: element === null ? null : JSON.stringify(element) };
  }
}

/** How deep arrays inside arrays are flattened where only the running query knows them. */
const flattenedDepth = 3;

/**
 * A dynamic's elements as JSON texts, arrays inside it flattened; what is no array is its own only
 * element.
 */
export function elementTexts(value: Sql): Sql {
  const elements = elementsOf(value);
  // Nearly always flat, as a search for a second bracket tells at little cost.
  const isFlat = sql`(position(${value}, '[', 2) = 0)`;
  const ofArray = sql`if(${isFlat}, ${elements}, ${flattened(elements, flattenedDepth)})`;
  return sql`multiIf(${isArray(value)}, ${ofArray}, empty(${value}), emptyArrayString(), [${value}])`;
}

function flattened(texts: Sql, depth: number): Sql {
  if (depth === 0) return texts;
  const element = sql`_a`;
  const parts = sql`if(${isArray(element)}, ${elementsOf(element)}, [${element}])`;
  return flattened(sql`arrayFlatten(arrayMap(_a -> ${parts}, ${texts}))`, depth - 1);
}

export function elementOperand(text: Sql, { expression }: Operand): Operand {
  return { ...text, type: 'dynamic', nullable: false, expression };
}

/** The column of a table argument, as its SELECT names it. */
export function columnOf(table: Operand): Operand {
  if (table.expression.kind !== 'tableArgument') throw new Error('not a table argument');
  const isText = table.type === 'string' || table.type === 'dynamic';
  return {
    ...columnName(table.expression.column.id),
    type: table.type,
    nullable: !isText,
    expression: table.expression,
  };
}
