import { type ColumnSource, columnsOf, findLegacyTable, findTable } from '../catalog/catalog.js';
import type { ScalarType, Table } from '../catalog/types.js';
import { HuntError, unreachable } from '../errors.js';
import { type Expression, type SchemaColumn, spanOf } from '../kql/syntax.js';
import { newColumn, type PlanContext } from './context.js';
import {
  columnReference,
  type LogicalPlan,
  nullLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type ScanSource,
  stringLiteral,
} from './plan.js';
import type { Scope } from './scope.js';

/** Column of every stored table: when the row arrived. */
export const ingestionColumn = '_ingested';

const dayMs = 86_400_000;

/** Rows before it are not seen: what is kept, and what the caller asks for. */
function earliestOf({ ownRetention, retentionDays }: Table, scope: Scope): Date | null {
  const asked = scope.askedFrom ?? null;
  if (ownRetention || retentionDays === null) return asked;
  if (retentionDays === undefined) return scope.from;
  const oldest = (scope.clock ?? scope.now).getTime() - retentionDays * dayMs;
  return new Date(Math.max(oldest, asked?.getTime() ?? oldest));
}

/** A stored or legacy table as the query names it, with the columns that the binder gave it. */
export function scanTable(
  node: Expression,
  schema: readonly SchemaColumn[],
  context: PlanContext,
  name: string = node.ReferencedSymbol?.Name ?? node.SimpleName ?? '',
): Relation {
  const { catalog, scope } = context;
  const named = findTable(catalog, name) ?? findLegacyTable(catalog, name);
  const stored = findTable(catalog, (named && 'table' in named && named.table) || name);
  if (!named || !stored) {
    throw new HuntError(
      'kql.semantic',
      { message: `Failed to resolve table or column expression named '${name}'` },
      { span: spanOf(node) },
    );
  }
  const known = columnsOf(catalog, named);
  const sources = new Map<string, { column: PlanColumn; source: ScanSource }>();
  const read = (key: string, type: ScalarType, source: ScanSource) => {
    const found = sources.get(key);
    if (found) return found.column;
    const column = newColumn(context, key, type);
    sources.set(key, { column, source });
    return column;
  };
  const readStored = (column: string, type: ScalarType) =>
    read(column, type, { kind: 'stored', name: column, type });
  const ingestionTime = readStored(ingestionColumn, 'datetime');
  const assignments = schema.map((wanted): PlanAssignment => {
    const source = known.get(wanted.name)?.source ?? { kind: 'empty' };
    const expression = sourceExpression(source, wanted.type, readStored, () =>
      read(' bytes', 'long', { kind: 'rowBytes' }),
    );
    if (
      expression.kind === 'column' &&
      expression.column.name === wanted.name &&
      expression.type === wanted.type
    ) {
      return { column: expression.column, expression };
    }
    const column = newColumn(context, wanted.name, wanted.type);
    return { column, expression: converted(expression, wanted.type) };
  });
  const plan: LogicalPlan = scope.emptyTables?.includes(stored.name)
    ? { kind: 'values', columns: [...sources.values()].map(({ column }) => column), rows: [] }
    : {
        kind: 'scan',
        database: scope.database,
        table: stored.name,
        columns: [...sources.values()],
        timeColumn: stored.timeColumn,
        from: earliestOf(stored, scope),
        to: scope.to,
        deviceGroups: scope.deviceGroups,
        deviceRules: scope.deviceRules ?? [],
        deviceScoped: stored.deviceScoped,
      };
  const columns = assignments.map(({ column }) => column);
  const plain = assignments.every(
    ({ column, expression }) => expression.kind === 'column' && expression.column === column,
  );
  if (plain) return { plan, columns, order: [], ingestionTime, name };
  const passed = { column: ingestionTime, expression: columnReference(ingestionTime) };
  const projected = columns.includes(ingestionTime) ? assignments : [...assignments, passed];
  return {
    plan: { kind: 'project', input: plan, columns: projected },
    columns,
    order: [],
    ingestionTime,
    name,
  };
}

function sourceExpression(
  source: ColumnSource,
  type: ScalarType,
  readStored: (column: string, type: ScalarType) => PlanColumn,
  readBytes: () => PlanColumn,
): PlanExpression {
  switch (source.kind) {
    case 'stored': {
      const own = columnReference(readStored(source.column, source.type));
      if (!source.otherwise) return own;
      const other = sourceExpression(source.otherwise, type, readStored, readBytes);
      const span = { start: 0, length: 0 };
      return { kind: 'call', name: 'coalesce', arguments: [own, other], type, span };
    }
    case 'computed':
      return source.value.kind === 'constant'
        ? stringLiteral(source.value.text)
        : columnReference(readBytes());
    case 'empty':
    case 'definition':
      return nullLiteral(type);
    default:
      return unreachable(source);
  }
}

const conversions: Readonly<Record<ScalarType, string>> = {
  bool: 'tobool',
  int: 'toint',
  long: 'tolong',
  real: 'toreal',
  decimal: 'todecimal',
  string: 'tostring',
  datetime: 'todatetime',
  timespan: 'totimespan',
  guid: 'toguid',
  dynamic: 'todynamic',
};

/** The expression as a value of the type, as KQL's `to…()` functions convert. */
export function converted(expression: PlanExpression, type: ScalarType): PlanExpression {
  if (expression.type === type) return expression;
  const span = expression.kind === 'call' ? expression.span : { start: 0, length: 0 };
  return { kind: 'call', name: conversions[type], arguments: [expression], type, span };
}
