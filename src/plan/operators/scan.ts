import type { ScalarType } from '../../catalog/types.js';
import { HuntError } from '../../errors.js';
import {
  type Expression,
  elements,
  member,
  optionalMember,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
  textOf,
} from '../../kql/syntax.js';
import { distinctAssignments, passThrough } from '../assignments.js';
import { newColumn, type PlanContext, rowOf } from '../context.js';
import { defaultValue } from '../default-value.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  type LogicalPlan,
  longLiteral,
  nullLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import {
  type AssignedColumn,
  type ScanMatch,
  type ScanStep,
  scanMachine,
} from '../scan-machine.js';
import { numbered, serialized } from '../windows.js';
import { sortKeys } from './sort.js';

/** `T | scan with_match_id=m declare (c: long = 0) with (step s: condition => c = value; …)` */
export const scan: OperatorPlanner = (node, input, context) => {
  const nodes = elements<SyntaxNode>(node, 'Steps');
  const steps = nodes.map(stepOf);
  refuseRepeated(steps, nodes);
  const { rows, partition, position } = orderedRows(node, input, context);
  const columns = assignedColumns(node, steps, rows, context);
  const serializedRows = { relation: rows, position };
  const { fold, matches } = scanMachine(serializedRows, steps, columns, { ...context, partition });
  const folded: Relation = {
    ...rows,
    plan: {
      kind: 'fold',
      input: rows.plan,
      partitionBy: partition,
      orderBy: position,
      ...fold,
      name: 'scan',
    },
  };
  const output = matchedRows(node, folded, steps, columns, matches, partition, context);
  return steps.some((step) => step.output === 'last')
    ? lastOfSeries(output, steps, { partition, position }, context)
    : output.relation;
};

function refuseRepeated(steps: readonly ScanStep[], nodes: readonly SyntaxNode[]): void {
  for (const [index, { name }] of steps.entries()) {
    const again = nodes[steps.findIndex((step, later) => later > index && step.name === name)];
    if (!again) continue;
    const message = `'scan' operator: a step named '${name}' is already declared`;
    throw new HuntError('kql.semantic', { message }, { span: spanOf(again) });
  }
}

function stepOf(node: SyntaxNode): ScanStep {
  const parameter = optionalMember<SyntaxNode>(node, 'ScanStepOutput');
  const output = parameter ? textOf(parameter) : '';
  const clause = optionalMember<SyntaxNode>(node, 'ComputationClause');
  const assignments = elements<SyntaxNode>(clause, 'Assignments').map(
    (each) => [member(each, 'Name').SimpleName ?? '', member(each, 'Expression')] as const,
  );
  return {
    name: member(node, 'Name').SimpleName ?? '',
    output: /last/.test(output) ? 'last' : /none/.test(output) ? 'none' : 'all',
    condition: member(node, 'Condition'),
    assignments: new Map(assignments),
  };
}

/** The columns that the query declares, and those of the input that a step assigns to. */
function assignedColumns(
  node: Expression,
  steps: readonly ScanStep[],
  rows: Relation,
  context: PlanContext,
): AssignedColumn[] {
  const clause = optionalMember<SyntaxNode>(node, 'DeclareClause');
  const declared = elements<SyntaxNode>(clause, 'Declarations').map((declaration) => {
    const name = member(member<SyntaxNode>(declaration, 'NameAndType'), 'Name');
    const type = scalarTypeOf(name.ResultType);
    const initial = converted(defaultValue(declaration, context) ?? nullLiteral(type), type);
    return { name: name.SimpleName ?? '', type, initial, otherwise: initial };
  });
  const others = rows.columns.flatMap((column) => {
    const isAssigned = steps.some(({ assignments }) => assignments.has(column.name));
    const isDeclared = declared.some(({ name }) => name === column.name);
    if (!isAssigned || isDeclared) return [];
    const { name, type } = column;
    return [{ name, type, initial: nullLiteral(type), otherwise: columnReference(column) }];
  });
  return [...declared, ...others];
}

/** The rows in the order of the operator's own clause or else of the input, and the columns that part them. */
function orderedRows(node: Expression, input: Relation, context: PlanContext) {
  const row = rowOf(input);
  const computed: PlanAssignment[] = [];
  const column = (expression: PlanExpression): PlanColumn => {
    if (expression.kind === 'column') return expression.column;
    const made = newColumn(context, 'key', expression.type);
    computed.push({ column: made, expression });
    return made;
  };
  const order = optionalMember<SyntaxNode>(node, 'OrderByClause');
  const keys = elements(order, 'Expressions')
    .flatMap((part) => sortKeys(part, context, row))
    .map((key) => ({ ...key, expression: columnReference(column(key.expression)) }));
  const clause = optionalMember<SyntaxNode>(node, 'PartitionByClause');
  const parts = elements(clause, 'Expressions').map((part) =>
    column(planScalar(part, context, row)),
  );
  const columns = [...passThrough(input, context), ...computed];
  const source: Relation = {
    ...input,
    plan: computed.length > 0 ? { kind: 'project', input: input.plan, columns } : input.plan,
    order: keys.length > 0 ? keys : input.order,
  };
  const { relation, position } =
    keys.length > 0
      ? numbered(source, context)
      : serialized(node, "Operator 'scan'", source, context);
  return { rows: relation, partition: [...context.partition, ...parts], position };
}

interface MatchedRows {
  readonly relation: Relation;
  readonly step: PlanColumn;
  readonly sequence: PlanColumn;
}

/** Steps by texts that sort as they stand. */
const stepText = (index: number) => String(index).padStart(4, '0');

/** One row for each match: the row, the declared columns as its step left them, its sequence's number. */
function matchedRows(
  node: Expression,
  folded: Relation,
  steps: readonly ScanStep[],
  columns: readonly AssignedColumn[],
  matches: readonly ScanMatch[],
  partition: readonly PlanColumn[],
  context: PlanContext,
): MatchedRows {
  const call = (name: string, parts: readonly PlanExpression[], type: ScalarType) =>
    ({ kind: 'call', name, arguments: parts, type, span: spanOf(node) }) as const;
  const id = parameterText(node, 'with_match_id');
  const isSilent = (index: number) => steps[index]?.output === 'none';
  // The first step's matches are needed to count sequences.
  const isKept = (index: number) => !isSilent(index) || (id !== undefined && index === 0);
  const shown = matches.map((match, index) => ({ ...match, index }));
  const output = shown.filter(({ index }) => isKept(index)).reverse();
  const step = newColumn(context, 'step', 'string');
  const [only, second] = output;
  const ofStep = (pick: (match: ScanMatch) => PlanColumn | undefined, type: ScalarType) => {
    const values = output.flatMap(({ index, ...match }) => {
      const column = pick(match);
      const test = call('==', [columnReference(step), stringLiteral(stepText(index))], 'bool');
      return column ? [{ test, value: columnReference(column) }] : [];
    });
    const last = values.pop()?.value ?? nullLiteral(type);
    const branches = values.flatMap(({ test, value }) => [test, value]);
    return branches.length > 0 ? call('case', [...branches, last], type) : last;
  };
  const added = columns.map(
    ({ name, type }, place): PlanAssignment => ({
      column: newColumn(context, name, type),
      expression: ofStep(({ assigned }) => assigned[place], type),
    }),
  );
  const sequence = newColumn(context, 'sequence', 'long');
  const began = { column: sequence, expression: ofStep((match) => match.sequence, 'long') };
  const isSingle = only !== undefined && !second;
  const stepValue = isSingle ? stringLiteral(stepText(only.index)) : columnReference(step);
  const relation: Relation = {
    ...folded,
    plan: {
      kind: 'project',
      input: isSingle
        ? { kind: 'filter', input: folded.plan, condition: columnReference(only.matches) }
        : eachMatch(folded, step, output),
      columns: distinctAssignments([
        ...passThrough(folded, { ...context, partition }),
        ...added,
        { column: step, expression: stepValue },
        began,
      ]),
    },
    columns: [
      ...folded.columns.map((column) => added.find(sameName(column))?.column ?? column),
      ...added
        .map(({ column }) => column)
        .filter((column) => !folded.columns.some((other) => other.name === column.name)),
    ],
    // A row comes once for each step that it matches, the last step first.
    order: isSingle
      ? folded.order
      : [
          ...folded.order,
          { expression: columnReference(step), descending: true, nullsFirst: false },
        ],
  };
  const rows: MatchedRows = { relation, step, sequence };
  if (id === undefined) return rows;
  const numbered = withMatchId(rows, id, partition, context);
  if (!isSilent(0)) return numbered;
  const condition = call('!=', [columnReference(step), stringLiteral(stepText(0))], 'bool');
  const plan: LogicalPlan = { kind: 'filter', input: numbered.relation.plan, condition };
  return { ...numbered, relation: { ...numbered.relation, plan } };
}

/** The rows with the numbers of their sequences, from 0 in the order in which these began. */
function withMatchId(
  { relation, step, sequence }: MatchedRows,
  name: string,
  partition: readonly PlanColumn[],
  context: PlanContext,
): MatchedRows {
  const span = { start: 0, length: 0 };
  const rank = newColumn(context, 'rank', 'long');
  const id = newColumn(context, name, 'long');
  const begun = { expression: columnReference(sequence), descending: false, nullsFirst: false };
  const ranked: LogicalPlan = {
    kind: 'window',
    input: relation.plan,
    partitionBy: partition,
    orderBy: [begun],
    functions: [{ column: rank, name: 'dense_rank', arguments: [], span }],
  };
  const parts = [columnReference(rank), longLiteral(1)];
  const number: PlanExpression = { kind: 'call', name: '-', arguments: parts, type: 'long', span };
  const columns = distinctAssignments([
    ...passThrough(relation, { ...context, partition }),
    ...[step, sequence].map((column) => ({ column, expression: columnReference(column) })),
    { column: id, expression: number },
  ]);
  return {
    relation: {
      ...relation,
      plan: { kind: 'project', input: ranked, columns },
      columns: [...relation.columns, id],
    },
    step,
    sequence,
  };
}

/** The row once for each of the steps that it matches, with the step's text. */
function eachMatch(
  folded: Relation,
  step: PlanColumn,
  output: readonly { readonly index: number; readonly matches: PlanColumn }[],
): LogicalPlan {
  const flags = output.flatMap(({ index, matches }) => [
    stringLiteral(stepText(index)),
    columnReference(matches),
  ]);
  const expression: PlanExpression = {
    kind: 'call',
    name: 'matched_steps',
    arguments: flags,
    type: 'dynamic',
    span: { start: 0, length: 0 },
  };
  return {
    kind: 'unnest',
    input: folded.plan,
    items: [{ column: step, expression }],
    index: null,
    limit: null,
  };
}

const sameName = (column: PlanColumn) => (assignment: PlanAssignment) =>
  assignment.column.name === column.name;

/** Of a step with `output=last` the last row of each series of matches: a sequence comes to a step once. */
function lastOfSeries(
  { relation, step, sequence }: MatchedRows,
  steps: readonly ScanStep[],
  rows: { readonly partition: readonly PlanColumn[]; readonly position: PlanColumn },
  context: PlanContext,
): Relation {
  const all = steps.flatMap(({ output }, index) => (output === 'all' ? [stepText(index)] : []));
  const row = newColumn(context, 'row', 'long');
  const isAll: PlanExpression = {
    kind: 'call',
    name: 'in',
    arguments: [columnReference(step), ...all.map(stringLiteral)],
    type: 'bool',
    span: { start: 0, length: 0 },
  };
  const expression: PlanExpression =
    all.length === 0
      ? longLiteral(0)
      : {
          kind: 'call',
          name: 'iff',
          arguments: [isAll, columnReference(rows.position), longLiteral(0)],
          type: 'long',
          span: { start: 0, length: 0 },
        };
  const hidden = [step, sequence, ...rows.partition].map((column) => ({
    column,
    expression: columnReference(column),
  }));
  const kept = [...passThrough(relation, context), ...hidden].filter(
    ({ column }, index, list) => list.findIndex((other) => other.column === column) === index,
  );
  const key = { expression: columnReference(rows.position), descending: true, nullsFirst: false };
  return {
    ...relation,
    plan: {
      kind: 'limit',
      input: {
        kind: 'sort',
        input: {
          kind: 'project',
          input: relation.plan,
          columns: [...kept, { column: row, expression }],
        },
        keys: [key],
      },
      count: longLiteral(1),
      by: [...rows.partition, step, sequence, row],
    },
  };
}
