import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Batch, BatchCounts } from './parser.js';
import { arraysOf, type TableRows } from './rows.js';

/**
 * A batch as the thread sees it that answers hunts: rows go from the parsing thread to the writing thread
 * past it, because memory that comes and goes makes it look through all of its own.
 */
export interface HandedBatch extends BatchCounts {
  /** By which the writing thread knows the rows. */
  readonly ticket: number;
  /** How many tables have rows. */
  readonly parts: number;
  /** Of the rows, UTF-8. */
  readonly sizeBytes: number;
  /** Time of the latest event, in ticks since 1970; undefined where none has one. */
  readonly latestTicks: bigint | undefined;
}

interface HandedRows {
  readonly ticket: number;
  readonly rows: readonly TableRows[];
}

/** Sends a batch's rows on their way. What it returns is all that is left of the batch. */
export function handOver(
  { events, deadLetters, ...counts }: Batch,
  ticket: number,
  port: MessagePort,
): HandedBatch {
  const rows = deadLetters ? [...events, deadLetters] : events;
  const handed: HandedBatch = {
    ...counts,
    ticket,
    parts: rows.length,
    sizeBytes: rows.reduce((sum, { lines }) => sum + lines.length, 0),
    latestTicks: latestOf(events),
  };
  if (rows.length > 0) {
    const message: HandedRows = { ticket, rows };
    port.postMessage(message, rows.flatMap(buffersOf));
  }
  return handed;
}

/** The writing thread's end: rows that wait to be asked for. */
export class HandedOver {
  readonly #ports = new Set<MessagePort>();
  readonly #waiting = new Map<number, readonly TableRows[]>();

  /** Another parsing thread's rows come through this port. */
  connect(port: MessagePort): void {
    this.#ports.add(port);
    port.once('close', () => this.#ports.delete(port));
    port.unref();
  }

  /**
   * Rows that were sent before this is called, however long ago; undefined where they never came here or
   * have been taken.
   */
  take(ticket: number): readonly TableRows[] | undefined {
    this.#receive();
    const rows = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    return rows;
  }

  #receive(): void {
    for (const port of this.#ports) {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        const { ticket, rows } = next.message as HandedRows;
        this.#waiting.set(ticket, rows);
      }
    }
  }
}

function latestOf(events: readonly TableRows[]): bigint | undefined {
  let latest: bigint | undefined;
  for (const { ticks, timeColumn } of events) {
    for (const tick of timeColumn === null ? [] : ticks) {
      if (latest === undefined || tick > latest) {
        latest = tick;
      }
    }
  }
  return latest;
}

function buffersOf(rows: TableRows): ArrayBuffer[] {
  return arraysOf(rows).map((array) => array.buffer as ArrayBuffer);
}
