import { clip, type Reason, reasons } from './dead-letters.js';
import type { BatchCounts, Refusal } from './parser.js';
import { deadLetterTable } from './parser.js';
import type { PartCounts } from './writer.js';

/**
 * What became of the events of a file or a request, each of which is counted once as accepted,
 * rejected, duplicate, expired, unmapped or merged.
 */
export interface IngestSummary {
  /** The connector that took them, or several; null where there was nothing to tell it by. */
  source: string | null;
  /** Stored, perhaps without a column that is in the dead letters. */
  accepted: number;
  /** Not stored; in the dead letters whole. */
  rejected: number;
  /** Stored before. */
  duplicate: number;
  /** Older than the retention, and so not stored. */
  expired: number;
  /** Ahead of this machine's clock by more than an hour: those that are not rejected are stored all the same. */
  future: number;
  /** Right, but the schema has no row for them: a handle closed, a service's own messages. */
  unmapped: number;
  /** Told by the row of another event: what two logs say of one occurrence is stored once. */
  merged: number;
  /** Rows that QuarryIngestErrors has gained; what it already had of the last day is not repeated. */
  deadLetters: number;
  /** Accepted events. */
  byTable: Record<string, number>;
  /** Rejected events and left out columns by their reason. */
  byReason: Partial<Record<Reason, number>>;
  /** The first of the rejected, and where they stand. */
  rejections: Rejected[];
  /** Of the content, unpacked. */
  bytes: number;
  /** Members of an archive whose records no connector recognizes: names of the first of them. */
  unrecognized?: string[];
  /** How many they are. */
  unrecognizedCount?: number;
}

/** An event that was rejected, for its sender. */
export interface Rejected extends Refusal {
  readonly message: string;
}

const mostRejections = 100;
/** Members of archives that are named; their names may come from outside. */
const mostNames = 100;
const longestName = 300;

export function emptySummary(): IngestSummary {
  return {
    source: null,
    accepted: 0,
    rejected: 0,
    duplicate: 0,
    expired: 0,
    future: 0,
    unmapped: 0,
    merged: 0,
    deadLetters: 0,
    // A table may be called `constructor`.
    byTable: Object.create(null),
    byReason: {},
    rejections: [],
    bytes: 0,
  };
}

/** Counts a batch that has been committed. */
export function addBatch(
  summary: IngestSummary,
  batch: BatchCounts,
  parts: readonly PartCounts[],
): void {
  summary.rejected += batch.rejected;
  summary.expired += batch.expired;
  summary.future += batch.future;
  summary.unmapped += batch.unmapped;
  summary.merged += batch.merged;
  for (const [reason, count] of Object.entries(batch.reasons) as [Reason, number][]) {
    summary.byReason[reason] = (summary.byReason[reason] ?? 0) + count;
  }
  for (const refusal of batch.refusals.slice(0, mostRejections - summary.rejections.length)) {
    summary.rejections.push({ ...refusal, message: messageOf(refusal) });
  }
  for (const { table, stored, duplicate } of parts) {
    if (table === deadLetterTable) {
      summary.deadLetters += stored;
    } else {
      summary.accepted += stored;
      summary.duplicate += duplicate;
      if (stored > 0) {
        summary.byTable[table] = (summary.byTable[table] ?? 0) + stored;
      }
    }
  }
}

/** Why an event was rejected, in words. */
export function messageOf({ reason, detail }: Refusal): string {
  return `${reasons[reason]}${detail === undefined ? '' : `: ${detail}`}`;
}

/** Names the connector that took a part; an archive's members may have several. */
export function addSource(summary: IngestSummary, source: string): void {
  const names = summary.source?.split(', ') ?? [];
  if (!names.includes(source)) {
    summary.source = [...names, source].join(', ');
  }
}

/** Names a member of an archive whose records no connector recognizes. */
export function addUnrecognized(summary: IngestSummary, name: string): void {
  summary.unrecognized ??= [];
  summary.unrecognizedCount = (summary.unrecognizedCount ?? 0) + 1;
  if (summary.unrecognized.length < mostNames) {
    summary.unrecognized.push(clip(name, longestName));
  }
}
