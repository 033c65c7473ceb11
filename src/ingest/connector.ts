import type { JsonValue } from './json.js';

/** One record of a source, as it came. */
export interface RawRecord {
  /** The record's own text: a JSON value, or a line without its end. */
  readonly text: string;
  /** The parsed text; undefined for text sources, and in a sample where the text is no JSON. */
  readonly value: JsonValue | undefined;
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
}

/** Why a record did not become events. */
export interface Rejection {
  readonly rejected: RejectionReason;
  /** Completes the reason, for example the unknown category. */
  readonly detail?: string;
}

/** Reasons that a connector may give; the wording is in `dead-letters.ts`. */
export type RejectionReason = 'record.shape' | 'table.unknown';

export type Outcome = DefenderEvent | Rejection;

/** The records of one stream (a file, a request), in their order. */
export interface Conversion {
  /** No outcome at all is right for records that carry no event: header lines, notices. */
  convert(record: RawRecord): readonly Outcome[];
}

/** A kind of source: what its records look like, and which events they are. */
export interface Connector {
  /** Lower case and hyphens; people type it after `--source`. */
  readonly name: string;
  readonly summary: string;
  /** `json`: values, one a line or in arrays; `text`: lines. */
  readonly format: 'json' | 'text';
  /** How sure it is that the records are its own: 0 no, 1 certain. The surest connector is taken. */
  detect(sample: readonly RawRecord[]): number;
  /** Begins a stream; what has to be remembered from record to record lives in the conversion. */
  open(): Conversion;
}
