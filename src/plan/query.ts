import { HuntError } from '../errors.js';
import { functionKind } from '../kql/builtins.js';
import { listOf } from '../kql/language.js';
import {
  calledBody,
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  type SyntaxNode,
  spanOf,
} from '../kql/syntax.js';
import { newColumn, noRow, type PlanContext, unsupported } from './context.js';
import { operatorPlanners, sourcePlanners } from './operators.js';
import type { Relation } from './plan.js';
import { planScalar } from './scalar.js';
import { scanTable } from './scan.js';
import { planStatements } from './statements.js';
import { useTable } from './tables.js';
import { bindArguments, planBody } from './user-functions.js';

/** A whole query: its statements, then its one result. */
export function planQuery(
  root: SyntaxNode,
  context: Omit<PlanContext, 'plan' | 'counter' | 'variables' | 'partition'>,
): Relation {
  const statements = elements<SyntaxNode>(root, 'Statements');
  const results = statements.filter((statement) => kindOf(statement) === 'ExpressionStatement');
  const [result, second] = results;
  if (!result) {
    throw new HuntError(
      'kql.semantic',
      { message: 'The query has no tabular result' },
      { span: spanOf(root) },
    );
  }
  if (second) {
    throw unsupported(second, 'a second result', 'the hunting API returns one table');
  }
  const start: PlanContext = {
    ...context,
    counter: { next: 1 },
    variables: new Map(),
    partition: [],
    plan: { table: planTable, scalar: planScalar },
  };
  return planTable(member(result, 'Expression'), planStatements(statements, start));
}

/** A tabular expression: a source, or an operator applied to one. */
export function planTable(node: Expression, context: PlanContext, input?: Relation): Relation {
  const kind = kindOf(node);
  const operator = operatorPlanners[kind];
  if (operator) return operator(node, input ?? emptyInput(node, kind), context);
  const source = sourcePlanners[kind];
  if (source) return source(node, context, input);
  switch (kind) {
    case 'PipeExpression':
      return planPipe(node, context, input);
    case 'ParenthesizedExpression':
    case 'SimpleNamedExpression':
    case 'MaterializeExpression':
    case 'DataScopeExpression':
    case 'ToTableExpression':
      return planTable(member(node, 'Expression'), context, input);
    case 'NameReference':
      return planNamedTable(node, context);
    case 'FunctionCallExpression':
      return planTableCall(node, context);
    case 'ContextualDataTableExpression':
      if (input) return input;
  }
  throw unsupported(node, operatorName(node), 'Quarry does not have this operator');
}

function emptyInput(node: Expression, kind: string): Relation {
  if (
    ['PrintOperator', 'RangeOperator', 'UnionOperator', 'FindOperator', 'SearchOperator'].includes(
      kind,
    )
  ) {
    return {
      plan: { kind: 'values', columns: [], rows: [] },
      columns: [],
      order: [],
      ingestionTime: null,
    };
  }
  throw unsupported(node, operatorName(node), 'it has no input here');
}

/** Pipes are flat in the text and left-deep in the tree: a loop, so that long ones do not nest. */
function planPipe(node: Expression, context: PlanContext, input?: Relation): Relation {
  const stages: Expression[] = [];
  let first: Expression = node;
  while (kindOf(first) === 'PipeExpression') {
    stages.unshift(member(first, 'Operator'));
    first = member(first, 'Expression');
  }
  let relation = planTable(first, context, input);
  let scope = context;
  for (const stage of stages) {
    relation = planTable(stage, scope, relation);
    const named = nameOfAs(stage);
    if (named) scope = withTable(scope, named, relation);
  }
  return relation;
}

function nameOfAs(stage: Expression): string | undefined {
  return kindOf(stage) === 'AsOperator' ? member(stage, 'Name').SimpleName : undefined;
}

function withTable(context: PlanContext, name: string, relation: Relation): PlanContext {
  const shared = {
    id: context.counter.next++,
    plan: relation.plan,
    columns: relation.columns,
    materialized: true,
  };
  return {
    ...context,
    variables: new Map([...context.variables, [name, { kind: 'table', relation, shared }]]),
  };
}

function planNamedTable(node: Expression, context: PlanContext): Relation {
  const name = node.SimpleName ?? '';
  const variable = context.variables.get(name);
  if (variable?.kind === 'table') return useTable(variable, context);
  return scanTable(node, columnsOf(node.ResultType), context);
}

function planTableCall(node: Expression, context: PlanContext): Relation {
  const name = member(node, 'Name').SimpleName ?? '';
  const parts = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
  const body = calledBody(node);
  if (body && functionKind(node.ReferencedSymbol) === 'user') {
    const inner = bindArguments(node, parts, context, noRow);
    return planBody(body, inner, (result, bodyContext) => planTable(result, bodyContext));
  }
  const [part] = parts;
  if (name === 'materialize' && part) return planTable(part, context);
  if ((name === 'table' || name === 'view') && part?.IsLiteral) {
    return scanTable(part, columnsOf(node.ResultType), context, String(part.LiteralValue));
  }
  throw unsupported(node, `${name}()`, 'it does not name data of this tenant');
}

/** The operator as the query spells it, for messages. */
function operatorName(node: Expression): string {
  const words = /^[\w-]+/.exec(node.toString().trim())?.[0];
  return words ?? kindOf(node);
}
