import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HuntError } from '../errors.js';
import type { Intake, OpenIntake } from './intake.js';
import type { Batch } from './parser.js';
import { emptySummary, type IngestSummary } from './summary.js';
import { unpack } from './unpack.js';

export interface FileOptions {
  readonly tenant: string;
  /** A connector's name; undefined: found out from the first records. */
  readonly source?: string | undefined;
  /** Called now and then, and at the end. */
  readonly onProgress?: (progress: FileProgress) => void;
  /** Ends the reading; what was read is kept. */
  readonly signal?: AbortSignal | undefined;
}

export interface FileProgress {
  /** Of the file as it is, packed or not. */
  readonly bytesRead: number;
  /** undefined for standard input. */
  readonly bytesTotal: number | undefined;
  readonly summary: Readonly<FileSummary>;
}

export interface FileSummary extends IngestSummary {
  /** Why the file could not be read to its end; what came before is taken. */
  incomplete?: string;
}

const readBytes = 256 * 1024;
/** A source that pauses for so long (standard input) has what it sent so far taken. */
const idleMs = 1_000;

/** Takes a file in, or standard input (`-`), in bounded memory; gzip is recognized by itself. */
export async function ingestFile(
  open: OpenIntake,
  file: string,
  options: FileOptions,
): Promise<FileSummary> {
  const { tenant, source, signal, onProgress } = options;
  const isInput = file === '-';
  const bytesTotal = isInput ? undefined : (await stat(file)).size;
  const origin = isInput ? 'standard input' : path.basename(file);
  const intake = await open({ tenant, source, origin, patienceMs: Number.POSITIVE_INFINITY });
  const summary: FileSummary = emptySummary();
  let bytesRead = 0;
  const report = () => onProgress?.({ bytesRead, bytesTotal, summary });
  async function* counted() {
    const input = isInput ? process.stdin : createReadStream(file, { highWaterMark: readBytes });
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      if (signal?.aborted) {
        return;
      }
      bytesRead += chunk.length;
      yield chunk;
    }
  }
  const committer = new Committer(intake, summary, report);
  try {
    const incomplete = await writeAll(unpack(counted()), intake, committer);
    if (incomplete !== undefined) {
      summary.incomplete = incomplete;
    }
    await committer.add(await intake.end(summary));
    await committer.done();
  } catch (error) {
    await intake.drop();
    throw error;
  }
  report();
  return summary;
}

/** Commits one batch while the next is parsed. */
class Committer {
  readonly #intake: Intake;
  readonly #report: () => void;
  readonly summary: IngestSummary;
  #committing: Promise<void> = Promise.resolve();

  constructor(intake: Intake, summary: IngestSummary, report: () => void) {
    this.#intake = intake;
    this.summary = summary;
    this.#report = report;
  }

  async add(batch: Batch | undefined): Promise<void> {
    if (batch) {
      await this.#committing;
      this.#committing = this.#intake.commit([batch], this.summary).then(this.#report);
      // Its failure is thrown where it is waited for.
      this.#committing.catch(() => undefined);
    }
  }

  done(): Promise<void> {
    return this.#committing;
  }
}

/** Returns why the content ends before its end, if it does. */
async function writeAll(
  chunks: AsyncGenerator<Uint8Array>,
  intake: Intake,
  committer: Committer,
): Promise<string | undefined> {
  for (;;) {
    const next = await nextOrIdle(chunks, async () => committer.add(await intake.take()));
    if (typeof next === 'string') {
      return next;
    }
    if (next.done) {
      return undefined;
    }
    await committer.add(await intake.write(next.value, committer.summary));
  }
}

/** The next chunk, or why there is none; `whenIdle` runs when it is long in coming. */
async function nextOrIdle(
  chunks: AsyncGenerator<Uint8Array>,
  whenIdle: () => Promise<void>,
): Promise<IteratorResult<Uint8Array> | string> {
  const next = chunks.next().catch((error: unknown) => {
    if (error instanceof HuntError && error.code === 'ingest.content') {
      return error.message;
    }
    throw error;
  });
  const waiting = new AbortController();
  const idle = delay(idleMs, 'idle' as const, { signal: waiting.signal, ref: false }).catch(
    () => 'idle' as const,
  );
  const first = await Promise.race([next, idle]);
  if (first === 'idle') {
    next.catch(() => undefined);
    await whenIdle();
    return next;
  }
  waiting.abort();
  return next;
}
