/** KQL's scalar types, by the names that its reference uses. */
export const scalarTypes = [
  'bool',
  'int',
  'long',
  'real',
  'decimal',
  'string',
  'datetime',
  'timespan',
  'guid',
  'dynamic',
] as const;

export type ScalarType = (typeof scalarTypes)[number];

export interface Column {
  readonly name: string;
  readonly type: ScalarType;
  /** One sentence, for completion and reference pages. */
  readonly summary?: string;
}

/**
 * A second name under which a stored column can be queried: an earlier generation's
 * (`EventTime`), Sentinel's (`TimeGenerated`), or one that published data show (`ISP`).
 * Not part of `*`: it appears in a result only where the query names it.
 */
export interface ColumnAlias {
  readonly name: string;
  /** The stored column that it reads. */
  readonly column: string;
  /** Where it differs from the stored column's type. */
  readonly type?: ScalarType;
}

/** A stored table. */
export interface Table {
  readonly name: string;
  readonly category: string;
  readonly summary: string;
  /** The column that time windows, partitions and retention go by; null for tables without time. */
  readonly timeColumn: string | null;
  /** Rows belong to the device in `DeviceId`. */
  readonly deviceScoped: boolean;
  readonly columns: readonly Column[];
  readonly columnAliases?: readonly ColumnAlias[];
  /** Other names of the whole table, for example another spelling. */
  readonly aliases?: readonly string[];
  /** Known values of `ActionType`; the list is open. */
  readonly actionTypes?: readonly string[];
  readonly deprecated?: { readonly replacedBy?: string };
}

/** An earlier generation's table: its own column names over one stored table's data. */
export interface LegacyTable {
  readonly name: string;
  readonly summary: string;
  /** The stored table it reads. */
  readonly table: string;
  /** In the order that the generation documented. `null` column: no longer recorded, always empty. */
  readonly columns: readonly (Column & { readonly from: string | null })[];
}

/** All that can be queried by one tenant. `version` changes whenever anything in it does. */
export interface Catalog {
  readonly version: string;
  readonly tables: readonly Table[];
  readonly legacyTables: readonly LegacyTable[];
}
