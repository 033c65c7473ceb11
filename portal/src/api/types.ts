import type { KustoType, ResultColumn, RunStats, Visualization } from '../results/model.js';

/** Where in a query's text a failure stands: line and column from 1, `start` from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly length: number;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly position?: Position;
}

/** `GET /api/quarry/session` */
export interface Session {
  readonly user: { readonly id: string; readonly name: string };
  readonly tenant: { readonly id: string; readonly name: string };
  readonly may: {
    readonly hunt: boolean;
    readonly ingest: boolean;
    readonly administer: boolean;
    readonly operate: boolean;
    readonly audit: boolean;
  };
  /** null: every device. */
  readonly deviceGroups: readonly string[] | null;
}

export interface SchemaColumn {
  readonly name: string;
  readonly type: KustoType;
  readonly description?: string;
  /** Not part of `*`: there where the query names it. */
  readonly hidden?: boolean;
}

export interface SchemaTable {
  readonly name: string;
  readonly category: string;
  readonly description?: string;
  /** An earlier name of another table. */
  readonly replacedBy?: string;
  readonly columns: readonly SchemaColumn[];
  readonly actionTypes?: readonly string[];
  readonly rows?: number;
  readonly firstEvent?: string | null;
  readonly lastEvent?: string | null;
}

export interface SchemaFunction {
  readonly name: string;
  readonly signature?: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly description?: string;
  readonly body?: string;
}

/** One of Kusto's own functions, aggregates and plugins, as it is here. */
export interface BuiltIn {
  readonly name: string;
  readonly kind: 'scalar' | 'aggregate' | 'plugin';
  readonly examples: readonly { readonly kql: string; readonly value: string }[];
  /** Where it is easily misread. */
  readonly note?: string;
  /** Why it is not answered. */
  readonly refused?: string;
}

/** `GET /api/quarry/schema` */
export interface Schema {
  readonly version: string | number;
  readonly tables: readonly SchemaTable[];
  readonly functions: readonly SchemaFunction[];
  readonly builtIns: readonly BuiltIn[];
}

/** A window: an ISO 8601 duration that ends now, or two ends. */
export type Timespan = string | { readonly start: string; readonly end: string };

export interface HuntRequest {
  readonly query: string;
  readonly timespan?: Timespan;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** One line of the answer to `POST /api/quarry/hunt`. */
export type Frame =
  | {
      readonly kind: 'columns';
      readonly columns: readonly ResultColumn[];
      readonly visualization?: Visualization;
    }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly unknown[])[] }
  | ({ readonly kind: 'progress' } & Progress)
  | { readonly kind: 'end'; readonly stats: RunStats; readonly truncated: boolean }
  | { readonly kind: 'error'; readonly error: Problem };

export interface Progress {
  readonly elapsedSeconds: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly rowsToRead?: number;
}

/** `POST /api/quarry/explain` */
export interface Explanation {
  readonly columns: readonly ResultColumn[];
  readonly plan: string;
  readonly sql: string;
  readonly estimate: {
    readonly rows: number;
    readonly bytes: number;
    readonly tables: readonly {
      readonly name: string;
      readonly rows: number;
      readonly bytes: number;
    }[];
  };
  readonly hints: readonly Hint[];
}

/** What could be better in a query, and what to write instead where that is certain. */
export interface Hint {
  readonly message: string;
  readonly start: number;
  readonly length: number;
  readonly fix?: { readonly start: number; readonly length: number; readonly text: string };
  /** What its fix does, where that is not to write a name; the portal's own hints alone have one. */
  readonly title?: string;
  /** What the fixes of all hints of this name do together; the portal's own hints alone have one. */
  readonly group?: string;
}

export interface SavedQuery {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly text: string;
  readonly shared: boolean;
  readonly owner: { readonly id: string; readonly name: string };
  readonly updated: string;
}

/** One hunt of the past, of `GET /api/quarry/history`. */
export interface PastHunt {
  readonly id: string;
  readonly text: string;
  /** The text is longer than this. */
  readonly shortened: boolean;
  readonly generation: string;
  readonly started: string;
  /** `before` of the next page. */
  readonly recorded: string;
  readonly seconds: number | null;
  readonly rows: number | null;
  readonly cpuSeconds: number | null;
  /** `Succeeded`, or the code of the failure. */
  readonly outcome: string;
}
