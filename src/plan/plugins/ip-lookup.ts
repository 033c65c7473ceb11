import { isTabular } from '../../kql/syntax.js';
import { type Builder, expressionOf, same } from '../builder.js';
import type { PlanColumn, PlanExpression, Relation } from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import { converted } from '../scan.js';

/** One family of addresses. */
interface Family {
  /** The network of a text with its length, `network/length`; '' of what is none. */
  readonly network: string;
  /** The networks of an address for each length of an array. */
  readonly networks: string;
  /** The lookup table's columns come before the source's. */
  readonly lookupFirst: boolean;
}

/** `evaluate ipv4_lookup(Table, SourceKey, LookupKey, ExtraKey, …, return_unmatched)` */
export const ipv4Lookup: Plugin = {
  doc: 'ipv4-lookup-plugin',
  trap: 'a source that is itself a network matches the networks that hold all of it',
  plan: (call) =>
    lookup(call, { network: 'ipv4_network', networks: 'ipv4_networks', lookupFirst: false }),
};

/** `evaluate ipv6_lookup(Table, SourceKey, LookupKey, return_unmatched)` */
export const ipv6Lookup: Plugin = {
  doc: 'ipv6-lookup-plugin',
  trap: 'the columns of the lookup table come first',
  plan: (call) =>
    lookup(call, { network: 'ipv6_network', networks: 'ipv6_networks', lookupFirst: true }),
};

/**
 * The distinct keys of the source are looked up by each length that a network of the table has: an
 * equality that the engine can hash, where a comparison with every network would be a cross join.
 */
function lookup(call: PluginCall, family: Family): Relation {
  const build = call.builder;
  const { input } = call;
  const { table, source, key, pairs, unmatched } = argumentsOf(call);

  const network = build.column('network', 'string');
  const networks = build.extend(table, [
    {
      column: network,
      expression: build.call(family.network, [converted(expressionOf(key), 'string')], 'string'),
    },
  ]);
  const useNetworks = build.shared(networks);
  const useInput = build.shared(input);

  const measured = useNetworks();
  const lengths = lengthsOf(call, measured, placeIn(measured, networks)(network));
  const origin = useInput();
  const ownKeys = [source, ...pairs.map(([own]) => own)];
  const keys = build.group(origin, ownKeys.map(placeIn(origin, input)));
  const [address, ...paired] = keys.columns;
  if (!address) throw new Error('a lookup without a key');
  const candidate = build.column('candidate', 'string');
  const candidates = withNetworks(build, keys, { address, lengths, candidate }, family);
  const right = useNetworks();
  const inTable = placeIn(right, networks);
  const found = build.join(
    'inner',
    candidates,
    right,
    [
      [candidate, inTable(network)],
      ...pairs.map(([, other], index): [PlanColumn, PlanColumn] => [
        paired[index] ?? address,
        inTable(other),
      ]),
    ],
    table.columns.map(inTable),
  );

  const left = useInput();
  const inLeft = placeIn(left, input);
  const shown = table.columns
    .filter((column) => !pairs.some(([, other]) => other === column))
    .map(inTable);
  const joined = build.join(
    unmatched ? 'left' : 'inner',
    left,
    found,
    ownKeys.map((column, index): [PlanColumn, PlanColumn] => [
      inLeft(column),
      keys.columns[index] ?? address,
    ]),
    shown,
  );
  return named(call, build, joined, left.columns, shown, family);
}

/** Where the columns of a shared relation are in one use of it. */
function placeIn(use: Relation, shared: Relation): (column: PlanColumn) => PlanColumn {
  return (column) => {
    const found = use.columns[shared.columns.indexOf(column)];
    if (!found) throw new Error(`no column ${column.name}`);
    return found;
  };
}

/** What is looked up in which table, by which columns. */
function argumentsOf(call: PluginCall) {
  const { input, context } = call;
  const tableNode = call.argument(0, 'LookupTable');
  if (!isTabular(tableNode.ResultType)) throw call.wrong('The lookup has no table', tableNode);
  const table = context.plan.table(tableNode, context);
  const source = call.column(call.argument(1, 'SourceIPv4Key'));
  const { extra, unmatched } = restOf(call, call.positional.slice(3));
  const keyName = call.argument(2, 'IPv4LookupKey').SimpleName ?? '';
  const key = table.columns.find(({ name }) => name === keyName);
  if (!key) throw call.wrong(`The lookup table has no column '${keyName}'`, call.argument(2));
  const pairs = extra.map((name) => {
    const [own, other] = [input, table].map(({ columns }) =>
      columns.find((column) => column.name === name),
    );
    if (!own || !other) throw call.wrong(`Both tables need a column '${name}'`);
    return [own, other] as const;
  });
  return { table, source, key, pairs, unmatched };
}

/** A row for each network that an address may be in. */
function withNetworks(
  build: Builder,
  keys: Relation,
  of: {
    readonly address: PlanColumn;
    readonly lengths: PlanExpression;
    readonly candidate: PlanColumn;
  },
  { networks }: Family,
): Relation {
  const { address, lengths, candidate } = of;
  const parts = [converted(expressionOf(address), 'string'), lengths];
  const items = [{ column: candidate, expression: build.call(networks, parts, 'dynamic') }];
  return {
    ...keys,
    plan: { kind: 'unnest', input: keys.plan, items, index: null, limit: null },
    columns: [...keys.columns, candidate],
  };
}

/** Names of columns that both tables have, and whether rows without a match stay. */
function restOf(call: PluginCall, rest: readonly PluginCall['parts'][number][]) {
  const extra: string[] = [];
  const flag = call.optional(-1, 'return_unmatched');
  let unmatched = flag !== undefined && call.constant(flag) === true;
  for (const part of rest) {
    const value = call.scalar(part);
    if (value.kind === 'column') extra.push(value.column.name);
    else unmatched = call.constant(part) === true;
  }
  return { extra, unmatched };
}

/** The lengths of the table's networks, as one array. */
function lengthsOf(call: PluginCall, networks: Relation, network: PlanColumn): PlanExpression {
  const build = call.builder;
  const list = build.column('lengths', 'dynamic');
  const length = build.call('network_length', [network], 'long');
  const grouped = build.group(
    networks,
    [],
    [{ column: list, name: 'make_set', arguments: [length] }],
  );
  return { kind: 'scalarSubquery', input: grouped.plan, column: list, type: 'dynamic' };
}

/** The result under the binder's names, which clash in neither table. */
function named(
  call: PluginCall,
  build: Builder,
  joined: Relation,
  source: readonly PlanColumn[],
  table: readonly PlanColumn[],
  { lookupFirst }: Family,
): Relation {
  const names = call.schema.map(({ name }) => name);
  const columns = [...source, ...table].map((column, index) => {
    const name = names[index] ?? column.name;
    return name === column.name
      ? same(column)
      : { column: build.column(name, column.type), expression: expressionOf(column) };
  });
  const own = columns.slice(0, source.length);
  const found = columns.slice(source.length);
  return build.project(joined, lookupFirst ? [...found, ...own] : columns);
}
