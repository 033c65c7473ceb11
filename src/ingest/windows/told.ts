import {
  type Expression,
  expressionOf,
  fieldsTold,
  type RuleScope,
  textFrom,
} from './expression.js';
import type { Rule } from './rule.js';
import { integer } from './values.js';

/** Told by other columns of every row. */
const alwaysTold = ['utctime'];

/** Which fields of an event its row has already. */
export class Told {
  readonly #always: ReadonlySet<string>;
  /** What may tell a field that is not told of every event. */
  readonly #perhaps = new Map<string, Expression[]>();

  constructor(expressions: readonly Expression[], others: readonly string[]) {
    const sure = expressions.filter(({ toldOf }) => toldOf === undefined);
    this.#always = new Set([...others, ...sure.flatMap(({ fields }) => fields)]);
    for (const expression of expressions) {
      for (const name of expression.fields) {
        if (!this.#always.has(name)) {
          this.#perhaps.set(name, [...(this.#perhaps.get(name) ?? []), expression]);
        }
      }
    }
  }

  /**
   * Whether the row has all that the field says.
   * @param name in lower case
   */
  has(name: string, value: string, scope: RuleScope): boolean {
    if (this.#always.has(name)) {
      return true;
    }
    const all = this.#perhaps.get(name);
    return (
      all !== undefined &&
      (nothing.test(value) || all.some((expression) => tells(expression, name, value, scope)))
    );
  }
}

/** Of no account and of no logon. */
const nothing = /^(?:S-1-0-0|NULL SID|0x0+)$/i;

function tells(expression: Expression, name: string, value: string, scope: RuleScope): boolean {
  const told = fieldsTold(expression, scope);
  const isSame = (other: string | undefined) => other !== undefined && saysSame(other, value);
  return (
    told.includes(name) ||
    told.some((field) => isSame(scope.event.data.get(field))) ||
    isSame(textFrom(expression.read(scope)))
  );
}

function saysSame(one: string, other: string): boolean {
  if (one.toLowerCase() === other.toLowerCase()) {
    return true;
  }
  const number = textFrom(integer(one));
  return number !== undefined && number === textFrom(integer(other));
}

const toldByRule = new WeakMap<Rule, Told>();

export function toldBy(rule: Rule): Told {
  let told = toldByRule.get(rule);
  if (told === undefined) {
    told = new Told(expressionsOf(rule), [...alwaysTold, ...(rule.condition?.fields ?? [])]);
    toldByRule.set(rule, told);
  }
  return told;
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
