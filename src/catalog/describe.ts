import { columnsOf, findLegacyTable, findTable, type ResolvedColumn } from './catalog.js';
import type { Catalog, LegacyTable, ScalarType, Table } from './types.js';

/** A line of the list of tables. */
export interface TableSummary {
  readonly name: string;
  readonly category: string;
  readonly summary: string;
  readonly replacedBy?: string;
}

/** A name that a query can use on a table. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: ScalarType;
  readonly summary: string;
  /** Part of `*`, or only there when the query names it. */
  readonly visible: boolean;
}

/** All that someone who writes queries needs to know about a table. */
export interface TableDescription extends TableSummary {
  readonly note?: string;
  readonly aliases: readonly string[];
  readonly timeColumn: string | null;
  readonly columns: readonly ColumnDescription[];
  readonly actionTypes: readonly string[];
  /** The KQL that a legacy table stands for. */
  readonly definition?: string;
}

function summaryOf({ name, category, summary, deprecated }: Table): TableSummary {
  const replacedBy = deprecated?.replacedBy;
  return { name, category, summary, ...(replacedBy !== undefined && { replacedBy }) };
}

function legacySummaryOf({ name, summary, table }: LegacyTable): TableSummary {
  const replacedBy = table === undefined ? {} : { replacedBy: table };
  return { name, category: 'Earlier names', summary, ...replacedBy };
}

function columnDescription({ name, type, summary, visible }: ResolvedColumn): ColumnDescription {
  return { name, type, summary: summary ?? '', visible };
}

function columnDescriptions(catalog: Catalog, table: Table | LegacyTable) {
  return [...columnsOf(catalog, table).values()].map(columnDescription);
}

/** The tables in the catalog's order, those of earlier generations last. */
export function listTables(catalog: Catalog): readonly TableSummary[] {
  return [...catalog.tables.map(summaryOf), ...catalog.legacyTables.map(legacySummaryOf)];
}

/** The table of that name, of today's schema or an earlier one; undefined when there is none. */
export function describeTable(catalog: Catalog, name: string): TableDescription | undefined {
  const table = findTable(catalog, name);
  if (table) {
    return {
      ...summaryOf(table),
      ...(table.note !== undefined && { note: table.note }),
      aliases: table.aliases ?? [],
      timeColumn: table.timeColumn,
      columns: columnDescriptions(catalog, table),
      actionTypes: table.actionTypes ?? [],
    };
  }
  const legacy = findLegacyTable(catalog, name);
  if (legacy === undefined) {
    return undefined;
  }
  const columns = columnDescriptions(catalog, legacy);
  return {
    ...legacySummaryOf(legacy),
    aliases: [],
    timeColumn: columns.find(({ type }) => type === 'datetime')?.name ?? null,
    columns,
    actionTypes: findTable(catalog, legacy.table ?? '')?.actionTypes ?? [],
    ...(legacy.definition !== undefined && { definition: legacy.definition }),
  };
}
