import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Content, contentsOf, isContentError } from './contents.js';
import type { HandedBatch } from './handover.js';
import { Intake, isUnrecognized, type OpenIntake, type TakenBatch, weightOf } from './intake.js';
import { addUnrecognized, emptySummary, type IngestSummary } from './summary.js';

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

const readBytes = 1024 * 1024;
/** A source that pauses for so long (standard input) has what it sent so far taken. */
const idleMs = 1_000;
/** Members of an archive are committed together up to this size. */
const commitBytes = 4 * 1024 * 1024;

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
  const opened: ReadStream[] = [];
  const openFile = () => {
    const input = createReadStream(file, { highWaterMark: readBytes });
    opened.push(input);
    return input;
  };
  async function* counted() {
    bytesRead = 0;
    const input = isInput ? process.stdin : openFile();
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
  const committer = new Committer(summary, report);
  try {
    for await (const content of punctual(contents, () => committer.commit())) {
      await ingestContent(open, content, content.name !== name, options, committer);
      report();
      if (signal?.aborted) {
        break;
      }
    }
  } catch (error) {
    if (!isContentError(error) || summary.bytes === 0) {
      await committer.discard();
      throw error;
    }
    summary.incomplete ??= error.message;
  } finally {
    // Not all of them have been read to their end.
    for (const input of opened) input.destroy();
  }
  await committer.done();
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
  committer: Committer,
): Promise<void> {
  const { summary } = committer;
  const intake = await open({
    tenant,
    source,
    origin: name,
    patienceMs: Number.POSITIVE_INFINITY,
    via: 'file',
  });
  async function* untilAborted() {
    for await (const chunk of chunks) {
      if (signal?.aborted) {
        return;
      }
      yield chunk;
    }
  }
  try {
    await intake.read(async () => {
      const incomplete = await writeAll(untilAborted(), intake, committer);
      if (incomplete !== undefined) {
        summary.incomplete ??= incomplete;
      }
      await committer.add(intake, intake.end(summary));
    });
  } catch (error) {
    if (!isMember || !isUnrecognized(error)) {
      throw error;
    }
    // An archive may hold more than telemetry.
    addUnrecognized(summary, name);
  }
}

/** Commits what has come together while more is parsed. */
class Committer {
  readonly summary: FileSummary;
  readonly #report: () => void;
  #waiting: TakenBatch[] = [];
  #waitingBytes = 0;
  #committing: Promise<void> = Promise.resolve();

  constructor(summary: FileSummary, report: () => void) {
    this.summary = summary;
    this.#report = report;
  }

  async add(intake: Intake, batches: AsyncGenerator<HandedBatch>): Promise<void> {
    for await (const batch of batches) {
      this.#waiting.push({ intake, batch });
      this.#waitingBytes += weightOf(batch);
      if (this.#waitingBytes >= commitBytes) {
        await this.commit();
      }
    }
  }

  /** Begins to commit what waits. */
  async commit(): Promise<void> {
    await this.#committing;
    const batches = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#committing = Intake.commitTogether(batches, this.summary).then(this.#report);
    // Its failure is thrown where it is waited for.
    this.#committing.catch(() => undefined);
  }

  async done(): Promise<void> {
    await this.commit();
    await this.#committing;
  }

  /** What waits is not to be stored. */
  async discard(): Promise<void> {
    await this.#committing.catch(() => undefined);
    for (const { intake, batch } of this.#waiting.splice(0)) {
      intake.discard([batch]);
    }
  }
}

/** Returns why the content ends before its end, if it does. */
async function writeAll(
  chunks: AsyncGenerator<Uint8Array>,
  intake: Intake,
  committer: Committer,
): Promise<string | undefined> {
  const takeAll = async () => {
    await committer.add(intake, intake.take(committer.summary));
    await committer.commit();
  };
  try {
    for await (const chunk of punctual(chunks, takeAll)) {
      await committer.add(intake, intake.handOver(chunk, committer.summary));
    }
    return undefined;
  } catch (error) {
    if (isContentError(error)) {
      return error.message;
    }
    throw error;
  }
}

/** The same; `whenIdle` runs when the next is long in coming. */
async function* punctual<T>(
  items: AsyncGenerator<T>,
  whenIdle: () => Promise<void>,
): AsyncGenerator<T> {
  for (;;) {
    const next = await nextOrIdle(items.next(), whenIdle);
    if (next.done) {
      return;
    }
    let isLeft = true;
    try {
      yield next.value;
      isLeft = false;
    } finally {
      if (isLeft) await items.return(undefined);
    }
  }
}

async function nextOrIdle<T>(next: Promise<T>, whenIdle: () => Promise<void>): Promise<T> {
  const waiting = new AbortController();
  const idle = delay(idleMs, 'idle' as const, { signal: waiting.signal, ref: false }).catch(
    () => 'idle' as const,
  );
  next.catch(() => undefined);
  if ((await Promise.race([next.then(() => undefined), idle])) === 'idle') {
    await whenIdle();
  }
  waiting.abort();
  return next;
}
