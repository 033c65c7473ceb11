import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import type { Operand, ReadForm } from './operand.js';
import type { Sql } from './sql.js';

/** Where a function is called. */
export interface CallSite {
  /** The KQL type of the result, by the binder. */
  readonly type: ScalarType;
  readonly span: TextSpan;
  /** In the condition of a filter: there a null is as good as false. */
  readonly filter: boolean;
  /** A number of this place in the SQL: the engine evaluates calls that are written alike once. */
  readonly place: number;
}

/** The SQL of a call. `nullable` overrules the entry's where this call is known better. */
export interface Emitted extends Sql {
  readonly nullable?: boolean;
}

/** One scalar function or operator. Exactly one of `emit` and `emitCall` is there. */
export interface ScalarFunction {
  /** The page of Microsoft's KQL reference. */
  readonly doc: string;
  /** What differs between the two languages and is easily got wrong. */
  readonly trap?: string;
  /**
   * Whether the result can be null: as its arguments (the default), always, or never.
   * A string or dynamic result is never null whatever it says.
   */
  readonly nullable?: 'arguments' | 'always' | 'never';
  /** The SQL of a call; its ClickHouse type has to be that of the KQL result type. */
  readonly emit?: (...parts: Operand[]) => Emitted;
  readonly emitCall?: (call: CallSite, ...parts: Operand[]) => Emitted;
  /**
   * The value in another form in one step, where that saves work over `emit` and a conversion: as
   * another KQL type, or ('json') as a JSON text in which a path finds what it finds in the value.
   */
  readonly read?: (form: ReadForm, ...parts: Operand[]) => Sql | undefined;
  /** It looks up, in its first argument, what the others lead to: lookups in its result go on from there. */
  readonly isPath?: true;
  /** The text at an index or a key of its result, where all that is there are texts, without the result itself. */
  readonly textAt?: (key: Operand, ...parts: Operand[]) => Sql | undefined;
  /** It is the lower case of its argument: what ignores case may as well look at that, which has an index. */
  readonly isLowerCase?: true;
  /**
   * Arguments, by place, whose values decide how the SQL is written. Where one is computed, the engine is
   * asked for its value first; one that differs from row to row comes as it is.
   */
  readonly constants?: readonly number[];
  /** Worth a SELECT of its own, so that it is computed once however often its value is read. */
  readonly costly?: true;
  /** KQL expressions and the text of their values: tests, documentation, and the portal's hover. */
  readonly examples?: readonly (readonly [kql: string, value: string])[];
}

/** One aggregate function. */
export interface AggregateFunction {
  readonly doc: string;
  readonly trap?: string;
  /**
   * Whether the result can be null: `always` (the default) over no rows or only nulls; `arguments`
   * where its arguments can, or there may be no rows; never. A text result is never null.
   */
  readonly nullable?: 'always' | 'arguments' | 'never';
  readonly emit: (call: AggregateCall, ...parts: Operand[]) => Sql;
  /** Calls that one state answers together, such as `arg_max(x, a, b)`: the state, and each result read from it. */
  readonly joint?: (
    call: AggregateCall,
    ...calls: (readonly Operand[])[]
  ) => { readonly state: Sql; readonly results: (state: Sql) => readonly Sql[] };
  readonly examples?: readonly (readonly [kql: string, value: string])[];
}

export interface AggregateCall {
  readonly type: ScalarType;
  readonly span: TextSpan;
  /** Where the rows have an order: a column that numbers them. */
  readonly position: Sql | null;
  /** There are group keys, so each group has a row. */
  readonly keyed: boolean;
}

/** One function over the neighbouring rows of a serialized table; `over` is the window. */
export interface WindowFunctionEntry {
  readonly doc: string;
  readonly trap?: string;
  readonly nullable: boolean;
  readonly emit: (over: WindowParts, ...parts: Operand[]) => Sql;
}

export interface WindowParts {
  /** `PARTITION BY …` or nothing. */
  readonly partition: Sql;
  /** `ORDER BY …` or nothing: rows in the order in which they come. */
  readonly order: Sql;
}
