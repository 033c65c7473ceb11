import { functionKind } from '../../kql/builtins.js';
import { type Expression, elements, isTabular, kindOf, member } from '../../kql/syntax.js';
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
import { scanTable } from '../scan.js';

/** `union [kind=inner] [withsource=Name] [isfuzzy=true] T1, (T2 | …), T*`, piped or leading. */
export const union: OperatorPlanner = (node, input, context) => {
  const members = elements(node, 'Expressions').flatMap((part) => unionMembers(part, context));
  const piped = input.columns.length > 0 ? [{ relation: input, source: 'union_arg0' }] : [];
  const inner = parameterText(node, 'kind') === 'inner';
  const withSource = parameterText(node, 'withsource') ?? parameterText(node, 'with_source');
  return unionOf([...piped, ...members], { inner, withSource }, context);
};

export interface UnionMember {
  readonly relation: Relation;
  /** What `withsource` says of its rows. */
  readonly source: string;
}

export function unionOf(
  members: readonly UnionMember[],
  { inner = false, withSource }: { inner?: boolean; withSource?: string | undefined },
  context: PlanContext,
): Relation {
  const source = withSource === undefined ? [] : [newColumn(context, withSource, 'string')];
  const slots = slotsOf(members, inner);
  const columns = slots.map((slot) => newColumn(context, slot.name, slot.type));
  const partition = [...context.partition];
  return {
    plan: {
      kind: 'union',
      columns: [...source, ...columns, ...partition],
      inputs: members.map((each) => ({
        plan: each.relation.plan,
        columns: [
          ...source.map(() => stringLiteral(each.source)),
          ...slots.map((slot): PlanExpression => {
            const column = each.relation.columns.find(
              (c) => c.name === slot.column && c.type === slot.type,
            );
            return column ? columnReference(column) : nullLiteral(slot.type);
          }),
          ...partition.map(columnReference),
        ],
      })),
    },
    columns: [...source, ...columns],
    order: [],
    ingestionTime: null,
  };
}

interface Slot {
  readonly name: string;
  readonly column: string;
  readonly type: PlanColumn['type'];
}

/** The result's columns: one for each name, or one for each type of a name that has several (`x_string`). */
function slotsOf(members: readonly UnionMember[], inner: boolean): Slot[] {
  const types = new Map<string, Set<PlanColumn['type']>>();
  for (const { relation } of members) {
    for (const column of relation.columns) {
      const known = types.get(column.name) ?? new Set();
      types.set(column.name, known.add(column.type));
    }
  }
  const slots: Slot[] = [];
  for (const [name, kinds] of types) {
    for (const type of kinds) {
      const everywhere = members.every(({ relation }) =>
        relation.columns.some((column) => column.name === name && column.type === type),
      );
      if (inner && !everywhere) continue;
      slots.push({ name: kinds.size > 1 && !inner ? `${name}_${type}` : name, column: name, type });
    }
  }
  return slots;
}

/** One argument of `union`: a table, a sub-query, or a wildcard that stands for several tables. */
export function unionMembers(part: Expression, context: PlanContext): UnionMember[] {
  const kind = kindOf(part);
  if (kind === 'ParenthesizedExpression') {
    const inner = member(part, 'Expression');
    return kindOf(inner) === 'NameReference'
      ? unionMembers(inner, context)
      : [{ relation: context.plan.table(inner, context), source: sourceName(part) }];
  }
  const name = part.SimpleName ?? '';
  if (kind === 'NameReference' && name.includes('*')) return wildcardMembers(part, name, context);
  if (!isTabular(part.ResultType)) return [];
  return [{ relation: context.plan.table(part, context), source: sourceName(part) }];
}

/** The stored tables that a pattern such as `Device*` names; earlier generations' tables hold the same rows. */
function wildcardMembers(part: Expression, pattern: string, context: PlanContext): UnionMember[] {
  const matches = new RegExp(
    `^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
  );
  const tables = context.catalog.tables.filter((table) => matches.test(table.name));
  const variables = [...context.variables].filter(
    ([name, variable]) => variable.kind === 'table' && matches.test(name),
  );
  return [
    ...tables.map((table) => ({
      relation: scanTable(part, table.columns, context, table.name),
      source: table.name,
    })),
    ...variables.flatMap(([name, variable]) =>
      variable.kind === 'table' ? [{ relation: variable.relation, source: name }] : [],
    ),
  ];
}

function sourceName(part: Expression): string {
  let node: Expression = part;
  while (kindOf(node) === 'ParenthesizedExpression' || kindOf(node) === 'PipeExpression') {
    node = member(node, 'Expression');
  }
  return (
    node.SimpleName ??
    (functionKind(node.ReferencedSymbol) === 'user'
      ? member(node, 'Name').SimpleName
      : undefined) ??
    'union_arg'
  );
}
