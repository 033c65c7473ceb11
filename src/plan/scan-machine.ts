import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
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
  type Relation,
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
  const machine = new ScanMachine(rows, steps, columns, context);
  const matches: ScanMatch[] = [];
  /** Whether a later step has taken over the state of the one in hand. */
  let taken: PlanColumn | undefined;
  for (let index = steps.length - 1; index > 0; index--) {
    const { match, takesOver } = machine.laterStep(index, taken);
    matches.unshift(match);
    taken = takesOver;
  }
  matches.unshift(machine.firstStep(position, taken));
  return { fold: { state: machine.state, steps: machine.assignments }, matches };
}

const ref = columnReference;

/** What the fold computes for each row, as far as steps have been added. */
class ScanMachine {
  readonly assignments: PlanAssignment[] = [];
  readonly state: FoldNode['state'][number][] = [];
  readonly #rows: Relation;
  readonly #steps: readonly ScanStep[];
  readonly #columns: readonly AssignedColumn[];
  readonly #context: PlanContext;
  readonly #span: TextSpan;
  readonly #referenced: readonly (readonly string[])[];
  readonly #states: readonly StepState[];

  constructor(
    rows: Relation,
    steps: readonly ScanStep[],
    columns: readonly AssignedColumn[],
    context: PlanContext,
  ) {
    this.#rows = rows;
    this.#steps = steps;
    this.#columns = columns;
    this.#context = context;
    this.#span = spanOf(steps[0]?.condition ?? ({ TextStart: 0, Width: 0 } as SyntaxNode));
    this.#referenced = referencedColumns(steps);
    this.#states = steps.map(({ name }, index) => ({
      active: newColumn(context, `${name} active`, 'bool'),
      sequence: newColumn(context, `${name} sequence`, 'long'),
      values: steps.slice(0, index + 1).map((_, step) => this.#columnsOf(step)),
    }));
  }

  /** @param taken see `#stillActive` */
  firstStep(position: PlanColumn, taken: PlanColumn | undefined): ScanMatch {
    const [step, own] = this.#at(0);
    const isActive = this.#stillActive(own, taken);
    const now = own.values.map((ofStep) =>
      ofStep.map((column) => {
        const parts = [ref(isActive), ref(column), this.#initialOf(column)];
        return this.#assign(column.type, this.#call('iff', parts, column.type), column.name);
      }),
    );
    const matches = this.#assign('bool', this.#holds(step, now));
    const begins = this.#assign('bool', this.#both(ref(matches), this.#not(isActive)));
    const assigned = this.#assigned(step, now);
    // No counter of sequences: it would be another state in each row, and none would come twice.
    const sequence = this.#choose(begins, ref(position), own.sequence);
    this.#remember(own, isActive, { matches, sequence, assigned }, now);
    return { matches, sequence, assigned };
  }

  /** @param taken see `#stillActive` */
  laterStep(
    index: number,
    taken: PlanColumn | undefined,
  ): { readonly match: ScanMatch; readonly takesOver: PlanColumn } {
    const [step, own] = this.#at(index);
    const [, before] = this.#at(index - 1);
    const isActive = this.#stillActive(own, taken);
    const fresh = this.#columnsOf(index);
    for (const column of fresh) {
      this.assignments.push({ column, expression: this.#initialOf(column) });
    }
    const promoted = [...before.values, fresh];
    const takesOver = this.#assign(
      'bool',
      this.#both(ref(before.active), this.#holds(step, promoted)),
    );
    const repeats = this.#both(this.#not(takesOver), ref(isActive), this.#holds(step, own.values));
    const matches = this.#assign('bool', this.#call('or', [ref(takesOver), repeats], 'bool'));
    const now = own.values.map((ofStep, of) =>
      ofStep.map((column, place) =>
        this.#choose(takesOver, ref(promoted[of]?.[place] ?? column), column),
      ),
    );
    const assigned = this.#assigned(step, now);
    const sequence = this.#choose(takesOver, ref(before.sequence), own.sequence);
    this.#remember(own, isActive, { matches, sequence, assigned }, now);
    return { match: { matches, sequence, assigned }, takesOver };
  }

  #at(index: number): readonly [step: ScanStep, own: StepState] {
    const [step, own] = [this.#steps[index], this.#states[index]];
    if (!step || !own) throw new Error(`scan has no step ${index}`);
    return [step, own];
  }

  /** @param taken whether a later step has taken over the state */
  #stillActive({ active }: StepState, taken: PlanColumn | undefined): PlanColumn {
    return taken ? this.#assign('bool', this.#both(ref(active), this.#not(taken))) : active;
  }

  #holds(step: ScanStep, values: readonly Values[]): PlanExpression {
    const planned = planScalar(step.condition, this.#context, this.#rowWith(values));
    const never: PlanExpression = { kind: 'literal', type: 'bool', value: false };
    return this.#call('coalesce', [converted(planned, 'bool'), never], 'bool');
  }

  #assigned(step: ScanStep, values: readonly Values[]): PlanColumn[] {
    return this.#columns.map(({ name, type, otherwise }) => {
      const node = step.assignments.get(name);
      const value = node
        ? converted(planScalar(node, this.#context, this.#rowWith(values)), type)
        : otherwise;
      return this.#assign(type, value, name);
    });
  }

  /** The state that the row leaves: the values it was held against, with its own for this step. */
  #remember(
    { active, values, sequence: column }: StepState,
    isActive: PlanColumn,
    { matches, sequence, assigned }: ScanMatch,
    now: readonly Values[],
  ): void {
    const next = this.#assign('bool', this.#call('or', [ref(matches), ref(isActive)], 'bool'));
    const initial: PlanExpression = { kind: 'literal', type: 'bool', value: false };
    this.state.push({ column: active, initial, next });
    for (const [step, ofStep] of values.entries()) {
      for (const [place, column] of ofStep.entries()) {
        const kept = now[step]?.[place] ?? column;
        const own = [...assigned, ...this.#rows.columns].find(({ name }) => name === column.name);
        const isOwn = step === values.length - 1 && own;
        const value = isOwn ? this.#choose(matches, ref(own), kept) : kept;
        this.state.push({ column, initial: this.#initialOf(column), next: value });
      }
    }
    this.state.push({ column, initial: longLiteral(0), next: sequence });
  }

  #rowWith(values: readonly Values[]) {
    const members = values.map(
      (ofStep, index) => [this.#steps[index]?.name ?? '', ofStep] as const,
    );
    return { ...rowOf(this.#rows), members: new Map(members) };
  }

  /** New columns for a step's state. */
  #columnsOf(step: number): PlanColumn[] {
    const typeOf = (name: string): ScalarType =>
      [...this.#columns, ...this.#rows.columns].find((column) => column.name === name)?.type ??
      'dynamic';
    return (this.#referenced[step] ?? []).map((name) =>
      newColumn(this.#context, name, typeOf(name)),
    );
  }

  #initialOf({ name, type }: PlanColumn): PlanExpression {
    return this.#columns.find((column) => column.name === name)?.initial ?? nullLiteral(type);
  }

  #assign(type: ScalarType, expression: PlanExpression, name = 'value'): PlanColumn {
    const column = newColumn(this.#context, name, type);
    this.assignments.push({ column, expression });
    return column;
  }

  #choose(test: PlanColumn, then: PlanExpression, otherwise: PlanColumn): PlanColumn {
    const { type, name } = otherwise;
    return this.#assign(type, this.#call('iff', [ref(test), then, ref(otherwise)], type), name);
  }

  #both(...parts: PlanExpression[]): PlanExpression {
    return this.#call('and', parts, 'bool');
  }

  #not(part: PlanColumn): PlanExpression {
    return this.#call('not', [ref(part)], 'bool');
  }

  #call(name: string, parts: readonly PlanExpression[], type: ScalarType): PlanExpression {
    return { kind: 'call', name, arguments: parts, type, span: this.#span };
  }
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
