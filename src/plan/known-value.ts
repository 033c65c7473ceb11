import type { ScalarType } from '../catalog/types.js';
import { literalAs } from '../kql/literal-conversion.js';
import { isConstant } from './context.js';
import { nullLiteral, type PlanExpression, type Relation, stringLiteral } from './plan.js';

/** Computes an expression without columns; its value may have to be asked for first (`ValueNeeded`). */
export type Evaluate = (expression: PlanExpression) => PlanExpression;

/**
 * Thrown where the query cannot be compiled before a value is known that only the engine can compute.
 * The rows of `relation` have to be given as the answer to `key`.
 */
export class ValueNeeded extends Error {
  readonly key: string;
  readonly relation: Relation;

  constructor(key: string, relation: Relation) {
    super('value needed');
    this.name = 'ValueNeeded';
    this.key = key;
    this.relation = relation;
  }
}

/** The expression as a literal, unless it depends on the row. */
export function knownValue(expression: PlanExpression, evaluate: Evaluate): PlanExpression {
  const isComputed = expression.kind === 'call' || expression.kind === 'scalarSubquery';
  return isComputed && isConstant(expression) ? evaluate(expression) : expression;
}

/** One row with the value as a text; a document stands in a bag, whose text is exact. */
export function valueTable(expression: PlanExpression): Relation {
  const { type } = expression;
  // No column of a query has this id.
  const column = { id: 0, name: 'value', type: 'string' as const };
  const span = { start: 0, length: 0 };
  const call = (name: string, parts: readonly PlanExpression[], to: ScalarType): PlanExpression => {
    return { kind: 'call', name, arguments: parts, type: to, span };
  };
  const shown =
    type === 'dynamic'
      ? call('bag_pack', [stringLiteral(documentKey), expression], 'dynamic')
      : expression;
  return {
    plan: {
      kind: 'project',
      input: { kind: 'values', columns: [], rows: [[]] },
      columns: [{ column, expression: call('tostring', [shown], 'string') }],
    },
    columns: [column],
    order: [],
    ingestionTime: null,
  };
}

const documentKey = 'v';
const documentStart = `{"${documentKey}":`;

/** The value that the rows of `valueTable` tell. */
export function answeredValue(
  [row]: readonly Record<string, unknown>[],
  type: ScalarType,
): PlanExpression {
  const text = String(row?.['value'] ?? '');
  if (type === 'string') return stringLiteral(text);
  if (type === 'dynamic') {
    const json = text.slice(documentStart.length, -1);
    return { kind: 'literal', type, value: json === '' || json === 'null' ? null : json };
  }
  const value = text === '' ? undefined : literalAs({ type: 'string', value: text }, type);
  return value ? { kind: 'literal', ...value } : nullLiteral(type);
}
