import type { TextStorage } from '../catalog/text-storage.js';
import type { PlanColumn } from '../plan/plan.js';
import { columnName, type Operand } from './operand.js';
import { join, type Sql, sql } from './sql.js';

/** How a column of a SELECT is defined: as it comes, or by an expression. */
export interface Definition {
  readonly sql: Sql;
  /** It is a plain name: used as it is, without an alias. */
  readonly plain: boolean;
  readonly nullable: boolean;
  /** The value in another form in one step (`Operand.read`). */
  readonly read?: Operand['read'];
  readonly path?: Operand['path'];
  /** How it is stored, where it is a stored column's value as it stands (`Operand.storage`). */
  readonly storage?: TextStorage | undefined;
  readonly lowerCaseOf?: Operand['lowerCaseOf'];
  readonly textAt?: Operand['textAt'];
  /** Columns that the expression reads. */
  readonly reads: readonly PlanColumn[];
  /** Its nodes, with what the names in it stand for; 1 where it is absent. */
  readonly size?: number;
}

/** One SELECT in the making. Aliases are unique in the whole query, so any clause may use them. */
export interface Select {
  readonly from: Sql;
  readonly definitions: ReadonlyMap<PlanColumn, Definition>;
  readonly output: readonly PlanColumn[];
  readonly where: readonly { readonly sql: Sql; readonly reads: readonly PlanColumn[] }[];
  readonly groupBy?: readonly PlanColumn[] | undefined;
  readonly orderBy?: { readonly sql: Sql; readonly reads: readonly PlanColumn[] } | undefined;
  readonly limit?: Sql | undefined;
  /** Its columns are final: what comes next needs a SELECT around it. */
  readonly closed: boolean;
}

/** One row without columns. */
export const emptySelect: Select = {
  from: sql`numbers(1)`,
  definitions: new Map(),
  output: [],
  where: [],
  closed: false,
};

/** The SELECT, ready to take more clauses. */
export function open(from: Select): Select {
  return from.closed ? nest(from) : from;
}

/** A SELECT of all rows past whose limit the engine moves no later clause. */
export function heldBack(from: Select): Select {
  const limit = sql`LIMIT ${{ text: '18446744073709551615' }}`;
  return nest({ ...(from.limit ? nest(from) : from), limit, closed: true });
}

/** The SELECT as what another one reads: any clause may follow. */
export function nest(from: Select): Select {
  const columns = from.output.filter((column) => from.definitions.has(column));
  const definitions = new Map(
    columns.map((column): [PlanColumn, Definition] => [
      column,
      {
        sql: columnName(column.id),
        plain: true,
        nullable: from.definitions.get(column)?.nullable ?? true,
        storage: from.definitions.get(column)?.storage,
        reads: [],
      },
    ]),
  );
  return {
    from: sql`(${print(from, columns)})`,
    definitions,
    output: columns,
    where: [],
    closed: false,
  };
}

/** The SELECT's text, with these columns. */
export function print(from: Select, columns: readonly PlanColumn[]): Sql {
  const items = columns.map((column) => selectItem(column, from));
  return printWith(from, items.length > 0 ? items : [sql`1`], columns);
}

export function selectItem(column: PlanColumn, from: Select): Sql {
  const definition = from.definitions.get(column);
  if (!definition) throw new Error(`column ${column.name} (${column.id}) is not defined here`);
  return definition.sql.text === columnName(column.id).text
    ? definition.sql
    : sql`${definition.sql} AS ${columnName(column.id)}`;
}

/**
 * The SELECT's text. `outputs` are columns that the items define under their names, `reads` those that
 * other items read; definitions that are read but not put out go into its WITH.
 */
export function printWith(
  from: Select,
  items: readonly Sql[],
  outputs: readonly PlanColumn[],
  reads: Iterable<PlanColumn> = [],
): Sql {
  const shown = new Set(outputs);
  const hidden = new Map<PlanColumn, Sql>();
  const visit = (column: PlanColumn): void => {
    const definition = from.definitions.get(column);
    if (!definition) return;
    for (const read of definition.reads) {
      if (read !== column && !hidden.has(read)) visit(read);
    }
    if (!shown.has(column) && !definition.plain) {
      hidden.set(column, sql`${definition.sql} AS ${columnName(column.id)}`);
    }
  };
  const readLater = [
    ...outputs.flatMap((column) => from.definitions.get(column)?.reads ?? []),
    ...from.where.flatMap(({ reads }) => reads),
    ...(from.groupBy ?? []),
    ...(from.orderBy?.reads ?? []),
    ...reads,
  ];
  for (const column of readLater) visit(column);
  const clauses = [
    ...(hidden.size > 0 ? [sql`WITH ${join([...hidden.values()])}`] : []),
    sql`SELECT ${join(items)} FROM ${from.from}`,
    ...(from.where.length > 0
      ? [
          sql`WHERE ${join(
            from.where.map((item) => item.sql),
            sql` AND `,
          )}`,
        ]
      : []),
    ...(from.groupBy && from.groupBy.length > 0
      ? [sql`GROUP BY ${join(from.groupBy.map((column) => reference(column, from)))}`]
      : []),
    ...(from.orderBy ? [sql`ORDER BY ${from.orderBy.sql}`] : []),
    ...(from.limit ? [from.limit] : []),
  ];
  return join(clauses, sql` `);
}

/** How a clause of the SELECT names the column. */
export function reference(column: PlanColumn, from: Select): Sql {
  const definition = from.definitions.get(column);
  if (!definition) throw new Error(`column ${column.name} (${column.id}) is not defined here`);
  return definition.plain ? definition.sql : columnName(column.id);
}
