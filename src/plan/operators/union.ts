import { columnsSeen, findLegacyTable } from '../../catalog/catalog.js';
import type { Table } from '../../catalog/types.js';
import { HuntError } from '../../errors.js';
import { ownMember } from '../../kql/databases.js';
import {
  type Expression,
  elements,
  kindOf,
  member,
  type SyntaxNode,
  spanOf,
  textOf,
} from '../../kql/syntax.js';
import { isView, matcher } from '../../kql/views.js';
import { newColumn, type PlanContext } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  nullLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { ingestionColumn, scanTable } from '../scan.js';
import { isEmpty } from '../traversal.js';
import { planBody } from '../user-functions.js';

/** `union [kind=inner] [withsource=Name] [isfuzzy=true] T1, (T2 | …), T*`, piped or leading. */
export const union: OperatorPlanner = (node, input, context) => {
  const isFuzzy = parameterText(node, 'isfuzzy') === 'true';
  const members = elements(node, 'Expressions')
    .filter((part) => !(isFuzzy && isUnknown(part, context)))
    .flatMap((part, index) => unionMembers(part, context, `union_arg${index + 1}`));
  const isPiped = input.columns.length > 0;
  if (isFuzzy && !isPiped && members.length === 0) throw nothingKnown(node);
  const piped = isPiped ? [{ relation: input, source: input.name ?? 'union_arg0' }] : [];
  const named = isPiped ? members : members.map((each, index) => renumbered(each, index));
  const withSource = parameterText(node, 'withsource') ?? parameterText(node, 'with_source');
  return unionOf(
    [...piped, ...named],
    {
      inner: parameterText(node, 'kind') === 'inner',
      withSource,
    },
    context,
  );
};

/** A fuzzy union does without unknown tables, but not without any table. */
function nothingKnown(node: Expression): HuntError {
  const [first] = elements(node, 'Expressions');
  const name = first ? (startOf(first).SimpleName ?? textOf(first)) : '';
  return new HuntError(
    'kql.semantic',
    { message: `'union' operator: Failed to resolve table or column expression named '${name}'` },
    { span: spanOf(first ?? node) },
  );
}

export interface UnionMember {
  readonly relation: Relation;
  /** What `withsource` says of its rows. */
  readonly source: string;
}

/** Arguments without a name count from 0, or from 1 behind a piped table. */
function renumbered(each: UnionMember, index: number): UnionMember {
  return /^union_arg\d+$/.test(each.source) ? { ...each, source: `union_arg${index}` } : each;
}

export function unionOf(
  members: readonly UnionMember[],
  {
    inner = false,
    withSource,
  }: {
    readonly inner?: boolean;
    readonly withSource?: string | undefined;
  },
  context: PlanContext,
): Relation {
  const source = withSource === undefined ? [] : [newColumn(context, withSource, 'string')];
  const slots = slotsOf(members, inner, withSource);
  const columns = slots.map((slot) => newColumn(context, slot.name, slot.type));
  const { partition } = context;
  const isDated = members.some(({ relation }) => relation.ingestionTime);
  const arrival = isDated ? [newColumn(context, ingestionColumn, 'datetime')] : [];
  return {
    plan: {
      kind: 'union',
      columns: [...source, ...columns, ...partition, ...arrival],
      inputs: withRows(members).map((each) => {
        const own = columnsByKey(each.relation);
        return {
          plan: each.relation.plan,
          columns: [
            ...source.map(() => stringLiteral(each.source)),
            ...slots.map((slot): PlanExpression => {
              const column = own.get(keyOf(slot.column, slot.type));
              return column ? columnReference(column) : nullLiteral(slot.type);
            }),
            ...partition.map(columnReference),
            ...arrival.map(() => {
              const { ingestionTime } = each.relation;
              return ingestionTime ? columnReference(ingestionTime) : nullLiteral('datetime');
            }),
          ],
        };
      }),
    },
    columns: [...source, ...columns],
    order: [],
    ingestionTime: arrival[0] ?? null,
  };
}

/** Of hundreds of columns each, tables without rows would cost the engine as much to prepare as those with some. */
function withRows(members: readonly UnionMember[]): readonly UnionMember[] {
  const some = members.filter(({ relation }) => !isEmpty(relation.plan));
  // One has to be there, to have the columns.
  return some.length > 0 ? some : members.slice(0, 1);
}

function keyOf(name: string, type: PlanColumn['type']): string {
  return `${type} ${name}`;
}

/** Its columns by name and type: of the tables of a whole database, that is far less to look through. */
function columnsByKey({ columns }: Relation): Map<string, PlanColumn> {
  return new Map(columns.toReversed().map((column) => [keyOf(column.name, column.type), column]));
}

interface Slot {
  readonly name: string;
  readonly column: string;
  readonly type: PlanColumn['type'];
}

/** The result's columns: one for each name, or one for each type of a name that has several (`x_string`). */
function slotsOf(
  members: readonly UnionMember[],
  inner: boolean,
  withSource: string | undefined,
): Slot[] {
  const types = new Map<string, Set<PlanColumn['type']>>();
  for (const { relation } of members) {
    for (const column of relation.columns) {
      const known = types.get(column.name) ?? new Set();
      types.set(column.name, known.add(column.type));
    }
  }
  const keys = inner ? members.map(({ relation }) => columnsByKey(relation)) : [];
  const slots: Slot[] = [];
  for (const [name, kinds] of types) {
    for (const type of kinds) {
      if (!keys.every((own) => own.has(keyOf(name, type)))) continue;
      const isShared = kinds.size > 1 && !inner;
      const own = isShared ? freeName(`${name}_${type}`, types) : name;
      slots.push({
        name: own === withSource ? freeName(`${own}1`, types) : own,
        column: name,
        type,
      });
    }
  }
  return slots;
}

/** A made name gives way to a column that really is called so. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let suffix = 1; taken.has(free); suffix++) free = `${name}${suffix}`;
  return free;
}

/** One argument of `union`: a table, a sub-query, or a wildcard that stands for several tables. */
export function unionMembers(
  part: Expression,
  context: PlanContext,
  otherwise = 'union_arg0',
): UnionMember[] {
  const isParenthesized = kindOf(part) === 'ParenthesizedExpression';
  const inner = isParenthesized ? member(part, 'Expression') : part;
  const table = ownMember(inner) ?? inner;
  const name = table.SimpleName ?? '';
  if (kindOf(table) === 'NameReference' && name.includes('*')) {
    return wildcardMembers(table, name, context);
  }
  const relation = context.plan.table(part, context);
  return [{ relation, source: relation.name ?? sourceName(part) ?? otherwise }];
}

/**
 * The stored tables that a pattern such as `Device*` names; earlier generations' tables hold the same
 * rows, and the query's views are named beside the pattern.
 */
function wildcardMembers(part: Expression, pattern: string, context: PlanContext): UnionMember[] {
  const matches = matcher(pattern);
  const tables = context.catalog.tables.filter((table) => matches.test(table.name));
  return tables.map((table) => scanned(part, table, context));
}

/** A stored table as a member, with the columns that the query sees. */
export function scanned(node: Expression, table: Table, context: PlanContext): UnionMember {
  const columns = columnsSeen(context.catalog, table, context.named);
  return { relation: scanTable(node, columns, context, table.name), source: table.name };
}

/** The query's views, which a search without named tables looks into. */
export function viewMembers(context: PlanContext): UnionMember[] {
  return [...context.variables].flatMap(([name, variable]) => {
    if (variable.kind !== 'function' || !isView(variable.declaration)) return [];
    if (findLegacyTable(context.catalog, name)) return [];
    const body = member<SyntaxNode>(variable.declaration, 'Body');
    const relation = planBody(body, variable.context, (result, inner) =>
      inner.plan.table(result, inner),
    );
    return [{ relation, source: name }];
  });
}

/** The table or function that a sub-query starts with. */
function startOf(part: Expression): Expression {
  let node = part;
  for (;;) {
    const kind = kindOf(node);
    if (kind !== 'ParenthesizedExpression' && kind !== 'PipeExpression') return node;
    node = member(node, 'Expression');
  }
}

function sourceName(part: Expression): string | undefined {
  const start = startOf(part);
  return kindOf(start) === 'FunctionCallExpression' ? undefined : start.SimpleName;
}

/** With `isfuzzy`, a table that nobody knows has no rows. */
function isUnknown(part: Expression, context: PlanContext): boolean {
  const start = startOf(part);
  return (
    kindOf(start) === 'NameReference' &&
    !start.ReferencedSymbol &&
    !context.variables.has(start.SimpleName ?? '') &&
    !(start.SimpleName ?? '').includes('*')
  );
}
