import type { MessagePort } from 'node:worker_threads';
import type { EngineSegment } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import type { Fault } from '../thread.js';
import type { PartCounts } from './writer.js';

/** What the thread is started with. */
export interface WriterSettings {
  readonly folder: string;
  readonly spoolBytes: number;
}

/** What the engine is asked for, on behalf of the thread. */
export type EngineCall =
  | { readonly method: 'select' | 'command'; readonly sql: string }
  | { readonly method: 'insertSegment'; readonly segment: EngineSegment };

/** To the writing thread. */
export type WriterRequest =
  | {
      readonly kind: 'commit';
      readonly id: number;
      readonly database: string;
      /** Of the rows, which came another way. */
      readonly tickets: readonly number[];
      readonly patienceMs: number;
    }
  /** Rows that are not to be written after all. */
  | { readonly kind: 'discard'; readonly tickets: readonly number[] }
  /** Rows of the database whose place others have taken may come again: their device is forgotten. */
  | { readonly kind: 'forget'; readonly database: string }
  /** A parsing thread's rows come through this port. */
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'flush'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }
  /** What the engine answered. */
  | { readonly kind: 'answer'; readonly id: number; readonly rows: readonly unknown[] }
  | { readonly kind: 'refusal'; readonly id: number; readonly fault: Fault };

/** From the writing thread. */
export type WriterReply =
  /** It can be used from now on. */
  | { readonly kind: 'open'; readonly status: WriterStatus }
  | { readonly kind: 'unopened'; readonly fault: Fault }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly counts: PartCounts[];
      readonly status: WriterStatus;
    }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly fault: Fault;
      readonly status: WriterStatus;
    }
  | { readonly kind: 'status'; readonly status: WriterStatus }
  | { readonly kind: 'ask'; readonly id: number; readonly call: EngineCall }
  | { readonly kind: 'log'; readonly line: object };

export interface WriterStatus {
  /** Acknowledged and not yet in the engine. */
  readonly backlogBytes: number;
  /** The same as rows, by database. */
  readonly backlogRows: ReadonlyMap<string, number>;
  /** Why rows do not get into the engine; undefined when they do. */
  readonly failure: Fault | undefined;
}

/** The thread ended, and with it the rows that it had. */
export function interrupted(cause?: unknown): HuntError {
  const message = 'The writing of events was interrupted. Please send them again.';
  return new HuntError('ingest.unavailable', { message }, { cause });
}
