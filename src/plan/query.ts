import { HuntError } from '../errors.js';
import { ownMember } from '../kql/databases.js';
import { markdownAdvice } from '../kql/pasted.js';
import {
  columnsOf,
  type Expression,
  elements,
  isTabular,
  kindOf,
  member,
  type SyntaxNode,
  spanOf,
  textOf,
} from '../kql/syntax.js';
import { noRow, type PlanContext, unsupported, withVariables } from './context.js';
import { branchesOf } from './operators/fork.js';
import { operatorPlanners, sourcePlanners } from './operators.js';
import { parameterText } from './parameters.js';
import { planPattern, planPatternPath } from './patterns.js';
import type { Relation } from './plan.js';
import { constantText, planScalar } from './scalar.js';
import { scanNamed } from './scan-named.js';
import { planStatements } from './statements.js';
import { tableVariable, useTable } from './tables.js';
import { bindArguments, bodyOf, type FunctionVariable, planBody } from './user-functions.js';

/** One of the tables that a query answers with. */
interface Result {
  readonly name?: string;
  readonly plan: (context: PlanContext) => Relation;
}

/** The tables of a statement: one, unless it ends in an operator that makes several. */
function resultsOf(statement: SyntaxNode): readonly Result[] {
  const expression = member(statement, 'Expression');
  const operator = kindOf(expression) === 'PipeExpression' && member(expression, 'Operator');
  const branches = operator && branchesOf[kindOf(operator)]?.(operator);
  if (!branches) return [{ plan: (context) => planTable(expression, context) }];
  const input = member(expression, 'Expression');
  return branches.map(({ name, plan }) => ({
    ...(name && { name }),
    plan: (context) => plan(planTable(input, context), context),
  }));
}

function resultStatements(root: SyntaxNode): SyntaxNode[] {
  return elements<SyntaxNode>(root, 'Statements').filter(
    (statement) => kindOf(statement) === 'ExpressionStatement',
  );
}

/** What a query calls its tables, in order; undefined where it calls one nothing. */
export function tableNames(root: SyntaxNode): readonly (string | undefined)[] {
  return resultStatements(root).flatMap((each) => resultsOf(each).map(({ name }) => name));
}

/**
 * A whole query: its statements, then its result.
 * @param table which of its tables, where it may have several
 */
export function planQuery(
  root: SyntaxNode,
  context: Omit<PlanContext, 'plan' | 'counter' | 'variables' | 'partition'>,
  table?: number,
): Relation {
  const statements = elements<SyntaxNode>(root, 'Statements');
  const results = resultStatements(root);
  const [first, second] = results;
  if (!first) {
    throw new HuntError(
      'kql.semantic',
      { message: 'The query has no tabular result' },
      { span: spanOf(root) },
    );
  }
  if (second && table === undefined) {
    throw unsupported(second, 'a second result', 'the hunting API returns one table');
  }
  const start: PlanContext = {
    ...context,
    counter: { next: 1 },
    variables: new Map(),
    partition: [],
    plan: { table: planTable, scalar: planScalar },
  };
  const inner = planStatements(statements, start);
  const chosen = table === undefined ? undefined : results.flatMap(resultsOf)[table];
  return chosen ? chosen.plan(inner) : planTable(member(first, 'Expression'), inner);
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
    case 'PathExpression':
      return planPath(node, context);
    case 'ContextualDataTableExpression':
      if (input) return input;
  }
  if (kind === 'CustomCommand') {
    throw unsupported(node, 'a control command', 'the hunting API answers queries alone');
  }
  if (!isTabular(node.ResultType)) throw notTabular(node);
  throw unsupported(node, operatorName(node), 'Quarry does not have this operator');
}

function notTabular(node: Expression): HuntError {
  const advice = textOf(node).startsWith('`')
    ? markdownAdvice
    : "A value is answered by print: write 'print ' before it.";
  return new HuntError(
    'kql.semantic',
    { message: 'Tabular value expected', advice },
    { span: spanOf(node) },
  );
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
    if (named) {
      // From here on the rows are read under their name too, so that they can be evaluated once.
      const variable = tableVariable(relation, scope, isMaterialized(stage));
      scope = withVariables(scope, [[named, variable]]);
      if (variable.kind === 'table') relation = useTable(variable, scope);
    }
  }
  return relation;
}

function isMaterialized(stage: Expression): boolean {
  return parameterText(stage, 'hint.materialized') === 'true';
}

function nameOfAs(stage: Expression): string | undefined {
  return kindOf(stage) === 'AsOperator' ? member(stage, 'Name').SimpleName : undefined;
}

function planNamedTable(node: Expression, context: PlanContext): Relation {
  const name = node.SimpleName ?? '';
  const variable = context.variables.get(name);
  if (variable?.kind === 'table' && variable.parts) {
    throw unsupported(
      node,
      `'${name}' in this place`,
      "a part's own rows are for toscalar() alone",
    );
  }
  if (variable?.kind === 'table') return useTable(variable, context);
  if (variable?.kind === 'function') return planUserTable(node, variable, [], context);
  return scanNamed(node, columnsOf(node.ResultType), context, name);
}

function planTableCall(node: Expression, context: PlanContext): Relation {
  const name = member(node, 'Name').SimpleName ?? '';
  const parts = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
  const variable = context.variables.get(name);
  if (variable?.kind === 'function') return planUserTable(node, variable, parts, context);
  if (variable?.kind === 'pattern') return planPattern(node, variable, parts, context);
  const [part] = parts;
  if (name === 'materialize' && part) return planTable(part, context);
  const tableName =
    (name === 'table' || name === 'view') && part ? constantText(part, context, noRow) : undefined;
  if (part && tableName !== undefined) {
    const named = context.variables.get(tableName);
    if (named?.kind === 'table') return useTable(named, context);
    return scanNamed(part, columnsOf(node.ResultType), context, tableName);
  }
  throw unsupported(node, `${name}()`, 'it does not name data of this tenant');
}

/** `database().Table`, or a pattern's `call(values).["path"]`. */
function planPath(node: Expression, context: PlanContext): Relation {
  const table = ownMember(node);
  if (!table) return planPatternPath(node, context);
  // What the query itself calls so is not in the database.
  const values = [...context.variables].filter(([, { kind }]) => kind === 'scalar');
  return planTable(table, { ...context, variables: new Map(values) });
}

function planUserTable(
  node: Expression,
  definition: FunctionVariable,
  given: readonly Expression[],
  context: PlanContext,
): Relation {
  const inner = bindArguments(definition, given, context, noRow);
  return planBody(bodyOf(node, definition), inner, (result, bodyContext) =>
    planTable(result, bodyContext),
  );
}

/** The operator as the query spells it, for messages. */
function operatorName(node: Expression): string {
  const words = /^[\w-]+/.exec(textOf(node))?.[0];
  return words ?? kindOf(node);
}
