import { isTabular } from '../../kql/syntax.js';
import { type Builder, expressionOf, same } from '../builder.js';
import { newColumn } from '../context.js';
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
  const { input, context } = call;
  const tableNode = call.argument(0, 'LookupTable');
  if (!isTabular(tableNode.ResultType)) throw call.wrong('The lookup has no table', tableNode);
  const table = context.plan.table(tableNode, context);
  const source = call.column(call.argument(1, 'SourceIPv4Key'));
  const rest = call.positional.slice(3);
  const { extra, unmatched } = restOf(call, rest);
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

  const network = build.column('network', 'string');
  const networks = build.extend(table, [
    {
      column: network,
      expression: build.call(family.network, [converted(expressionOf(key), 'string')], 'string'),
    },
  ]);
  const useNetworks = build.shared(networks);
  const useInput = build.shared(input);

  const lengths = lengthsOf(build, useNetworks(), call);
  const origin = useInput();
  const at = (columns: readonly PlanColumn[], column: PlanColumn) => {
    const found = columns[input.columns.indexOf(column)];
    if (!found) throw new Error(`no column ${column.name}`);
    return found;
  };
  const ownKeys = [source, ...pairs.map(([own]) => own)];
  const keys = build.group(
    origin,
    ownKeys.map((column) => at(origin.columns, column)),
  );
  const [address] = keys.columns;
  if (!address) throw new Error('a lookup without a key');
  const candidate = build.column('candidate', 'string');
  const unnested: Relation = {
    ...keys,
    plan: {
      kind: 'unnest',
      input: keys.plan,
      items: [
        {
          column: candidate,
          expression: build.call(
            family.networks,
            [converted(expressionOf(address), 'string'), lengths],
            'dynamic',
          ),
        },
      ],
      index: null,
      limit: null,
    },
    columns: [...keys.columns, candidate],
  };
  const right = useNetworks();
  const rightNetwork = right.columns.at(-1);
  if (!rightNetwork) throw new Error('a lookup table without networks');
  const fromTable = (column: PlanColumn) => {
    const found = right.columns[table.columns.indexOf(column)];
    if (!found) throw new Error(`no column ${column.name}`);
    return found;
  };
  const found = build.join(
    'inner',
    unnested,
    right,
    [
      [candidate, rightNetwork],
      ...pairs.map(([, other], index): [PlanColumn, PlanColumn] => [
        keys.columns[index + 1] ?? address,
        fromTable(other),
      ]),
    ],
    table.columns.map(fromTable),
  );

  const left = useInput();
  const shownTable = table.columns.filter((column) => !pairs.some(([, other]) => other === column));
  const joined = build.join(
    unmatched ? 'left' : 'inner',
    left,
    found,
    ownKeys.map((column, index): [PlanColumn, PlanColumn] => [
      at(left.columns, column),
      keys.columns[index] ?? address,
    ]),
    shownTable.map(fromTable),
  );
  return named(call, build, joined, left.columns, shownTable.map(fromTable), family);
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
function lengthsOf(build: Builder, networks: Relation, call: PluginCall): PlanExpression {
  const network = networks.columns.at(-1);
  const list = newColumn(call.context, 'lengths', 'dynamic');
  if (!network) throw new Error('a lookup table without networks');
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
