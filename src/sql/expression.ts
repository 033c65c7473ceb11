import { HuntError, unreachable } from '../errors.js';
import { knownValue } from '../plan/known-value.js';
import type { CallExpression, PlanExpression } from '../plan/plan.js';
import { isVolatileCall } from '../plan/volatile.js';
import { scalarFunctions } from './functions/scalar.js';
import type { CallSite } from './functions.js';
import { type Generation, select } from './generation.js';
import { columnName, literalSql, type Operand } from './operand.js';
import { refusedFunctions } from './refusals.js';
import { emptySelect, print, reference, type Select } from './select.js';
import { isNullableColumn, type Sql, sql } from './sql.js';
import { writtenCall } from './written-call.js';

/**
 * An expression over the SELECT's columns.
 * @param filter of its value only the truth counts
 */
export function emit(
  expression: PlanExpression,
  from: Select,
  generation: Generation,
  filter = false,
): Operand {
  switch (expression.kind) {
    case 'column': {
      const definition = from.definitions.get(expression.column);
      return {
        ...reference(expression.column, from),
        type: expression.type,
        nullable: definition?.nullable ?? true,
        expression,
        read: definition?.read,
        path: definition?.path,
        storage: definition?.storage,
        lowerCaseOf: definition?.lowerCaseOf,
        textAt: definition?.textAt,
        computed: definition && !definition.plain,
      };
    }
    case 'literal':
      return literalOperand(expression);
    case 'scalarSubquery': {
      const once = { ...generation, once: true };
      const body = print(select(expression.input, new Set([expression.column]), once), [
        expression.column,
      ]);
      const isText = !isNullableColumn(expression.type);
      // No row is no text, and the engine has no null of stored texts (LowCardinality) to say so.
      const query = isText
        ? sql`ifNull((SELECT any(toString(${columnName(expression.column.id)})) FROM (${body})), '')`
        : sql`(${body})`;
      return { ...query, type: expression.type, nullable: !isText, expression };
    }
    case 'tableArgument': {
      const body = print(select(expression.input, new Set([expression.column]), generation), [
        expression.column,
      ]);
      return { ...body, type: expression.type, nullable: true, expression, table: true };
    }
    case 'call':
      return emitCall(expression, from, generation, filter);
    default:
      return unreachable(expression);
  }
}

const literalOperands = new WeakMap<PlanExpression, Operand>();

function literalOperand(expression: Extract<PlanExpression, { kind: 'literal' }>): Operand {
  const known = literalOperands.get(expression);
  if (known) return known;
  const operand: Operand = {
    ...literalSql(expression),
    type: expression.type,
    nullable:
      expression.sinceNow === undefined &&
      expression.value === null &&
      isNullableColumn(expression.type),
    constant: expression,
    expression,
  };
  literalOperands.set(expression, operand);
  return operand;
}

function emitCall(
  call: CallExpression,
  from: Select,
  generation: Generation,
  filter: boolean,
): Operand {
  const entry = Object.hasOwn(scalarFunctions, call.name) ? scalarFunctions[call.name] : undefined;
  if (!entry) throw notSupported(call.name, call.span, 'function');
  const keepsFilter = filter && (call.name === 'and' || call.name === 'or');
  const inner = call.name === 'toscalar' ? { ...generation, once: true } : generation;
  const parts = call.arguments.map((part, place) => {
    const decides = entry.constants?.includes(place) ?? false;
    const argument = decides ? knownValue(part, generation.evaluate) : part;
    return emit(argument, from, inner, keepsFilter);
  });
  const place =
    isVolatileCall(call.name) && !generation.once ? generation.fresh.next-- : call.span.start;
  const site: CallSite = { type: call.type, span: call.span, filter, place };
  const text = writtenCall(entry, site, parts);
  const nullable =
    text.nullable ??
    (entry.nullable === 'always' ||
      (entry.nullable !== 'never' && parts.some((part) => part.nullable)));
  return {
    text: text.text,
    type: call.type,
    nullable: nullable && isNullableColumn(call.type),
    expression: call,
    ...(entry.read && { read: (form) => entry.read?.(form, ...parts) }),
    ...(entry.isPath && { path: parts }),
    ...(entry.textAt && { textAt: (key: Operand) => entry.textAt?.(key, ...parts) }),
    ...(entry.isLowerCase && parts[0]?.type === 'string' && { lowerCaseOf: parts[0] }),
  };
}

/**
 * A value where the engine wants a constant. It takes few functions of constants for one (no lambda's
 * results), but every sub-query.
 */
export function constantOf(expression: PlanExpression, generation: Generation): Operand {
  const value = emit(expression, emptySelect, generation);
  return expression.kind === 'call' ? { ...value, ...sql`(SELECT ${value})` } : value;
}

export function constantCount(expression: PlanExpression, otherwise: Sql): Sql {
  if (expression.kind !== 'literal' || typeof expression.value !== 'bigint') return otherwise;
  return { text: String(expression.value < 0n ? 0n : expression.value) };
}

export function notSupported(name: string, span: CallExpression['span'], what: string): HuntError {
  const because = Object.hasOwn(refusedFunctions, name) ? refusedFunctions[name] : undefined;
  return new HuntError(
    'kql.unsupported',
    { what: `The ${what} '${name}'`, because: because ?? 'Quarry does not have it yet' },
    { span },
  );
}
