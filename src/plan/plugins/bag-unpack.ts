import type { ScalarType } from '../../catalog/types.js';
import type { SchemaColumn } from '../../kql/syntax.js';
import { spanOf } from '../../kql/syntax.js';
import { carried, distinctAssignments } from '../assignments.js';
import { newColumn } from '../context.js';
import {
  columnReference,
  longLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import { converted } from '../scan.js';

/** Bags with more slots than these make no table that anyone reads. */
const mostColumns = 500;

interface Options {
  readonly bag: PlanColumn;
  readonly prefix: string;
  readonly conflict: 'error' | 'replace_source' | 'keep_source';
  readonly ignored: ReadonlySet<string>;
}

/** `T | evaluate bag_unpack(Bag, "prefix", columnsConflict="keep_source") : (Name: type, …)` */
export const bagUnpack: Plugin = {
  doc: 'bag-unpack-plugin',
  trap: 'without declared columns the data are read twice: once for the names and types',
  plan: (call) => {
    const options = optionsOf(call);
    call.ensureSchema(
      () => slots(call, options),
      (answers) => schemaOf(call, options, answers),
      'string',
    );
    const slotNames = call.answers && slotTypes(call.answers).keys();
    return unpacked(call, options, slotNames && new Set(slotNames));
  },
};

function optionsOf(call: PluginCall): Options {
  const text = (node: ReturnType<PluginCall['optional']>) =>
    node ? String(call.constant(node) ?? '') : undefined;
  const conflict = text(call.optional(2, 'columnsConflict')) ?? 'error';
  if (conflict !== 'error' && conflict !== 'replace_source' && conflict !== 'keep_source') {
    throw call.wrong(`'${conflict}' is no value of columnsConflict`);
  }
  const bag = call.column(call.argument(0));
  if (bag.type !== 'dynamic')
    throw call.wrong(`bag_unpack takes a dynamic column, and '${bag.name}' is ${bag.type}`);
  const ignored: unknown = JSON.parse(text(call.optional(3, 'ignoredProperties')) || '[]');
  return {
    bag,
    prefix: text(call.optional(1, 'OutputColumnPrefix')) ?? '',
    conflict,
    ignored: new Set(Array.isArray(ignored) ? ignored.map(String) : []),
  };
}

/** One row for each slot and each type that its values have. */
function slots(call: PluginCall, { bag }: Options): Relation {
  const slot = newColumn(call.context, 'slot', 'dynamic');
  const expression: PlanExpression = {
    kind: 'call',
    name: 'bag_slots',
    arguments: [columnReference(bag)],
    type: 'dynamic',
    span: spanOf(call.call),
  };
  return {
    plan: {
      kind: 'limit',
      input: {
        kind: 'aggregate',
        input: {
          kind: 'unnest',
          input: call.input.plan,
          items: [{ column: slot, expression }],
          index: null,
          limit: null,
        },
        keys: [{ column: slot, expression: columnReference(slot) }],
        aggregates: [],
      },
      count: longLiteral(8 * mostColumns),
      by: [],
    },
    columns: [slot],
    order: [],
    ingestionTime: null,
  };
}

/** The type of each slot: that of all its values, or dynamic where they differ. */
function slotTypes(answers: readonly Record<string, unknown>[]): Map<string, ScalarType> {
  const types = new Map<string, ScalarType>();
  for (const { slot } of answers) {
    const [name, type] = Array.isArray(slot) ? slot : [];
    if (typeof name !== 'string') continue;
    const known = types.get(name);
    types.set(name, known === undefined || known === type ? (type as ScalarType) : 'dynamic');
  }
  return types;
}

/** The source's columns without the bag, then the slots by name. */
function schemaOf(
  call: PluginCall,
  { bag, prefix, conflict, ignored }: Options,
  answers: readonly Record<string, unknown>[],
): SchemaColumn[] {
  const source = call.input.columns.filter((column) => column !== bag);
  const sourceNames = new Set(source.map(({ name }) => name));
  const found = [...slotTypes(answers)]
    .filter(([name]) => !ignored.has(name) && prefix + name !== '')
    .map(([name, type]) => ({ name: prefix + name, type }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (found.length > mostColumns) {
    throw call.wrong(
      `bag_unpack found more than ${mostColumns} columns; declare those that you need`,
    );
  }
  const clash = found.find(({ name }) => sourceNames.has(name));
  if (clash && conflict === 'error') {
    throw call.wrong(`bag_unpack: the table already has a column named '${clash.name}'`);
  }
  const types = new Map(found.map(({ name, type }) => [name, type]));
  return [
    ...source.map(({ name, type }) => ({
      name,
      type: conflict === 'replace_source' ? (types.get(name) ?? type) : type,
    })),
    ...found.filter(({ name }) => !sourceNames.has(name)),
  ];
}

function unpacked(
  call: PluginCall,
  { bag, prefix, conflict, ignored }: Options,
  known: ReadonlySet<string> | undefined,
): Relation {
  const { context, input } = call;
  const columns = call.schema.map(({ name, type }): PlanAssignment => {
    const source = input.columns.find((column) => column !== bag && column.name === name);
    const slot = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    const isSlot = slot !== undefined && !ignored.has(slot) && (known?.has(slot) ?? true);
    if (source && !(isSlot && conflict === 'replace_source')) {
      const value = converted(columnReference(source), type);
      return {
        column: source.type === type ? source : newColumn(context, name, type),
        expression: value,
      };
    }
    const value: PlanExpression = {
      kind: 'call',
      name: 'access',
      arguments: [columnReference(bag), stringLiteral(isSlot ? slot : '')],
      type: 'dynamic',
      span: spanOf(call.call),
    };
    return { column: newColumn(context, name, type), expression: converted(value, type) };
  });
  return {
    ...input,
    plan: {
      kind: 'project',
      input: input.plan,
      columns: distinctAssignments([...columns, ...carried(input, context)]),
    },
    columns: columns.map(({ column }) => column),
  };
}
