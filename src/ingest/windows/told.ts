import { lowerCase } from './event.js';
import {
  type Expression,
  expressionOf,
  fieldsTold,
  type RuleScope,
  textFrom,
} from './expression.js';
import type { Rule } from './rule.js';
import { integer, present } from './values.js';

/** Told by other columns of every row. */
const alwaysTold = ['utctime'];

/** A field that may have something to say beyond its event's row. */
interface OpenField {
  readonly slot: number;
  readonly name: string;
  /** In lower case. */
  readonly key: string;
  /** What may tell it, of some events. */
  readonly by: readonly Expression[];
}

/** Which fields of an event its row has already. */
export class Told {
  readonly #always: ReadonlySet<string>;
  readonly #perhaps = new Map<string, Expression[]>();
  /** Names among the additional fields that the rule has a value for itself. */
  readonly #taken: ReadonlySet<string>;
  /** By the names of an event. */
  readonly #open = new WeakMap<readonly string[], readonly OpenField[]>();

  constructor(rule: Rule) {
    const expressions = expressionsOf(rule);
    const sure = expressions.filter(({ toldOf }) => toldOf === undefined);
    this.#always = new Set([
      ...alwaysTold,
      ...(rule.condition?.fields ?? []),
      ...sure.flatMap(({ fields }) => fields),
    ]);
    this.#taken = new Set(Object.keys(rule.additional ?? {}));
    for (const expression of expressions) {
      for (const name of expression.fields) {
        const others = this.#perhaps.get(name) ?? [];
        this.#perhaps.set(name, [...others, expression]);
      }
    }
  }

  /** The fields of an event that say something beyond its row, and what they say. */
  untold(scope: RuleScope): [name: string, value: string][] {
    const { names, values } = scope.event.data;
    const untold: [string, string][] = [];
    for (const { slot, name, key, by } of this.#openOf(names)) {
      const value = present(values[slot]);
      if (value !== undefined && (by.length === 0 || !isToldBy(by, key, value, scope))) {
        untold.push([name, value]);
      }
    }
    return untold;
  }

  #openOf(names: readonly string[]): readonly OpenField[] {
    let open = this.#open.get(names);
    if (open === undefined) {
      open = names
        .map((name, slot) => ({ slot, name, key: lowerCase(name) }))
        .filter(({ name, key }) => !this.#always.has(key) && !this.#taken.has(name))
        .map((each) => ({ ...each, by: this.#perhaps.get(each.key) ?? [] }));
      this.#open.set(names, open);
    }
    return open;
  }
}

/** Of no account and of no logon. */
const nothing = /^(?:S-1-0-0|NULL SID|0x0+)$/i;

function isToldBy(
  all: readonly Expression[],
  key: string,
  value: string,
  scope: RuleScope,
): boolean {
  return nothing.test(value) || all.some((expression) => tells(expression, key, value, scope));
}

function tells(expression: Expression, key: string, value: string, scope: RuleScope): boolean {
  const told = fieldsTold(expression, scope);
  return (
    told.includes(key) ||
    told.some((field) => saysSame(scope.event.data.get(field), value)) ||
    saysSame(textFrom(expression.read(scope)), value)
  );
}

function saysSame(one: string | undefined, other: string): boolean {
  if (one === undefined || one.toLowerCase() === other.toLowerCase()) {
    return one !== undefined;
  }
  const number = textFrom(integer(one));
  return number !== undefined && number === textFrom(integer(other));
}

function expressionsOf(rule: Rule): readonly Expression[] {
  const { actionType, columns, additional = {}, actor = {} } = rule;
  // There is no column for its GUID.
  const { guid: _, ...target } = rule.target ?? {};
  const ofProcesses = [...Object.values(actor), ...Object.values(target)];
  return [
    ...ofProcesses.flatMap((value) => (typeof value === 'symbol' ? [] : expressionOf(value))),
    ...Object.values(columns),
    ...Object.values(additional),
    ...(typeof actionType === 'string' ? [] : [actionType]),
  ];
}
