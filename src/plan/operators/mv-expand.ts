import type { ScalarType } from '../../catalog/types.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  textOf,
} from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { newColumn, noRow, type PlanContext, rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type UnnestNode,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** `T | mv-expand [bagexpansion=array] [with_itemindex=i] A, B = expression to typeof(long) limit N` */
export const mvExpand: OperatorPlanner = (node, input, context) => {
  const limit = optionalMember<SyntaxNode>(node, 'RowLimitClause');
  const items = elements<SyntaxNode>(node, 'Expressions');
  const names = columnsOf(node.ResultType).map(({ name }) => name);
  return expanded(
    input,
    items,
    {
      names,
      index: parameterText(node, 'with_itemindex'),
      bagAsArray: (parameterText(node, 'bagexpansion') ?? parameterText(node, 'kind')) === 'array',
      keepEmpty: true,
      limit: limit ? planScalar(member(limit, 'RowLimit'), context, noRow) : null,
    },
    context,
  );
};

export interface ExpandOptions {
  readonly names: readonly string[];
  readonly index: string | undefined;
  readonly bagAsArray: boolean;
  readonly keepEmpty: boolean;
  readonly limit: PlanExpression | null;
}

/** One row for each element of the expressions' arrays; an expression that is no array counts as one element. */
export function expanded(
  input: Relation,
  items: readonly SyntaxNode[],
  options: ExpandOptions,
  context: PlanContext,
): Relation {
  const row = rowOf(input);
  const columns: PlanColumn[] = [...input.columns];
  const unnested: UnnestNode['items'][number][] = [];
  const conversions: PlanAssignment[] = [];
  const added = options.names.filter(
    (name) => !columns.some((column) => column.name === name) && name !== options.index,
  );
  for (const item of items) {
    const node = member(item, 'Expression');
    const isNamed = kindOf(node) === 'SimpleNamedExpression';
    const value = isNamed ? member(node, 'Expression') : node;
    const expression = planScalar(value, context, row);
    const name =
      (isNamed ? member(node, 'Name').SimpleName : nameOf(value)) ?? added[0] ?? 'Column1';
    if (expression.type !== 'dynamic')
      throw unsupported(value, `mv-expand of a ${expression.type}`, 'it takes a dynamic array');
    const element = newColumn(context, name, 'dynamic');
    const array: PlanExpression = {
      kind: 'call',
      name: options.bagAsArray ? 'elements_of_bag_as_pairs' : 'elements_of',
      arguments: [expression],
      type: 'dynamic',
      span: { start: value.TextStart, length: value.Width },
    };
    unnested.push({ column: element, expression: array });
    const type = typeOf(optionalMember<SyntaxNode>(item, 'ToTypeOf'));
    const column = type && type !== 'dynamic' ? newColumn(context, name, type) : element;
    if (column !== element)
      conversions.push({ column, expression: converted(columnReference(element), column.type) });
    const place = columns.findIndex((candidate) => candidate.name === name);
    if (place >= 0) columns[place] = column;
    else {
      columns.push(column);
      added.splice(added.indexOf(name) >>> 0, 1);
    }
  }
  const index = options.index === undefined ? null : newColumn(context, options.index, 'long');
  const unnest: Relation = {
    ...input,
    plan: {
      kind: 'unnest',
      input: input.plan,
      items: unnested,
      index,
      keepEmpty: options.keepEmpty,
      limit: options.limit,
    },
    columns: [...columns, ...(index ? [index] : [])],
  };
  if (conversions.length === 0) return unnest;
  const raw = new Set(conversions.map((conversion) => conversion.column));
  const passed = passThrough(
    { ...unnest, columns: unnest.columns.filter((column) => !raw.has(column)) },
    context,
  );
  return {
    ...unnest,
    plan: { kind: 'project', input: unnest.plan, columns: [...passed, ...conversions] },
  };
}

/** A column keeps its name, also inside a conversion: `mv-expand parse_json(Column)`. */
function nameOf(node: Expression): string | undefined {
  if (kindOf(node) === 'NameReference') return node.SimpleName;
  if (kindOf(node) === 'FunctionCallExpression') {
    const [only, second] = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
    if (only && !second) return nameOf(only);
  }
  return undefined;
}

function typeOf(clause: SyntaxNode | undefined): ScalarType | undefined {
  if (!clause) return undefined;
  const name = /typeof\s*\(\s*(\w+)/.exec(textOf(clause))?.[1] ?? '';
  return typeAliases[name];
}

const typeAliases: Readonly<Record<string, ScalarType>> = {
  bool: 'bool',
  boolean: 'bool',
  int: 'int',
  long: 'long',
  real: 'real',
  double: 'real',
  decimal: 'decimal',
  string: 'string',
  datetime: 'datetime',
  date: 'datetime',
  timespan: 'timespan',
  time: 'timespan',
  guid: 'guid',
  dynamic: 'dynamic',
};
