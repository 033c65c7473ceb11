import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HuntError } from '../errors.js';
import { type Content, contentsOf } from './contents.js';
import type { HandedBatch } from './handover.js';
import type { Intake, OpenIntake } from './intake.js';
import { emptySummary, type IngestSummary } from './summary.js';

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
  /** Members of an archive whose records no connector recognizes. */
  unrecognized?: string[];
}

const readBytes = 1024 * 1024;
/** A source that pauses for so long (standard input) has what it sent so far taken. */
const idleMs = 1_000;

/**
 * Takes a file in, or standard input (`-`), in bounded memory; gzip, zip and tar are recognized by
 * themselves, and each member of an archive by its records.
 */
export async function ingestFile(
  open: OpenIntake,
  file: string,
  options: FileOptions,
): Promise<FileSummary> {
  const { signal, onProgress } = options;
  const isInput = file === '-';
  const info = isInput ? undefined : await stat(file);
  const bytesTotal = info?.size;
  const name = isInput ? 'standard input' : path.basename(file);
  const summary: FileSummary = emptySummary();
  let bytesRead = 0;
  const report = () => onProgress?.({ bytesRead, bytesTotal, summary });
  async function* counted() {
    bytesRead = 0;
    const input = isInput ? process.stdin : createReadStream(file, { highWaterMark: readBytes });
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      if (signal?.aborted) {
        return;
      }
      bytesRead += chunk.length;
      yield chunk;
    }
  }
  const onRead = (bytes: number) => {
    bytesRead += bytes;
  };
  // A pipe comes once, too.
  const place = info?.isFile() ? { file, onRead, again: counted } : {};
  const contents = contentsOf({ name, chunks: counted() }, place);
  try {
    for await (const content of contents) {
      await ingestContent(open, content, content.name !== name, options, summary, report);
      if (signal?.aborted) {
        break;
      }
    }
  } catch (error) {
    if (!isContentError(error) || summary.bytes === 0) {
      throw error;
    }
    summary.incomplete ??= error.message;
  }
  bytesRead = bytesTotal ?? bytesRead;
  report();
  return summary;
}

/** Takes one file in, or one member of an archive. */
async function ingestContent(
  open: OpenIntake,
  { name, chunks }: Content,
  isMember: boolean,
  { tenant, source, signal }: FileOptions,
  summary: FileSummary,
  report: () => void,
): Promise<void> {
  const intake = await open({
    tenant,
    source,
    origin: name,
    patienceMs: Number.POSITIVE_INFINITY,
    via: 'file',
  });
  const committer = new Committer(intake, summary, report);
  async function* untilAborted() {
    for await (const chunk of chunks) {
      if (signal?.aborted) {
        return;
      }
      yield chunk;
    }
  }
  try {
    const incomplete = await writeAll(untilAborted(), intake, committer);
    if (incomplete !== undefined) {
      summary.incomplete ??= incomplete;
    }
    await committer.add(intake.end(summary));
    await committer.done();
  } catch (error) {
    await intake.drop();
    if (!isMember || !(error instanceof HuntError && error.code === 'ingest.source')) {
      throw error;
    }
    // An archive may hold more than telemetry.
    summary.unrecognized = [...(summary.unrecognized ?? []), name];
  }
  report();
}

function isContentError(error: unknown): error is HuntError {
  return error instanceof HuntError && error.code === 'ingest.content';
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

  async add(batches: AsyncGenerator<HandedBatch>): Promise<void> {
    for await (const batch of batches) {
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
    const next = await nextOrIdle(chunks, () => committer.add(intake.take(committer.summary)));
    if (typeof next === 'string') {
      return next;
    }
    if (next.done) {
      return undefined;
    }
    await committer.add(intake.handOver(next.value, committer.summary));
  }
}

/** The next chunk, or why there is none; `whenIdle` runs when it is long in coming. */
async function nextOrIdle(
  chunks: AsyncGenerator<Uint8Array>,
  whenIdle: () => Promise<void>,
): Promise<IteratorResult<Uint8Array> | string> {
  const next = chunks.next().catch((error: unknown) => {
    if (isContentError(error)) {
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
