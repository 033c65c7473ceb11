import { builtinCatalog, findTable } from '../../catalog/catalog.js';
import { actorColumnsIn } from '../windows/actor.js';
import type { Expression } from '../windows/expression.js';
import { perhaps } from './expression.js';
import { slotOf } from './paths.js';
import type { DocumentRule, DocumentSource, ProcessMembers } from './rule.js';

/** What a rule has under a name, and the paths that are told in full where that has a value. */
interface Named {
  readonly name: string;
  readonly read: Expression['read'];
  /** Slots. */
  readonly tells: readonly number[];
}

/** A rule, prepared for many documents; paths are slots. */
export interface RulePlan {
  readonly rule: DocumentRule;
  /** The columns of the rule's table. */
  readonly own: ReadonlySet<string>;
  /** Of the rule's columns those that the table has. */
  readonly columns: readonly Named[];
  readonly additional: readonly Named[];
  /** The columns that have what a document says of the acting process. */
  readonly actor: readonly Named[];
  /** Told by every row. */
  readonly always: readonly number[];
  /** Told by every row that has a device. */
  readonly ofDevice: readonly number[];
  /** Told only where the row has their values. */
  readonly perhaps: readonly number[];
  /** Paths of the lists of which each element makes a row. */
  readonly each: readonly (readonly string[])[];
}

const actorColumn: Readonly<Record<keyof ProcessMembers, string>> = {
  guid: 'InitiatingProcessUniqueId',
  pid: 'InitiatingProcessId',
  image: 'InitiatingProcessFolderPath',
  commandLine: 'InitiatingProcessCommandLine',
  user: 'InitiatingProcessAccountName',
  sid: 'InitiatingProcessAccountSid',
  logonId: 'InitiatingProcessLogonId',
};

type Entry = readonly [name: string, expression: Expression];

const plans = new WeakMap<DocumentRule, RulePlan>();

/** The plan of a rule, made once for all streams. */
export function planOf(source: DocumentSource, rule: DocumentRule): RulePlan {
  let plan = plans.get(rule);
  if (plan === undefined) {
    plan = newPlan(source, rule);
    plans.set(rule, plan);
  }
  return plan;
}

function newPlan(source: DocumentSource, rule: DocumentRule): RulePlan {
  const { table, actionType, each = [] } = rule;
  const own = columnsOf(table);
  const columns = Object.entries(rule.columns);
  const additional = Object.entries(rule.additional ?? {});
  const actor = Object.entries((rule.actor ?? {}) as Record<keyof ProcessMembers, Expression>).map(
    ([name, expression]): Entry => [actorColumn[name as keyof ProcessMembers], expression],
  );
  const always = [...source.told, ...(typeof actionType === 'object' ? actionType.fields : [])];
  const named = [...columns, ...actor, ...additional].flatMap(([, { fields }]) => fields);
  const isOwn = ([name]: Entry) => own.has(name);
  return {
    rule,
    own,
    columns: columns.filter(isOwn).map(namedOf),
    additional: additional.map(namedOf),
    actor: actor.filter(isOwn).map(namedOf),
    always: sureSlots(always),
    ofDevice: own.has('DeviceName') ? sureSlots(source.toldOfDevice ?? []) : [],
    perhaps: perhapsSlots([...always, ...named]),
    each: [each].flat().map((path) => path.split('.')),
  };
}

function namedOf([name, { read, fields }]: Entry): Named {
  return { name, read, tells: sureSlots(fields) };
}

function sureSlots(paths: readonly string[]): readonly number[] {
  return paths.filter((path) => !path.startsWith(perhaps)).map(slotOf);
}

function perhapsSlots(paths: readonly string[]): readonly number[] {
  const open = paths.filter((path) => path.startsWith(perhaps));
  return [...new Set(open.map((path) => slotOf(path.slice(perhaps.length))))];
}

function columnsOf(table: string): ReadonlySet<string> {
  const known = findTable(builtinCatalog, table);
  return new Set([...(known?.columns ?? []).map(({ name }) => name), ...actorColumnsIn(table)]);
}
