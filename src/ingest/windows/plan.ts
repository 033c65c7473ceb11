import { actorColumnsIn, type Columns, type ProcessReader, processReader } from './actor.js';
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
  /** All that the rule fills, without values. */
  readonly columns: Columns;
}

interface NamedExpression {
  readonly name: string;
  readonly read: Expression['read'];
}

/** Tables that have no column for what has none. */
const withoutAdditional: ReadonlySet<string> = new Set<Rule['table']>([
  ...(['DeviceImageLoadEvents', 'DeviceRegistryEvents'] as const),
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
  const actorColumns = actor ? actorColumnsIn(table) : [];
  const isOfDevice = table.startsWith('Device');
  const hasAdditional = !withoutAdditional.has(table);
  const names = [
    ...['Timestamp', 'ReportId', 'ActionType'],
    ...(isOfDevice ? ['DeviceId', 'DeviceName'] : []),
    ...actorColumns,
    ...Object.keys(columns),
    ...(hasAdditional ? ['AdditionalFields'] : []),
  ];
  return {
    rule,
    actor: actor && processReader(actor),
    target: target && processReader(target),
    actorColumns,
    own: named(columns),
    additional: named(additional),
    told: new Told(rule),
    isOfDevice,
    hasAdditional,
    columns: Object.fromEntries(names.map((name) => [name, undefined])),
  };
}

function named(expressions: Readonly<Record<string, Expression>>): readonly NamedExpression[] {
  return Object.entries(expressions).map(([name, { read }]) => ({ name, read }));
}
