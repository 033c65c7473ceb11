import type { ScalarType } from '../../catalog/types.js';
import {
  type Expression,
  elements,
  kindOf,
  member,
  type SchemaColumn,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
} from '../../kql/syntax.js';
import { newColumn } from '../context.js';
import {
  columnReference,
  longLiteral,
  type PlanAggregate,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import { converted } from '../scan.js';

/** More columns than these make no table that anyone reads. */
const mostColumns = 500;

/** Aggregates of a pivot, and what they are over the rows of one column. */
const conditional: Readonly<Record<string, string>> = {
  count: 'countif',
  sum: 'sumif',
  min: 'minif',
  max: 'maxif',
  avg: 'avgif',
  dcount: 'dcountif',
  stdev: 'stdevif',
  variance: 'varianceif',
  take_any: 'take_anyif',
  any: 'take_anyif',
  make_list: 'make_list_if',
  makelist: 'make_list_if',
  make_set: 'make_set_if',
  makeset: 'make_set_if',
  make_bag: 'make_bag_if',
};

interface Options {
  readonly pivot: PlanColumn;
  readonly aggregate: string;
  readonly arguments: readonly PlanExpression[];
  readonly type: ScalarType;
  /** The columns that stay. */
  readonly groups: readonly PlanColumn[];
}

/** `T | evaluate pivot(Column, sum(Value), Group, …) : (Name: type, …)` */
export const pivot: Plugin = {
  doc: 'pivot-plugin',
  trap: 'without declared columns the data are read twice: once for the names',
  plan: (call) => {
    const options = optionsOf(call);
    call.ensureSchema(
      () => values(call, options.pivot),
      (answers) => schemaOf(call, options, answers),
      options.type,
    );
    return pivoted(call, options);
  },
};

function optionsOf(call: PluginCall): Options {
  const pivotColumn = call.column(call.argument(0));
  const [, second, ...rest] = call.positional;
  const isCall = second !== undefined && kindOf(second) === 'FunctionCallExpression';
  const name = isCall ? (member(second, 'Name').SimpleName ?? '') : 'count';
  const aggregate = conditional[name];
  if (!aggregate) throw call.wrong(`pivot does not take the aggregate '${name}'`, second);
  const parts = isCall ? elements(member<SyntaxNode>(second, 'ArgumentList'), 'Expressions') : [];
  const values = parts.map((part) => call.scalar(part));
  const named = (isCall || !second ? rest : [second, ...rest]).map((node: Expression) =>
    call.column(node),
  );
  const used = new Set([
    pivotColumn,
    ...values.flatMap((value) => (value.kind === 'column' ? [value.column] : [])),
  ]);
  return {
    pivot: pivotColumn,
    aggregate,
    arguments: values,
    type: isCall ? scalarTypeOf(second.ResultType) : 'long',
    groups: named.length > 0 ? named : call.input.columns.filter((column) => !used.has(column)),
  };
}

/** The distinct values of the pivot column as texts. */
function values(call: PluginCall, column: PlanColumn): Relation {
  const value = newColumn(call.context, 'value', 'string');
  const expression = converted(columnReference(column), 'string');
  return {
    plan: {
      kind: 'limit',
      input: {
        kind: 'aggregate',
        input: call.input.plan,
        keys: [{ column: value, expression }],
        aggregates: [],
      },
      count: longLiteral(mostColumns + 1),
      by: [],
    },
    columns: [value],
    order: [],
    ingestionTime: null,
  };
}

function schemaOf(
  call: PluginCall,
  { groups, type }: Options,
  answers: readonly Record<string, unknown>[],
): SchemaColumn[] {
  if (answers.length > mostColumns) {
    throw call.wrong(`pivot found more than ${mostColumns} columns; declare those that you need`);
  }
  const names = answers.map(({ value }) => String(value)).filter((name) => name !== '');
  const clash = names.find((name) => groups.some((column) => column.name === name));
  if (clash !== undefined) throw call.wrong(`pivot: there are two columns named '${clash}'`);
  return [
    ...groups.map(({ name, type: own }) => ({ name, type: own })),
    ...names.sort().map((name) => ({ name, type })),
  ];
}

function pivoted(call: PluginCall, options: Options): Relation {
  const { context, input } = call;
  const text = converted(columnReference(options.pivot), 'string');
  const aggregates: PlanAggregate[] = [];
  const columns = call.schema.map(({ name, type }): PlanAssignment => {
    const group = options.groups.find((column) => column.name === name);
    if (group) return { column: group, expression: columnReference(group) };
    const test: PlanExpression = {
      kind: 'call',
      name: '==',
      arguments: [text, stringLiteral(name)],
      type: 'bool',
      span: spanOf(call.call),
    };
    const [value, ...others] = options.arguments;
    const cell = newColumn(context, name, options.type);
    aggregates.push({
      column: cell,
      name: options.aggregate,
      arguments: options.aggregate === 'countif' || !value ? [test] : [value, test, ...others],
      position: null,
      span: spanOf(call.call),
    });
    const expression = converted(columnReference(cell), type);
    return { column: type === options.type ? cell : newColumn(context, name, type), expression };
  });
  const keys = options.groups.map((column) => ({ column, expression: columnReference(column) }));
  return {
    plan: {
      kind: 'project',
      input: { kind: 'aggregate', input: input.plan, keys, aggregates },
      columns,
    },
    columns: columns.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
}
