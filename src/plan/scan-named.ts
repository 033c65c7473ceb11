import { findTable } from '../catalog/catalog.js';
import type { Catalog, Table } from '../catalog/types.js';
import {
  children,
  type Expression,
  kindOf,
  type SchemaColumn,
  type SyntaxNode,
  spanOf,
} from '../kql/syntax.js';
import { Builder } from './builder.js';
import type { PlanContext } from './context.js';
import { unionOf } from './operators/union.js';
import type { Relation } from './plan.js';
import { scanTable } from './scan.js';
import { isEmpty } from './traversal.js';

/**
 * The table that a query names. Of one that has another name by now (AADSignInEventsBeta) the rows that came
 * under the earlier name, and from where they end those of today's: exports have had both for a while.
 */
export function scanNamed(
  node: Expression,
  schema: readonly SchemaColumn[],
  context: PlanContext,
  name: string,
): Relation {
  const earlier = scanTable(node, schema, context, name);
  const table = findTable(context.catalog, name);
  const today = table && continuationOf(context.catalog, table);
  // Who names both gets each row once.
  if (!table || !today?.timeColumn || isNamed(today.name, node)) return earlier;
  const later = scanTable(node, schema, context, today.name);
  const members = [
    earlier,
    isEmpty(earlier.plan) ? later : behind(later, table, { node, context }, today.timeColumn),
  ];
  const all = unionOf(
    members.map((relation) => ({ relation, source: name })),
    {},
    context,
  );
  return { ...all, name };
}

function continuationOf(catalog: Catalog, { deprecated }: Table): Table | undefined {
  const { replacedBy, isContinued = false } = deprecated ?? {};
  return replacedBy !== undefined && isContinued ? findTable(catalog, replacedBy) : undefined;
}

/** Whether the node's query names it anywhere. */
function isNamed(name: string, node: SyntaxNode): boolean {
  let top: SyntaxNode = node;
  while (top.Parent) top = top.Parent;
  const nodes = [top];
  for (let next = nodes.pop(); next; next = nodes.pop()) {
    if (kindOf(next) === 'NameReference' && (next as Expression).SimpleName === name) return true;
    nodes.push(...children(next));
  }
  return false;
}

/** The rows after the last of the table. */
function behind(
  later: Relation,
  { name, timeColumn }: Table,
  { node, context }: { readonly node: Expression; readonly context: PlanContext },
  laterTime: string,
): Relation {
  const time = later.columns.find((column) => column.name === laterTime);
  if (!time || timeColumn === null) return later;
  const build = new Builder(context, spanOf(node));
  const moments = scanTable(node, [{ name: timeColumn, type: 'datetime' }], context, name);
  const last = build.column('last', 'datetime');
  const { plan } = build.group(
    moments,
    [],
    [{ column: last, name: 'max', arguments: moments.columns }],
  );
  const end = { kind: 'scalarSubquery', input: plan, column: last, type: 'datetime' } as const;
  const isBehind = build.call('>', [time, end], 'bool');
  return build.filter(
    later,
    build.call('or', [build.call('isnull', [end], 'bool'), isBehind], 'bool'),
  );
}
