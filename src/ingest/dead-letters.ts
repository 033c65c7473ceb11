import type { FailedReading, RawRecord, Rejection } from './connector.js';
import { JsonTooDeepError, maxJsonDepth } from './json.js';

/** Why an event, or a value of it, was not stored: codes to group by, and their words. */
export const reasons = {
  'json.invalid': 'The record is not valid JSON',
  'json.tooDeep': `A value is nested deeper than ${maxJsonDepth} levels`,
  'record.tooLarge': 'The record is larger than the limit',
  'record.shape': 'The record does not have the shape of its source',
  'source.unknown': 'No known source writes records of this shape',
  'connector.failed': 'The connector failed on the record',
  'table.unknown': 'There is no table for the event',
  'time.missing': 'The event has no time',
  'time.invalid': 'The time of the event is not a datetime',
  'time.outOfRange': 'The time of the event is outside the years 1970 to 2105',
  'time.future': 'The time of the event is more than a year ahead',
  'column.unknown': 'The table has no such column',
  'value.invalid': "The value is not of the column's type",
  'engine.refused': 'The engine refused the row',
} as const;

export type Reason = keyof typeof reasons;

/** Something about an event that is not stored. */
export interface Problem {
  readonly reason: Reason;
  readonly column?: string;
  readonly detail?: string;
}

/** The event that has the problem. */
export interface Culprit {
  /** The connector's name. */
  readonly source: string;
  /** Where in the source, for people. */
  readonly position: string;
  /** Empty where unknown. */
  readonly table: string;
  readonly raw: string;
  readonly rawSizeBytes: number;
}

/** Of the text of an event in a dead letter, characters. */
export const longestRaw = 64 * 1024;
const longestDetail = 200;

/**
 * Why a record could not be read, from what was thrown. A record that a connector did not expect costs
 * itself, and not its stream.
 * @throws the error, where it is not the record's: of a disk, for example
 */
export function problemOf(error: unknown): Problem & { readonly reason: FailedReading } {
  if (error instanceof JsonTooDeepError) {
    return { reason: 'json.tooDeep' };
  }
  if (error instanceof SyntaxError) {
    return { reason: 'json.invalid', detail: error.message };
  }
  if (error instanceof TypeError || error instanceof RangeError) {
    return { reason: 'connector.failed', detail: error.message };
  }
  throw error;
}

/**
 * The same for a record that was held back.
 * @throws as `problemOf`
 */
export function rejectionOf(error: unknown, record: RawRecord): Rejection {
  const { reason, detail = '' } = problemOf(error);
  return { rejected: reason, detail, record };
}

/** A row of QuarryIngestErrors. */
export function deadLetter(problem: Problem, culprit: Culprit, now: string) {
  const detail = problem.detail === undefined ? '' : `: ${clip(problem.detail, longestDetail)}`;
  return {
    Timestamp: now,
    Source: culprit.source,
    Position: culprit.position,
    Table: culprit.table,
    Column: problem.column ?? '',
    Reason: `${reasons[problem.reason]}${detail}`,
    ReasonCode: problem.reason,
    RawEvent: clip(culprit.raw, longestRaw),
    RawEventSize: culprit.rawSizeBytes,
  };
}

export function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
