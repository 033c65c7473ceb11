import { actorColumnsIn, type ProcessReader, processReader } from './actor.js';
import type { Expression } from './expression.js';
import type { Rule } from './rule.js';
import { Told } from './told.js';

/** A rule, made ready for many events. */
export interface Plan {
  readonly rule: Rule;
  readonly actor: ProcessReader | undefined;
  readonly target: ProcessReader | undefined;
  /** Those for the acting process that the table has. */
  readonly actorColumns: readonly string[];
  readonly own: readonly NamedExpression[];
  readonly additional: readonly NamedExpression[];
  readonly told: Told;
  readonly isOfDevice: boolean;
  readonly hasAdditional: boolean;
}

interface NamedExpression {
  readonly name: string;
  readonly read: Expression['read'];
}

/** Tables that have no column for what has none. */
const withoutAdditional: ReadonlySet<string> = new Set<Rule['table']>([
  'DeviceImageLoadEvents',
  'DeviceRegistryEvents',
]);

const plans = new WeakMap<Rule, Plan>();

export function planOf(rule: Rule): Plan {
  let plan = plans.get(rule);
  if (plan === undefined) {
    plan = planned(rule);
    plans.set(rule, plan);
  }
  return plan;
}

function planned(rule: Rule): Plan {
  const { table, actor, target, columns, additional = {} } = rule;
  return {
    rule,
    actor: actor && processReader(actor),
    target: target && processReader(target),
    actorColumns: actor ? actorColumnsIn(table) : [],
    own: named(columns),
    additional: named(additional),
    told: new Told(rule),
    isOfDevice: table.startsWith('Device'),
    hasAdditional: !withoutAdditional.has(table),
  };
}

function named(expressions: Readonly<Record<string, Expression>>): readonly NamedExpression[] {
  return Object.entries(expressions).map(([name, { read }]) => ({ name, read }));
}
