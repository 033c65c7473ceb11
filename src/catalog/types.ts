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
  /** The type that queries see, where that is not the stored one. */
  readonly readAs?: ScalarType;
  /** What it says where a record leaves it out: the row's time or the table's name. */
  readonly otherwise?: 'time' | 'tableName';
  /** A string whose text is JSON: it takes `parse_json()` to read into it. */
  readonly jsonText?: true;
}

/**
 * A second name under which a stored column can be queried: an earlier generation's
 * (`EventTime`), Sentinel's (`TimeGenerated`), or one that published data show (`ISP`).
 * Not part of `*`: it appears in a result only where the query names it.
 */
export interface ColumnAlias {
  readonly name: string;
  /** The stored column that it reads; it may be hidden, or the system column `_ingested`. */
  readonly column: string;
  /** Where it differs from the stored column's type. */
  readonly type?: ScalarType;
  readonly summary?: string;
}

/** Where a computed column's value comes from. */
export type ComputedValue =
  | { readonly kind: 'constant'; readonly text: string }
  /** The size of the row's stored values, in bytes. */
  | { readonly kind: 'rowBytes' };

/** A column that nothing stores. Like an alias it is not part of `*`. */
export interface ComputedColumn extends Column {
  readonly value: ComputedValue;
}

/** Where the values of a declared table's column stand in a record. */
export interface FieldSource {
  readonly column: string;
  /** Paths of members, first match: `user.name` is a member of that name, or `name` within `user`. */
  readonly paths: readonly string[];
  /** Numbers of a datetime column count from 1970. */
  readonly unix?: 's' | 'ms' | 'us' | 'ns';
}

/** How records become the rows of a declared table. */
export interface TableSource {
  readonly columns: readonly FieldSource[];
  /** The column of what no other takes; undefined: that is counted and left out. */
  readonly additionalFields?: string;
  /** Lines of text are taken, too; `fields` name their columns where no header line does. */
  readonly csv?: { readonly delimiter: string; readonly fields?: readonly string[] };
  /** What is true of a record that is the table's; undefined: the table has to be named. */
  readonly detect?: {
    readonly fields: readonly string[];
    readonly values: Readonly<Record<string, readonly string[]>>;
  };
}

/** A stored table. */
export interface Table {
  readonly name: string;
  readonly category: string;
  readonly summary: string;
  /** What surprises people who read the columns. */
  readonly note?: string;
  /** The column that time windows, partitions and retention go by; null for tables without time. */
  readonly timeColumn: string | null;
  /** Kept for a time of its own: the tenant's retention does not limit how far back it is seen. */
  readonly ownRetention?: true;
  /** Kept for so many days instead of those of the tenant; null: for ever. */
  readonly retentionDays?: number | null;
  /** How records from outside become its rows: of tables that an operator has declared. */
  readonly source?: TableSource;
  /** Rows belong to the device in `DeviceId`. */
  readonly deviceScoped: boolean;
  readonly columns: readonly Column[];
  /** Stored like the others and queryable by name, but not part of `*`: `MachineGroup`, what no page documents. */
  readonly hiddenColumns?: readonly Column[];
  readonly columnAliases?: readonly ColumnAlias[];
  readonly computedColumns?: readonly ComputedColumn[];
  /** Other names of the whole table, for example another spelling. */
  readonly aliases?: readonly string[];
  /** Known values of `ActionType`; the list is open. */
  readonly actionTypes?: readonly string[];
  readonly deprecated?: {
    readonly replacedBy?: string;
    /** Its rows go on in that table, in columns of the same names: who asks for it gets them as well. */
    readonly isContinued?: boolean;
  };
}

/**
 * A legacy table's column: the stored column that it reads, converted to `type` where that differs,
 * as `toint()`, `tostring()` … would. `null`: no longer recorded, always empty.
 */
export interface LegacyColumn extends Column {
  readonly from: string | null;
}

/**
 * An earlier generation's table: its own column names over the data of today's tables.
 * It has either `table` or `definition`.
 */
export interface LegacyTable {
  readonly name: string;
  readonly summary: string;
  /** The stored table it reads. */
  readonly table?: string;
  /**
   * KQL over today's tables, for a table that no single one replaced. Its result has exactly
   * `columns`, in that order; their `from` is null and says nothing.
   */
  readonly definition?: string;
  /** In the order that the generation documented. */
  readonly columns: readonly LegacyColumn[];
  /**
   * Not part of `*`. Besides them, and also not part of `*`, every name of the stored table is one
   * of the legacy table too.
   */
  readonly hiddenColumns?: readonly LegacyColumn[];
  readonly computedColumns?: readonly ComputedColumn[];
}

/** A function that queries can call by name, written in KQL over the catalog's tables. */
export interface StoredFunction {
  readonly name: string;
  readonly summary: string;
  /** The page that documents it. */
  readonly doc?: string;
  /** A KQL parameter list, for example `T: (*), limit: long = 10`. */
  readonly parameters: string;
  /** KQL statements and the result. */
  readonly body: string;
  /** Text arguments name columns of the piped rows: a bare column name stands for its own text. */
  readonly columnParameters?: boolean;
}

/** All that can be queried by one tenant. `version` changes whenever anything in it does. */
export interface Catalog {
  readonly version: string;
  readonly tables: readonly Table[];
  readonly legacyTables: readonly LegacyTable[];
  readonly functions: readonly StoredFunction[];
}
