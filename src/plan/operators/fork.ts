import {
  type Expression,
  elements,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { Builder } from '../builder.js';
import { newColumn, noRow, type PlanContext, rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type PlanAggregate, type Relation } from '../plan.js';
import type { Plugin } from '../plugin.js';
import { planScalar } from '../scalar.js';

/** One of the tables that an operator makes of its input. */
export interface Branch {
  /** As the query calls it. */
  readonly name?: string;
  readonly plan: (input: Relation, context: PlanContext) => Relation;
}

/** Operators that end a query in several tables, by the parser's name of the node. */
export const branchesOf: Readonly<
  Record<string, (node: SyntaxNode) => readonly Branch[] | undefined>
> = {
  /** `T | fork (…) name=(…)`: each sub-query on the same rows. */
  ForkOperator: (node) =>
    elements<SyntaxNode>(node, 'Expressions').map((part) => {
      const clause = optionalMember<SyntaxNode>(part, 'NameEquals');
      const name = clause && member(clause, 'Name').SimpleName;
      return { ...(name && { name }), plan: subQuery(member(part, 'Expression')) };
    }),
  /** `T | facet by A, B with (…)`: the sub-query, then how often each value of each column is there. */
  FacetOperator: (node) => {
    const clause = optionalMember<SyntaxNode>(node, 'WithClause');
    const inside =
      clause && (optionalMember(clause, 'Expression') ?? optionalMember(clause, 'Operator'));
    return [
      ...(inside ? [{ plan: subQuery(inside) }] : []),
      ...elements(node, 'Expressions').map((column) => ({ plan: valuesOf(column) })),
    ];
  },
  /** `T | evaluate preview(n)`: so many rows, then how many there are. */
  EvaluateOperator: (node) => {
    const call = member(node, 'FunctionCall');
    if (member(call, 'Name').SimpleName !== 'preview') return undefined;
    const [count] = elements<Expression>(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
    return [
      ...(count ? [{ plan: firstRows(count) }] : []),
      {
        plan: (input, context) => {
          const build = new Builder(context, spanOf(call));
          const column = build.column('Count', 'long');
          return build.group(input, [], [{ column, name: 'count', arguments: [] }]);
        },
      },
    ];
  },
};

function firstRows(count: Expression): Branch['plan'] {
  return (input, context) => ({
    ...input,
    plan: {
      kind: 'limit',
      input:
        input.order.length > 0
          ? { kind: 'sort', input: input.plan, keys: input.order }
          : input.plan,
      count: planScalar(count, context, noRow),
      by: [],
    },
  });
}

function subQuery(stages: Expression): Branch['plan'] {
  return (input, context) => context.plan.table(stages, context, input);
}

function valuesOf(node: Expression): Branch['plan'] {
  return (input, context) => {
    const expression = planScalar(node, context, rowOf(input));
    const name = expression.kind === 'column' ? expression.column.name : 'Column1';
    const key = newColumn(context, name, expression.type);
    const count: PlanAggregate = {
      column: newColumn(context, `count_${name}`, 'long'),
      name: 'count',
      arguments: [],
      position: null,
      span: spanOf(node),
    };
    const keys = [{ column: key, expression }];
    return {
      plan: { kind: 'aggregate', input: input.plan, keys, aggregates: [count] },
      columns: [key, count.column],
      order: [{ expression: columnReference(key), descending: false, nullsFirst: true }],
      ingestionTime: null,
    };
  };
}

/** Where one table is wanted. */
export const fork: OperatorPlanner = (node) => {
  throw unsupported(node, 'fork', severalTables);
};

export const facet: OperatorPlanner = (node) => {
  throw unsupported(node, 'facet', severalTables);
};

export const preview: Plugin = {
  doc: 'preview-plugin',
  plan: ({ call }) => {
    throw unsupported(call, 'preview()', severalTables);
  },
};

const severalTables =
  "it gives several tables, and here is room for one: Kusto's API answers it, where it ends the query";
