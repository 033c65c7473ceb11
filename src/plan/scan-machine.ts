import type { ScalarType } from '../catalog/types.js';
import {
  children,
  type Expression,
  kindOf,
  member,
  type SyntaxNode,
  spanOf,
} from '../kql/syntax.js';
import { newColumn, type PlanContext, rowOf } from './context.js';
import {
  columnReference,
  type FoldNode,
  longLiteral,
  nullLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
} from './plan.js';
import { planScalar } from './scalar.js';
import { converted } from './scan.js';
import type { SerializedRows } from './windows.js';

export interface ScanStep {
  readonly name: string;
  readonly output: 'all' | 'last' | 'none';
  readonly condition: Expression;
  readonly assignments: ReadonlyMap<string, Expression>;
}

/** A column that steps assign to: one that the query declares, or one of the input. */
export interface AssignedColumn {
  readonly name: string;
  readonly type: ScalarType;
  /** What an empty state holds. */
  readonly initial: PlanExpression;
  /** What a row holds that a step assigns nothing to. */
  readonly otherwise: PlanExpression;
}

/** What a row is to one step. */
export interface ScanMatch {
  readonly matches: PlanColumn;
  /** The position of the row with which the sequence began that the match belongs to. */
  readonly sequence: PlanColumn;
  /** The values of the columns that steps assign to. */
  readonly assigned: readonly PlanColumn[];
}

/** A state's values of one step: what `step.column` means there. */
type Values = readonly PlanColumn[];

/** What one step keeps from row to row. */
interface StepState {
  /** A sequence has come to this step. */
  readonly active: PlanColumn;
  readonly sequence: PlanColumn;
  /** The values of the steps up to this one. */
  readonly values: readonly Values[];
}

/**
 * The steps of a `scan` as one fold. A row is held against the steps from the last to the first: it matches
 * a step if the condition holds with the state of the step before, which it then takes over, or with
 * the step's own. The first step is held against its own state also when that is empty.
 */
export function scanMachine(
  { relation: rows, position }: SerializedRows,
  steps: readonly ScanStep[],
  columns: readonly AssignedColumn[],
  context: PlanContext,
): { readonly fold: Pick<FoldNode, 'state' | 'steps'>; readonly matches: readonly ScanMatch[] } {
  const assignments: PlanAssignment[] = [];
  const state: FoldNode['state'][number][] = [];
  const span = spanOf(steps[0]?.condition ?? ({ TextStart: 0, Width: 0 } as SyntaxNode));
  const call = (name: string, parts: readonly PlanExpression[], type: ScalarType) =>
    ({ kind: 'call', name, arguments: parts, type, span }) as const;
  const assign = (type: ScalarType, expression: PlanExpression, name = 'value') => {
    const column = newColumn(context, name, type);
    assignments.push({ column, expression });
    return column;
  };
  const ref = columnReference;
  const both = (...parts: PlanExpression[]) => call('and', parts, 'bool');
  const not = (part: PlanColumn) => call('not', [ref(part)], 'bool');
  const choose = (test: PlanColumn, then: PlanExpression, otherwise: PlanColumn) =>
    assign(
      otherwise.type,
      call('iff', [ref(test), then, ref(otherwise)], otherwise.type),
      otherwise.name,
    );

  const initialOf = ({ name, type }: PlanColumn): PlanExpression =>
    columns.find((column) => column.name === name)?.initial ?? nullLiteral(type);
  const typeOf = (name: string): ScalarType =>
    [...columns, ...rows.columns].find((column) => column.name === name)?.type ?? 'dynamic';
  const referenced = referencedColumns(steps);
  const columnsOf = (step: number): PlanColumn[] =>
    (referenced[step] ?? []).map((name) => newColumn(context, name, typeOf(name)));
  const states = steps.map(
    ({ name }, index): StepState => ({
      active: newColumn(context, `${name} active`, 'bool'),
      sequence: newColumn(context, `${name} sequence`, 'long'),
      values: steps.slice(0, index + 1).map((_, step) => columnsOf(step)),
    }),
  );
  const rowWith = (values: readonly Values[]) => ({
    ...rowOf(rows),
    members: new Map(values.map((ofStep, index) => [steps[index]?.name ?? '', ofStep])),
  });
  const holds = (step: ScanStep, values: readonly Values[]) => {
    const condition = converted(planScalar(step.condition, context, rowWith(values)), 'bool');
    return call('coalesce', [condition, { kind: 'literal', type: 'bool', value: false }], 'bool');
  };
  const assigned = (step: ScanStep, values: readonly Values[]) =>
    columns.map(({ name, type, otherwise }) => {
      const node = step.assignments.get(name);
      const value = node ? converted(planScalar(node, context, rowWith(values)), type) : otherwise;
      return assign(type, value, name);
    });
  /** The state that the row leaves: the values it was held against, with its own for this step. */
  const remember = (
    { active, values }: StepState,
    isActive: PlanColumn,
    matches: PlanColumn,
    now: readonly Values[],
    extension: readonly PlanColumn[],
  ) => {
    const next = assign('bool', call('or', [ref(matches), ref(isActive)], 'bool'));
    state.push({ column: active, initial: { kind: 'literal', type: 'bool', value: false }, next });
    for (const [step, ofStep] of values.entries()) {
      for (const [place, column] of ofStep.entries()) {
        const kept = now[step]?.[place] ?? column;
        const own = [...extension, ...rows.columns].find(({ name }) => name === column.name);
        const isOwn = step === values.length - 1 && own;
        const value = isOwn ? choose(matches, ref(own), kept) : kept;
        state.push({ column, initial: initialOf(column), next: value });
      }
    }
  };

  const results: ScanMatch[] = [];
  /** Whether a later step has taken over the state of the one in hand. */
  let taken: PlanColumn | undefined;
  for (let index = steps.length - 1; index >= 0; index--) {
    const [step, own, before] = [steps[index], states[index], states[index - 1]];
    if (!step || !own) continue;
    const isActive = taken ? assign('bool', both(ref(own.active), not(taken))) : own.active;
    if (before) {
      const fresh = columnsOf(index);
      for (const column of fresh) assignments.push({ column, expression: initialOf(column) });
      const promoted = [...before.values, fresh];
      const takesOver = assign('bool', both(ref(before.active), holds(step, promoted)));
      const repeats = both(not(takesOver), ref(isActive), holds(step, own.values));
      const matches = assign('bool', call('or', [ref(takesOver), repeats], 'bool'));
      const now = own.values.map((ofStep, of) =>
        ofStep.map((column, place) =>
          choose(takesOver, ref(promoted[of]?.[place] ?? column), column),
        ),
      );
      const extension = assigned(step, now);
      const sequence = choose(takesOver, ref(before.sequence), own.sequence);
      remember(own, isActive, matches, now, extension);
      state.push({ column: own.sequence, initial: longLiteral(0), next: sequence });
      results.unshift({ matches, sequence, assigned: extension });
      taken = takesOver;
    } else {
      const now = own.values.map((ofStep) =>
        ofStep.map((column) => {
          const parts = [ref(isActive), ref(column), initialOf(column)];
          return assign(column.type, call('iff', parts, column.type), column.name);
        }),
      );
      const matches = assign('bool', holds(step, now));
      const begins = assign('bool', both(ref(matches), not(isActive)));
      const extension = assigned(step, now);
      // No counter of sequences: it would be another state in each row, and none would come twice.
      const sequence = choose(begins, ref(position), own.sequence);
      remember(own, isActive, matches, now, extension);
      state.push({ column: own.sequence, initial: longLiteral(0), next: sequence });
      results.unshift({ matches, sequence, assigned: extension });
    }
  }
  return { fold: { state, steps: assignments }, matches: results };
}

/** The columns that conditions and assignments read of each step's state. */
function referencedColumns(steps: readonly ScanStep[]): string[][] {
  const names = steps.map(({ name }) => name);
  const found = steps.flatMap((step) =>
    [step.condition, ...step.assignments.values()].flatMap((part) => references(part, names)),
  );
  return names.map((name) => [
    ...new Set(found.flatMap(([step, column]) => (step === name ? [column] : []))),
  ]);
}

function references(node: SyntaxNode, names: readonly string[]): [string, string][] {
  if (kindOf(node) === 'PathExpression') {
    const [base, selector] = [member(node, 'Expression'), member(node, 'Selector')];
    const step = kindOf(base) === 'NameReference' ? base.SimpleName : undefined;
    if (step !== undefined && names.includes(step)) return [[step, selector.SimpleName ?? '']];
  }
  return children(node).flatMap((child) => (child.IsToken ? [] : references(child, names)));
}
