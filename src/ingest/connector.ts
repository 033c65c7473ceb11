import type { Correlation } from './correlation/correlation.js';
import type { Envelope } from './envelopes.js';
import type { JsonObject, JsonValue } from './json.js';
import type { PlainMembers } from './plain-json.js';
import type { RowKey } from './rows.js';

/** Where a record stands. */
export interface Place {
  readonly offset: number;
  /** Its number in a record that holds several, from 1. */
  readonly part?: number;
  readonly sizeBytes: number;
  /** The stream it came in, where that is not the one being read. */
  readonly origin?: string;
}

/** One record of a source, as it came. */
export interface RawRecord {
  /** The record's own text: a JSON value, or a line without its end. */
  readonly text: string;
  /** The parsed text; undefined for text sources, and where the text is no JSON. */
  readonly value: JsonValue | undefined;
  /** undefined in a sample. */
  readonly place?: Place;
}

/** An event in the terms of the advanced hunting schema, not yet checked against it. */
export interface DefenderEvent {
  /** A table's name, in any case. */
  readonly table: string;
  readonly columns: Readonly<Record<string, JsonValue | undefined>>;
  /**
   * Text that names the event among all of its table and time, so that a second delivery is known.
   * Without it that is all its columns: right wherever the columns hold only what the source said.
   */
  readonly identity?: string;
  /** Additional fields that are no part of what tells the event from others: who hands it on has added them. */
  readonly besides?: JsonObject | undefined;
  /** Rows of the same table that came before and tell the same occurrence less well: they go. */
  readonly replaces?: readonly RowKey[] | undefined;
  /** The record that it is from, where that is not the one being converted. */
  readonly record?: RawRecord;
  /** Fields of the record that no column takes, and that are to be counted alone. */
  readonly unknown?: number;
}

/** Why a record did not become events. */
export interface Rejection {
  readonly rejected: RejectionReason;
  /** Completes the reason, for example the unknown category. */
  readonly detail?: string;
  readonly record?: RawRecord;
}

/** A record that is right and becomes no row: the schema has none for it, or another record's row tells it. */
export interface Passed {
  readonly passed: 'unmapped' | 'merged';
}

/** Reasons that a connector may give; the wording is in `dead-letters.ts`. */
export type RejectionReason = 'record.shape' | 'table.unknown' | 'source.unknown' | FailedReading;

/** What reading a record threw. */
export type FailedReading = 'json.invalid' | 'json.tooDeep' | 'connector.failed';

export type Outcome = DefenderEvent | Rejection | Passed;

/** The records of one stream (a file, a request), in their order. */
export interface Conversion {
  /**
   * No outcome at all is right for records that carry no event (header lines, notices), and for those
   * that are held back until more of the stream is known.
   */
  convert(record: RawRecord): readonly Outcome[];
  /**
   * The quick way for a record that is an event of one table as it stands, its columns the members of an
   * object: enters that object, once, and calls `copy` with the table's name. False where `copy` says so or
   * where the record is anything else; it is then converted. It never decides otherwise than `convert`.
   */
  copy?(record: PlainMembers, copy: (table: string) => boolean): boolean;
  /** Text of the records held back, bytes. */
  readonly heldBytes?: number;
  /** Where in the stream the first record stands that is held back after a release. */
  readonly heldFrom?: number | undefined;
  /**
   * The outcomes of what was held back: asked for at the stream's end, when it pauses, when much is held.
   * @param flowing more of the stream comes at once: a record that others belong to may be held on to
   */
  release?(flowing: boolean): Iterable<Outcome>;
  /** The stream is not read to its end: what was held back is let go. */
  close?(): void;
}

/** A conversion that holds records back, and lets all of them go when it is asked to. */
export type HoldingConversion = Required<Omit<Conversion, 'heldFrom' | 'copy'>>;

/** What a conversion may use besides the records. */
export interface ConversionContext {
  /** What is known of the tenant's devices, from all its streams. */
  readonly correlation: Correlation;
  /** Rows that Defender has no counterpart for are wanted, too. */
  readonly extensions: boolean;
}

/** A kind of source: what its records look like, and which events they are. */
export interface Connector {
  /** Lower case and hyphens; people type it after `--source`. */
  readonly name: string;
  readonly summary: string;
  /** `json`: values, one a line or in arrays; `text`: lines; `mixed`: JSON where it is JSON, else lines. */
  readonly format: 'json' | 'text' | 'mixed';
  /** What its records may come in besides arrays and `{"records": […]}`. */
  readonly envelopes?: readonly Envelope[];
  /** Its records may hold lines of nothing but space, which are passed over otherwise. */
  readonly blankLines?: boolean;
  /** Text: the first record names the fields of the others. */
  readonly hasHeader?: boolean;
  /** How sure it is that the records are its own: 0 no, 1 certain. The surest connector is taken. */
  detect(sample: readonly RawRecord[]): number;
  /** Begins a stream; what has to be remembered from record to record lives in the conversion. */
  open(context: ConversionContext): Conversion;
}

/** The share of the records that are a connector's own; of none 0. */
export function shareOf(
  sample: readonly RawRecord[],
  isOwn: (record: RawRecord) => boolean,
): number {
  return sample.filter(isOwn).length / Math.max(sample.length, 1);
}
