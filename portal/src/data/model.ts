import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import type { SchemaTable } from '../api/types.js';

/** A table as the schema has it for the data pages. */
export interface StoredTable extends SchemaTable {
  readonly bytes?: number;
  readonly timeColumn?: string | null;
}

/** `GET /api/quarry/ingest/status` */
export interface IngestStatus {
  readonly sources: readonly SourceStatus[];
  readonly backlog: { readonly bytes: number; readonly events: number };
  readonly deadLetters: number;
}

export interface SourceStatus {
  readonly source: string;
  readonly connector: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly late: number;
  readonly unmapped: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly lastEvent: string | null;
  readonly lastReceived: string | null;
  readonly lagSeconds: number | null;
  readonly ratePerMinute: number;
}

const refreshMs = 10_000;

export function useIngestStatus() {
  return useQuery({
    queryKey: ['ingest-status'],
    queryFn: () => ask<IngestStatus>('GET', '/api/quarry/ingest/status'),
    refetchInterval: refreshMs,
  });
}

export interface Retention {
  /** null: for ever. */
  readonly retentionDays: number | null;
  /** Tables that are kept for a time of their own. */
  readonly tables: Readonly<Record<string, number | null>>;
  readonly effective: readonly TableRetention[];
}

export interface TableRetention {
  readonly table: string;
  readonly retentionDays: number | null;
  readonly isOwn: boolean;
}

/** What became of a file. */
export interface FileSummary {
  readonly source: string | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly expired: number;
  readonly unmapped?: number;
  readonly merged?: number;
  readonly deadLetters: number;
  readonly byTable: Readonly<Record<string, number>>;
  readonly byReason: Readonly<Record<string, number>>;
  readonly incomplete?: string;
  readonly unrecognized?: readonly string[];
}
