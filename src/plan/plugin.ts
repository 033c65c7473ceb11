import type { ScalarType } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SchemaColumn,
  type SyntaxNode,
  spanOf,
} from '../kql/syntax.js';
import { Builder } from './builder.js';
import { noRow, type PlanContext, type Row, rowOf, unsupported } from './context.js';
import { knownValue } from './known-value.js';
import type { PlanColumn, PlanExpression, Relation } from './plan.js';
import { planScalar } from './scalar.js';
import { SchemaNeeded } from './schema-probe.js';

/** One plugin of `evaluate`: how it is planned, or why it is not there. */
export type Plugin = {
  /** The page of Microsoft's KQL reference. */
  readonly doc: string;
  /** What differs from Kusto and is easily overlooked. */
  readonly trap?: string;
} & ({ readonly plan: (call: PluginCall) => Relation } | { readonly refused: string });

/** A plugin's call, with its arguments by place or by name. */
export class PluginCall {
  readonly node: Expression;
  readonly input: Relation;
  readonly context: PlanContext;
  /** The call's expression: name and arguments. */
  readonly call: Expression;
  readonly name: string;
  /** The arguments as they stand. */
  readonly parts: readonly Expression[];
  readonly #positional: Expression[] = [];
  readonly #named = new Map<string, Expression>();
  /** Of what the data have said of its columns. */
  #key: string;

  constructor(node: Expression, input: Relation, context: PlanContext) {
    this.node = node;
    this.input = input;
    this.context = context;
    this.call = member(node, 'FunctionCall');
    this.name = member(this.call, 'Name').SimpleName ?? '';
    this.#key = `${this.name} ${context.placeOf(this.call)}`;
    this.parts = elements(member<SyntaxNode>(this.call, 'ArgumentList'), 'Expressions');
    for (const part of this.parts) {
      if (kindOf(part) === 'SimpleNamedExpression') {
        this.#named.set(
          (member(part, 'Name').SimpleName ?? '').toLowerCase(),
          member(part, 'Expression'),
        );
      } else this.#positional.push(part);
    }
  }

  get builder(): Builder {
    return new Builder(this.context, spanOf(this.call));
  }

  get row(): Row {
    return rowOf(this.input);
  }

  get positional(): readonly Expression[] {
    return this.#positional;
  }

  /** The result's columns as the binder knows them. */
  get schema(): SchemaColumn[] {
    return columnsOf(this.node.ResultType);
  }

  /** The columns are declared behind the call: by the query, or by us once the data have told them. */
  get isDeclared(): boolean {
    return optionalMember(this.node, 'Schema') !== undefined;
  }

  /** The argument at a place or of that name, or undefined. */
  optional(place: number, name?: string): Expression | undefined {
    return (name && this.#named.get(name.toLowerCase())) || this.#positional[place];
  }

  argument(place: number, name?: string): Expression {
    const found = this.optional(place, name);
    if (found) return found;
    throw this.wrong(`The plugin '${this.name}' misses its argument ${place + 1}`);
  }

  scalar(node: Expression): PlanExpression {
    return planScalar(node, this.context, this.row);
  }

  /** An argument that has to be a column of the input. */
  column(node: Expression): PlanColumn {
    const value = this.scalar(node);
    if (value.kind === 'column') return value.column;
    throw this.wrong(`An argument of the plugin '${this.name}' has to be a column`, node);
  }

  /** An argument that has to be known when the query is compiled. */
  constant(node: Expression): string | number | bigint | boolean | null {
    const value = knownValue(planScalar(node, this.context, noRow), this.context.evaluate);
    if (value.kind === 'literal') return value.value;
    throw unsupported(node, `a computed argument of ${this.name}`, 'it has to be constant');
  }

  wrong(message: string, node: SyntaxNode = this.call): HuntError {
    return new HuntError('kql.semantic', { message }, { span: spanOf(node) });
  }

  /** What the probe for this call's columns has answered, or undefined. */
  get answers(): readonly Record<string, unknown>[] | undefined {
    return this.context.probes.get(this.#key);
  }

  /**
   * Has the columns found out from the data, unless the query declares them: `probe` gives rows, of which
   * `columns` makes the result's columns. Where it gives none, columns that the query names are of type
   * `unnamed`.
   */
  ensureSchema(
    probe: () => Relation,
    columns: (answers: readonly Record<string, unknown>[]) => readonly SchemaColumn[],
    unnamed: ScalarType,
  ): void {
    const calls = this.#callsOfPlace();
    if (this.isDeclared) {
      // By the query itself, or by us for the first call of the function.
      if (!this.answers) return;
      if (calls.count > 1) this.#key += ` ${calls.count}`;
    }
    const { answers } = this;
    const own = answers && columns(answers);
    if (this.isDeclared && own) {
      const isSame = JSON.stringify(own) === JSON.stringify(this.schema);
      if (calls.count === 1 || answers.length === 0 || isSame) {
        calls.areNamed ||= answers.length > 0;
        return;
      }
      if (calls.areNamed) {
        throw unsupported(
          this.call,
          `${this.name} in a function whose calls have different columns`,
          'declare them behind it: (Name: type, …)',
        );
      }
    }
    throw new SchemaNeeded({
      key: this.#key,
      call: this.call,
      probe: probe(),
      columns: own,
      unnamed: answers?.length === 0 ? unnamed : undefined,
    });
  }

  /** The text of a function has one schema for all of its calls. */
  #callsOfPlace(): Calls {
    const ofRun = planned.get(this.context.counter) ?? new Map<string, Calls>();
    planned.set(this.context.counter, ofRun);
    const calls = ofRun.get(this.#key) ?? { count: 0, areNamed: false };
    ofRun.set(this.#key, calls);
    calls.count++;
    return calls;
  }
}

/** Calls of one place in the text. */
interface Calls {
  count: number;
  /** One of them had rows that name columns. */
  areNamed: boolean;
}

/** Calls whose columns come from the data, by the planning run and their places. */
const planned = new WeakMap<object, Map<string, Calls>>();
