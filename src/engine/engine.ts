import type { Readable } from 'node:stream';
import { HuntError } from '../errors.js';
import type { Holder } from './lane.js';

/** What one hunt may use. */
export interface EngineLimits {
  /** Until its rows are there: what it waits for its turn is part of it. */
  readonly wallSeconds: number;
  readonly memoryBytes: number;
  /** Rows beyond it are cut. */
  readonly rows: number;
  /** A larger result is refused (`hunt.resultSize`). */
  readonly resultBytes: number;
}

/** What one hunt did use: measured by the engine, never estimated from the text. */
export interface QueryStats {
  readonly elapsedSeconds: number;
  readonly userCpuSeconds: number;
  readonly kernelCpuSeconds: number;
  readonly peakMemoryBytes: number;
  /** Blocks of stored columns found in memory, and not. */
  readonly memoryCache: { readonly hits: number; readonly misses: number };
  /** Reads served by the operating system's page cache, and by the disk. */
  readonly diskCache: { readonly hits: number; readonly misses: number };
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly resultRows: number;
  readonly resultBytes: number;
}

/** How far a hunt has got. */
export interface QueryProgress {
  readonly elapsedSeconds: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** What the engine expects to read, as far as it has planned; 0: it does not know. */
  readonly rowsToRead: number;
}

export interface EngineQuery {
  /**
   * One SELECT without FORMAT and SETTINGS, whose only column `row` is a String: the row as the
   * API writes it, without line breaks. Produced by `sql/` alone.
   */
  readonly sql: string;
  /** Unique; the engine knows the query by it. Letters, digits and `-` only. */
  readonly tag: string;
  readonly limits: EngineLimits;
  /** Whose it is: tenants and their callers take turns. */
  readonly holder?: Holder | undefined;
  /** Aborting it stops the engine's work on the query, not just the waiting for it. */
  readonly signal?: AbortSignal | undefined;
  /** Called some times a second while the engine works on it. */
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined;
  /** Called once, with the seconds that it has waited for its turn, also where that never came. */
  readonly onWaited?: ((seconds: number) => void) | undefined;
}

/** Seconds; to the engine 0 would be no limit. */
const shortestRun = 0.001;

/**
 * What is left of the time of something that goes through several hands.
 * @param until by `performance.now()`
 * @throws HuntError `hunt.timeout`
 */
export function limitsUntil(until: number, limits: EngineLimits): EngineLimits {
  const wallSeconds = (until - performance.now()) / 1000;
  if (wallSeconds < shortestRun) throw new HuntError('hunt.timeout', {});
  return { ...limits, wallSeconds };
}

export interface EngineResult {
  readonly stats: QueryStats;
  /**
   * The rows, separated by `,\n` (nothing after the last), read from disk as the consumer takes them.
   * The stored result is deleted when the stream ends or is destroyed; read it or destroy it.
   */
  readonly rows: Readable;
}

/** A batch of rows on disk, one JSON object a line, that belongs to one table. */
export interface EngineSegment {
  readonly database: string;
  readonly table: string;
  /** Absolute path of the NDJSON file inside the engine's spool folder. */
  readonly file: string;
  /** The same token never inserts twice, as long as the engine lives. Letters, digits and `-` only. */
  readonly token: string;
  /**
   * Some of it may be stored: rows whose sorting key and `_seq` are there are left out. An engine that is
   * killed can remember to have taken a part of a segment that it has not.
   */
  readonly begun?: boolean;
}

/** The database engine: chDB in a child process (`chdb.ts`). */
export interface Engine {
  /**
   * Runs one hunt, read-only.
   * @throws HuntError `hunt.timeout` `hunt.resources` `hunt.resultSize` `hunt.evaluation`
   * `hunt.cancelled` `engine.unavailable` `engine.failed`
   */
  run(query: EngineQuery): Promise<EngineResult>;
  /** Runs one statement of our own making (DDL, deletion). */
  command(sql: string): Promise<void>;
  /** Runs one small SELECT of our own making; rows as JSON objects, 64-bit integers as text. */
  select<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** Inserts a segment, also where the engine's process ends meanwhile. */
  insertSegment(segment: EngineSegment): Promise<void>;
  /** Resolves when the engine can serve. */
  ready(): Promise<void>;
  /** Lets running work end, then stops the engine. */
  close(): Promise<void>;
}
