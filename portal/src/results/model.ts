/** The scalar types a result column may have, under Kusto's names. */
export type KustoType =
  | 'string'
  | 'long'
  | 'int'
  | 'real'
  | 'decimal'
  | 'bool'
  | 'datetime'
  | 'timespan'
  | 'guid'
  | 'dynamic';

export interface ResultColumn {
  readonly name: string;
  readonly type: KustoType;
}

/** What `render` asked for. */
export interface Visualization {
  readonly kind: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a run cost; sizes in bytes, times in seconds. */
export interface RunStats {
  readonly elapsedSeconds: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly cpuSeconds?: number;
  readonly peakMemoryBytes?: number;
  readonly resultRows: number;
}

/**
 * The rows of one run. While it is running, rows are appended and `version` grows; `columns` stays the
 * same array for the whole run, which is how a new run is told from more rows of this one.
 *
 * Values lose nothing: datetimes are ISO text with seven digits and Z, longs beyond 2^53 and decimals are
 * text, timespans are text, dynamic values are parsed JSON or its text.
 */
export interface ResultSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
  readonly version: number;
  readonly state: 'running' | 'complete' | 'partial' | 'failed';
  /** A limit cut the rows; those that are here are not all. */
  readonly truncated?: boolean;
  readonly visualization?: Visualization;
  readonly stats?: RunStats;
}

/** How datetimes are shown; values themselves stay UTC. */
export type TimeZoneChoice = 'utc' | 'local';
